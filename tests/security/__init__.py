"""The proof that strangers get nothing: what RELIABILITY calls S1-S20, F1 and P1, against the real application."""
