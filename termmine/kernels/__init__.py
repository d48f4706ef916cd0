"""Every compiled loop of termmine.

In: flat arrays and scalars, their dtype and contiguity fixed by the caller. Out: the same arrays, filled, and counters.
Nothing here knows a formula, a file or a string. `tests/support/naive.py` holds the slow twin of each. The only package
that imports numba.

Shape letters: P positions of the encoded corpus, R rows of the n-gram table, E entries of one level's hash table,
W words of an alphabet, C characters.
"""
