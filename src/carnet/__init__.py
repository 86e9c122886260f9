"""Carnet: the general practitioner's notebook."""
