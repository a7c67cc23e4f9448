"""Understanding and saying dates, times, durations, prices and names: pure functions, no clock, no I/O."""
