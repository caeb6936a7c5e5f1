"""One script a question, each against a peer or a limit in the same run; results are printed as ratios."""
