"""An encoded corpus -> its table of n-grams, and count files, which keep both."""
