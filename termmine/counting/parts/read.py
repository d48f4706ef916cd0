"""A count file without text -> its table, and what is kept beside it.

In: an open file, and its header, which is sound. Out: both, in memory, with everything in them checked; an error that
names the section for a file that is damaged, or impossible because it was forged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

import numpy as np

from termmine.counting.countfile.format import HEADER_SIZE, Settings
from termmine.counting.parts.bounds import exact_from, with_entropies
from termmine.counting.parts.header import Header
from termmine.counting.parts.packing import unpacked
from termmine.errors import TermmineError
from termmine.kernels import checks
from termmine.kernels.codes import AFTER_BLANK, FIRST_WORD
from termmine.kernels.encode import MAX_WORD
from termmine.runtime.arrays import Arrays
from termmine.runtime.spill import SpillArray
from termmine.text.alphabet import alphabet_of
from termmine.text.characters import is_symbol_table, is_word_table
from termmine.types import Alphabet, Corpus, Kept, NgramTable

_NARROW = 1 << 31

_Demand = Callable[[str, bool], None]


def read_part(file: BinaryIO, header: Header, name: str, arrays: Arrays) -> tuple[Settings, Corpus, NgramTable]:
    """The settings of a file, a corpus that holds what is kept of it and no codes, and its table."""

    def demand(section: str, is_so: bool) -> None:
        if not is_so:
            raise TermmineError(f"{name}: is damaged (in {section}): count again")

    columns = _read_columns(file, header, demand, arrays)
    settings = Settings(**header["settings"], least=None, neighbours=True, text=False)
    alphabet = _alphabet(columns, header, demand, arrays)
    table = _table(columns, header, alphabet, demand, arrays)
    kept = _kept(columns, header, table, demand)
    demand("the header", exact_from(table, kept) == header["exact_from"])
    demand("the header", int(np.count_nonzero(kept.missed == 0)) == header["n_exact"])
    sizes = {"n_symbols": header["n_symbols"], "n_documents": header["n_documents"]}
    corpus = Corpus(SpillArray(np.int32), SpillArray(np.int64), alphabet, **sizes, kept=kept)
    return settings, corpus, with_entropies(table, arrays)


def _read_columns(file: BinaryIO, header: Header, demand: _Demand, arrays: Arrays) -> dict[str, np.ndarray]:
    columns = {}
    file.seek(HEADER_SIZE)
    for section in header["sections"]:
        found = unpacked(file, section["n_bytes"], section["length"], arrays)
        demand(section["name"], found is not None)
        assert found is not None
        demand(section["name"], found[1] == section["crc32"])
        columns[section["name"]] = found[0]
    return columns


def _alphabet(columns: dict[str, np.ndarray], header: Header, demand: _Demand, arrays: Arrays) -> Alphabet:
    chars, lengths = columns["forms"], columns["form_lengths"]
    demand("forms", bool(((chars > 0) & (chars < FIRST_WORD)).all()) and bool(is_word_table()[chars].all()))
    demand("form_lengths", bool(((lengths > 0) & (lengths <= MAX_WORD)).all()) and int(lengths.sum()) == len(chars))
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    fold = header["settings"]["fold"]
    alphabet = alphabet_of(SpillArray.of(chars.astype(np.int32)), SpillArray.of(offsets), fold, arrays)
    demand("forms", int(alphabet.forms.size[0]) == len(lengths))
    demand("forms", int(alphabet.words.size[0]) == header["n_words"])
    return alphabet


def _table(
    columns: dict[str, np.ndarray], header: Header, alphabet: Alphabet, demand: _Demand, arrays: Arrays
) -> NgramTable:
    """The table, without entropies; each row is linked to rows that are checked before."""
    level = np.concatenate([[0], np.cumsum(header["n_ngrams"], dtype=np.int64)])
    n_rows, freq, singles = int(level[-1]), columns["freq"], columns["symbols"]
    demand("symbols", len(singles) == level[1] and bool(((singles >= 0) & (singles < alphabet.n_codes)).all()))
    demand("freq", bool((freq <= header["n_symbols"]).all()) and int(freq[: level[1]].sum()) <= header["n_symbols"])
    demand("freq", header["n_documents"] <= header["n_symbols"])
    demand("freq", bool((freq >= (0 if header["base"] else 1)).all()))
    links = _links(columns, level, freq, alphabet, demand, arrays)
    counted = {
        "doc_freq": freq - columns["freq_less_documents"],
        "left_edge": columns["left_edge"],
        "right_edge": columns["right_edge"],
    }
    for name, column in counted.items():
        demand(name, bool(((column >= 0) & (column <= freq)).all()))
    demand("doc_freq", int(counted["doc_freq"].max(initial=0)) <= header["n_documents"])
    dtype, nothing = np.int32 if header["n_symbols"] < _NARROW else np.int64, arrays.zeros(n_rows, np.float64)
    return NgramTable(
        **links,
        **{name: column.astype(dtype) for name, column in counted.items()},
        freq=freq,
        left_entropy=nothing,
        right_entropy=nothing,
        level=level,
        min_freq=int(freq.min(initial=header["unseen"] + 1)),
        n_symbols=header["n_symbols"],
        n_documents=header["n_documents"],
        alphabet=alphabet,
    )


def _links(
    columns: dict[str, np.ndarray],
    level: np.ndarray,
    freq: np.ndarray,
    alphabet: Alphabet,
    demand: _Demand,
    arrays: Arrays,
) -> dict[str, np.ndarray]:
    """The columns length, prefix, suffix and last of a table; each row is linked to rows that are checked before."""
    prefix, suffix = (arrays.full(len(freq), -1, np.int32) for _ in range(2))
    length, last = arrays.full(len(freq), 1, np.int16), arrays.empty(len(freq), np.int32)
    rows, levels = (length, freq, prefix, suffix, last), level.tolist()
    last[: levels[1]] = columns["symbols"]
    bad = checks.bad_symbol(0, levels[1], *rows, 0, is_symbol_table(), alphabet.n_codes)
    demand("n-grams of 1", bad < 0)
    for n, (below, lo, hi) in enumerate(zip(levels, levels[1:], levels[2:], strict=False), 2):
        here = slice(lo, hi)
        before, after = below + np.cumsum(columns["prefix"][here]), below + columns["suffix"][here]
        for link in (before, after):
            demand(f"n-grams of {n}", bool(((link >= below) & (link < lo)).all()))
        prefix[here], suffix[here] = before, after
        length[here], last[here] = n, last[suffix[here]]
        demand(f"n-grams of {n}", checks.bad_ngram(n, below, lo, hi, *rows, 0) < 0)
    return {"length": length, "prefix": prefix, "suffix": suffix, "last": last}


def _kept(columns: dict[str, np.ndarray], header: Header, table: NgramTable, demand: _Demand) -> Kept:
    windows = table.freq - columns["freq_less_windows"]
    demand("missed", bool(((columns["missed"] >= 0) & (columns["missed"] <= header["unseen"])).all()))
    demand("freq_less_windows", bool(((windows >= 0) & (windows <= table.freq)).all()))
    spelt_row = np.cumsum(columns["spelt_row"])
    demand("spelt_row", bool(((columns["spelt_row"] >= 0) & (spelt_row < len(table))).all()))
    demand("spelt_count", len(columns["spelt_count"]) == len(spelt_row))
    demand("spelt_count", bool((columns["spelt_count"] > 0).all()))
    lengths = table.length[spelt_row].astype(np.int64)
    demand("spelt_codes", len(columns["spelt_codes"]) == int(lengths.sum()))
    demand("spelt_codes", _are_forms(columns["spelt_codes"], table.alphabet))
    return Kept(
        columns["missed"], windows, columns["left_fit"], columns["right_fit"], spelt_row, columns["spelt_count"],
        columns["spelt_codes"], header["n_windows"], header["unseen"], header["n_parts"], header["base"],
        header["base_symbols"],
    )  # fmt: skip


def _are_forms(codes: np.ndarray, alphabet: Alphabet) -> bool:
    """True where each code is a symbol or a form of the alphabet, behind a blank or not."""
    written = codes & ~AFTER_BLANK
    if not bool(((codes >= 0) & (written < FIRST_WORD + int(alphabet.forms.size[0]))).all()):
        return False
    return bool(is_symbol_table()[written[written < FIRST_WORD]].all())
