"""Holds the ctypes declarations of an existing module against C: `python -m ctypes_configure check`."""
