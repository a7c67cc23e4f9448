"""The grammar behind `gateway.speech.when`: tokens -> items -> rules over item codes -> one meaning.

A text becomes a row of items, each with a one-letter code (`codes.py`); a rule is a regular expression over those
letters plus a function that folds the matched items into one (`rewrite.py`). Words live in `german.py`/`english.py`,
rules in `rules_*.py`, what callers leave open is settled in `settle.py` and `combine.py`.
"""
