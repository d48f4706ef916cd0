"""The interface for Python: the commands as functions, for whatever Python holds text and lists in."""
