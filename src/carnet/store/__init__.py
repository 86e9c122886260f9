"""Bytes, versions and index. Only `record` may import this package; it knows no rights and writes no audit."""
