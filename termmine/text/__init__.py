"""Text -> codes: what a symbol is, what ends a run, what is folded."""
