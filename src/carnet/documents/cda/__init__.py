"""CDA R2 as French health care writes it (CI-SIS), read into FHIR R4: bytes in, `Read` out. It opens no network,
no file but its own tables, and never guesses: what is not understood is said, with its place."""
