"""The fictional practice: stories as tables, told into a cell through the actions. No person in it exists."""
