"""The means of a run: memory, threads, scratch and output files, and a place for its notes. It knows no text."""
