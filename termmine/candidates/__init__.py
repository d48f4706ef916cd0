"""The table of n-grams -> candidates, and the rulings of the reader's own lists on them."""
