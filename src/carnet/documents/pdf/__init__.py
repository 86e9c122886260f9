"""PDF files: how many pages, what text, a picture of the first page. Never changes the file."""
