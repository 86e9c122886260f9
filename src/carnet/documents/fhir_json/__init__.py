"""FHIR R4 in JSON: one resource, a Bundle of any kind, or NDJSON, read into what one patient's record can take."""
