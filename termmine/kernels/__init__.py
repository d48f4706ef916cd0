"""Every compiled loop of termmine.

In: flat arrays and scalars, their dtype and contiguity fixed by the caller. Out: the same arrays, filled, and counters.
Nothing here knows a formula, a file or a string. `tests/naive.py` holds the slow twin of each. The only package that
imports numba.

Shape letters: P positions of the encoded corpus, R rows of the n-gram table, E entries of one level's hash table,
W words of an alphabet, C characters.
"""

from pathlib import Path

import numba

from termmine.kernels.base import (
    DOCUMENT_END,
    FIRST_SYMBOL,
    FIRST_WORD,
    RUN_END,
    SOURCE_END,
    UNKNOWN,
)
from termmine.kernels.cache import drop_stale
from termmine.kernels.contexts import contexts_beside, count_contexts, pass_windows, survey
from termmine.kernels.counting import (
    DOC_FREQ,
    FREE,
    LAST,
    LEFT_EDGE,
    RIGHT_EDGE,
    Slotting,
    compact,
    count_symbols,
    fill_slots,
    first_level,
    next_level,
    observe_symbols,
)
from termmine.kernels.decoding import decode
from termmine.kernels.encoding import (
    BLANK,
    BREAK,
    COMPOSING,
    DOCUMENT_BREAK,
    EXPANDING,
    HAN,
    IGNORED,
    JOINER,
    LINE_BREAK,
    MAX_WORD,
    N_FIELDS,
    N_OUT,
    N_WRITTEN,
    NOTHING,
    PENDING,
    RUN,
    SLACK,
    SOURCE,
    SOURCE_BREAK,
    WORD,
    Characters,
    Strings,
    adopt,
    contains,
    encode,
    end_of_lines,
    find_all,
    rebuild,
    settle,
    unsettle,
)
from termmine.kernels.lines import MOST_DECIMAL, MOST_DIGITS, join_cells, write_decimals, write_integers
from termmine.kernels.pairs import (
    ENTROPY_SCALE,
    Pairing,
    count_pairs,
    count_partitions,
    hash_pair,
    keep_frequent,
    merge_pairs,
    pair_sizes,
    scatter_pairs,
    sort_pairs,
    unhash_pair,
)
from termmine.kernels.searching import INSIDE, NO_WORD, WINDOW, segment, spans_with_variants
from termmine.kernels.tables import absorb, find_in_table, match_rows
from termmine.kernels.tries import (
    Trie,
    child,
    count_in_trie,
    find_nodes,
    find_runs,
    link_nodes,
    number_prefixes,
    order_nodes,
    place_nodes,
)

__all__ = [
    "BLANK",
    "BREAK",
    "COMPOSING",
    "COUNTING",
    "DISCOVERING",
    "DOCUMENT_BREAK",
    "DOCUMENT_END",
    "DOC_FREQ",
    "ENTROPY_SCALE",
    "EXPANDING",
    "FIRST_SYMBOL",
    "FIRST_WORD",
    "FREE",
    "HAN",
    "IGNORED",
    "INSIDE",
    "JOINER",
    "LAST",
    "LEFT_EDGE",
    "LINE_BREAK",
    "MAX_WORD",
    "MOST_DECIMAL",
    "MOST_DIGITS",
    "NOTHING",
    "NO_WORD",
    "N_FIELDS",
    "N_OUT",
    "N_WRITTEN",
    "PENDING",
    "RIGHT_EDGE",
    "RUN",
    "RUN_END",
    "SLACK",
    "SOURCE",
    "SOURCE_BREAK",
    "SOURCE_END",
    "UNKNOWN",
    "WINDOW",
    "WORD",
    "Characters",
    "Pairing",
    "Slotting",
    "Strings",
    "Trie",
    "absorb",
    "adopt",
    "cache_folder",
    "child",
    "compact",
    "contains",
    "contexts_beside",
    "count_contexts",
    "count_in_trie",
    "count_pairs",
    "count_partitions",
    "count_symbols",
    "decode",
    "encode",
    "end_of_lines",
    "fill_slots",
    "find_all",
    "find_in_table",
    "find_nodes",
    "find_runs",
    "first_level",
    "hash_pair",
    "is_compiled",
    "join_cells",
    "keep_frequent",
    "link_nodes",
    "match_rows",
    "merge_pairs",
    "next_level",
    "number_prefixes",
    "observe_symbols",
    "order_nodes",
    "pair_sizes",
    "pass_windows",
    "place_nodes",
    "rebuild",
    "scatter_pairs",
    "segment",
    "settle",
    "sort_pairs",
    "spans_with_variants",
    "survey",
    "unhash_pair",
    "unsettle",
    "write_decimals",
    "write_integers",
]


def cache_folder() -> Path | None:
    """Where numba keeps the kernels' machine code: beside them, where that is read-only in the user's cache, or where
    NUMBA_CACHE_DIR says; None where there is no place for it, or numba is switched off.
    """
    path = None if numba.config.DISABLE_JIT else getattr(encode, "stats").cache_path  # type: ignore[attr-defined] # noqa: B009
    return None if path is None else Path(path)


def is_compiled(kernels: tuple[str, ...]) -> bool:
    """Whether those kernels' machine code is in numba's cache (or numba is switched off)."""
    if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
        return True
    folder = cache_folder()
    return folder is not None and all(any(folder.glob(f"{kernel}-*.nbi")) for kernel in kernels)


#: The last kernels that each stage compiles: when these are there, so are the others.
COUNTING = ("encoding.encode", "counting.next_level")
DISCOVERING = (*COUNTING, "contexts.survey")

if (_folder := cache_folder()) is not None:
    drop_stale(_folder)
