"""The screens, one folder each: a form in, one action or one reading, a page out. Decides nothing."""
