"""The phone line of a small salon."""
