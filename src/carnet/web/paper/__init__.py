"""Papers of a patient: a letter, a certificate, a note of sick leave; the prescription of a visit."""
