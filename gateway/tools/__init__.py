"""One file per tool: arguments in, one spoken answer out."""
