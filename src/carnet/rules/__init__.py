"""Clinical and legal decisions, pure: facts in, findings out. No database, no clock, no chance."""
