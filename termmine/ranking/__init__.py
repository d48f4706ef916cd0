"""Candidates -> terms in order: evidence from their occurrences, contrast with a background, feedback."""
