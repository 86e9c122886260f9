"""The FHIR R4 interface: FHIR in, bytes out. Reads the request, calls one action or one reading, answers."""
