"""Text -> codes: the rules for symbols, for the ends of runs, and for folding."""
