"""A list of terms in a person's hands: the living glossary, the page to review in, the picture."""
