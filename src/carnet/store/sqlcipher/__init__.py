"""A Django database backend: SQLite encrypted whole by SQLCipher, opened with the cell's raw key only."""
