"""FHIR's vocabulary in plain Python: names, codes, dates, errors. Pure: it knows no database and no clock."""
