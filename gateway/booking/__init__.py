"""The core: what may be booked, when, with whom, and what must never happen. No HTTP, no voice platform, no SQL."""
