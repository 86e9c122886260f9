"""One folder per outside peer; the only code that may open an outgoing socket. No link imports another."""
