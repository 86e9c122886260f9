"""French clinical text to facts with their place in the text, pure. It proposes; a person decides."""
