"""The table of n-grams -> candidates, and what the reader's own lists say of them."""
