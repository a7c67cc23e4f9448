"""Who is calling: signatures, telephone numbers, names by ear, caller strategies and their limits."""
