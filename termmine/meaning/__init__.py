"""The meaning of terms, by the words that stand near them."""
