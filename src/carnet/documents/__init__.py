"""Formats of documents, pure: bytes in, FHIR and its account of itself out. Opens no file, knows no patient list."""
