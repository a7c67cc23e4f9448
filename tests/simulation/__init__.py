"""Whole-system simulation: schedules, crashes and faults over the real application code."""
