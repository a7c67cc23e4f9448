"""Speed as ratios against named floors, one run each; `python -m benchmarks` prints them all."""
