"""What the practice prints: prescriptions, letters, certificates. Values in, PDF out (archivable and accessible)."""
