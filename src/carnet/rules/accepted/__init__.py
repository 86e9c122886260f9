"""What an accepted offer becomes in the record: facts read in a note in, FHIR resources out. Pure. Nothing is made
of a fact that no person accepted; no word of the note is changed."""
