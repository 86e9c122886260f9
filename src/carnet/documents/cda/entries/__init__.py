"""One module per kind of clinical entry. Each handler gives every statement that it meets exactly one fate."""
