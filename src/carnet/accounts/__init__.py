"""Who works in the practice: professionals, their roles, passwords and second factors. Knows no patient."""
