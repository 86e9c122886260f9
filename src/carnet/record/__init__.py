"""The only door to health data: who may, what is written, what is remembered of it."""
