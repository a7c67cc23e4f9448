"""Scores of the four abilities on the open samples: `python -m tests.evaluation` (`make evaluate`)."""
