"""First start: the pages that make a practice, behind a one-time link, from this machine only."""
