"""Whole calls through the whole house: signed by the vendor's own SDK, real databases, real processes."""
