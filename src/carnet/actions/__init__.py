"""What a practice does, as verbs: one action is one transaction and one row in the journal."""
