"""JPEG and PNG pictures: verified and measured. Never changes the file."""
