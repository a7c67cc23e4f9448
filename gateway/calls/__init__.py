"""Retell's phone calls: what they carry, and how they begin and end."""
