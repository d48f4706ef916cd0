"""The public API, and the only module that knows the order of the stages.

    blocks -> Corpus -> NgramTable -> candidates -> contrast -> terms
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from termmine import corpus as reading
from termmine import kernels
from termmine.candidates import Funnel, select
from termmine.contexts import survey
from termmine.contrast import Background, compare, select_terms
from termmine.counts import count_ngrams
from termmine.encode import encode, join_runs
from termmine.errors import TermmineError
from termmine.export import COLUMNS
from termmine.measures import find_measure, noun_context
from termmine.options import DiscoverOptions, default_min_freq, make_options
from termmine.progress import Progress
from termmine.segment import Segmenter, Words, jieba_dictionary, pattern
from termmine.surface import surfaces
from termmine.tries import count_in_blocks
from termmine.types import Corpus, NgramTable
from termmine.version import __version__

AnyPath: TypeAlias = "str | os.PathLike[str]"
Source: TypeAlias = "AnyPath | Iterable[AnyPath] | Iterable[str]"

SMALL_BACKGROUND = 200  # symbols, about a paragraph: less says nothing about the general language

#: Who counts: the name of an engine -> a function from a corpus to its table. There is one so far.
ENGINES: dict[str, Callable[..., NgramTable]] = {"local": count_ngrams}


@dataclass(frozen=True)
class Discovery:
    """What a run found: ``terms`` (columns `export.COLUMNS`, best first), ``absorbed`` (term, freq, absorbed_by: the
    fragments that hardly ever occur outside a longer candidate), and the reproducibility ``signature``."""

    terms: pd.DataFrame
    absorbed: pd.DataFrame
    signature: dict[str, Any]


def discover(source: Source, background: Source | None = None, **options: Any) -> pd.DataFrame:
    """Mine the terms of a domain from raw Chinese text; the same result as the command of that name.

    ``source``: a path (str or path object; a directory is read recursively, "-" is standard input), an iterable of
    path objects, or an iterable of str that are a document each (an iterator is drawn once). ``background``: the
    same, for a corpus of general text; None stands for jieba's dictionary with its word frequencies. ``options``: the
    fields of `termmine.options.DiscoverOptions`, e.g. ``top=100``, ``min_freq=5``, ``measure="keyness"``.

    Returns one row a term, the best first: term (str), score (float64, unit of the measure), freq, doc_freq,
    background_freq (int64, occurrences and documents), cohesion, left_entropy, right_entropy (float64, bits), keyness
    (float64, signed G2), log_ratio (float64, bits), known (bool: a word of jieba's dictionary). The signature of the
    run is in ``.attrs["signature"]``.

    Raises `termmine.TermmineError`: `UsageError` for options that cannot be meant so, `EmptyResultError` when nothing
    is left (it says why). Method and sources: see `termmine.measures`.
    """
    result = run_discovery(source, background, make_options(**options))
    result.terms.attrs["signature"] = result.signature
    return result.terms


def run_discovery(
    source: Source, background: Source | None, options: DiscoverOptions, progress: Progress | None = None
) -> Discovery:
    """`discover` with everything that it found on the way."""
    progress = progress or Progress()
    find_measure(options.measure)
    corpus = _read_corpus(source, options, progress)
    min_freq = options.min_freq if options.min_freq is not None else default_min_freq(corpus.n_symbols)
    with progress.stage("counting n-grams"):
        table = ENGINES["local"](corpus, min_freq=min_freq, max_length=options.max_length)
    with progress.stage("selecting candidates"):
        candidates, absorbed, funnel = select(table, options)
        segmenter = Segmenter(jieba_dictionary(), table.alphabet)
        rows = candidates["row"].to_numpy()
        runs = _runs(table, rows)
        words = segmenter.words(runs)
        places = survey(corpus, table, rows, segmenter)
        candidates = candidates.assign(
            known=segmenter.is_word(runs, len(rows)),
            pattern=pattern(segmenter, words, len(rows)),
            context=noun_context(places.left, places.right),
            burstiness=places.burstiness,
        )
    compared = _background(background, table, rows, segmenter, words, options, progress)
    with progress.stage("ranking"):
        frame = compare(candidates, table, compared, options.measure)
        terms = _rank(frame, corpus, table, options, funnel)
    signature = _signature(corpus, min_freq, compared, options)
    return Discovery(terms, _absorbed(absorbed, table), signature)


def _read_corpus(source: Source, options: DiscoverOptions, progress: Progress) -> Corpus:
    announce_compilation(progress)
    report = reading.ReadReport()
    with progress.stage("reading the corpus", _size(source)) as advance:
        blocks, document = _blocks(source, options, report, advance)
        corpus = encode(blocks, document=document)
    _report(report, "corpus", progress)
    if not corpus.n_symbols:
        raise TermmineError(f"{_name(source)}: the corpus is empty: give text with words in it")
    if not options.any_script and not ((corpus.codes >= 0x3400) & (corpus.codes < kernels.FIRST_WORD)).any():
        raise TermmineError(
            f"{_name(source)}: holds no Han character: check its --encoding, or use --any-script for other writing"
        )
    progress.detail(f"corpus: {corpus.n_symbols} symbols, {corpus.n_documents} documents")
    return corpus


def _blocks(
    source: Source, options: DiscoverOptions, report: reading.ReadReport, advance: Callable[[int], None]
) -> tuple[Iterator[str], str]:
    """The text of a source, and what a document is in it."""
    paths, texts = _split_source(source)
    if texts is not None:
        return reading.texts_as_blocks(texts), "file"
    return reading.read_blocks(paths, encoding=options.encoding, report=report, progress=advance), options.document


def _split_source(source: Source) -> tuple[list[AnyPath], Iterable[str] | None]:
    """Either paths, or an iterable of texts."""
    if isinstance(source, (str, os.PathLike)):
        return [source], None
    if isinstance(source, (list, tuple)) and source and all(isinstance(item, os.PathLike) for item in source):
        return list(source), None
    return [], source  # type: ignore[return-value]


def _name(source: Source) -> str:
    paths, texts = _split_source(source)
    return "the given texts" if texts is not None else ", ".join(os.fspath(path) for path in paths)


def _size(source: Source) -> int:
    paths, texts = _split_source(source)
    if texts is not None:
        return 0
    files = (Path(path) for path in paths if str(path) != reading.STDIN)
    return sum(file.stat().st_size for file in files if file.is_file())


def _report(report: reading.ReadReport, what: str, progress: Progress) -> None:
    for note in report.notes():
        progress.note(f"{what}: {note}")
    for encoding, n in report.encodings.items():
        if encoding not in ("utf-8", "utf-8-sig"):
            progress.note(f"{what}: {n} file{'s' * (n > 1)} read as {encoding}")


def _runs(table: NgramTable, rows: np.ndarray) -> np.ndarray:
    """The symbols of those rows (ascending), one run a row."""
    separated: list[np.ndarray] = []
    for n in np.unique(table.length[rows]):
        separated.extend(table.codes(rows[table.length[rows] == n]))
    return join_runs(separated)


def _background(
    source: Source | None,
    table: NgramTable,
    rows: np.ndarray,
    segmenter: Segmenter,
    words: Words,
    options: DiscoverOptions,
    progress: Progress,
) -> Background:
    if source is None:
        name = f"{jieba_dictionary().name} (no --background given)"
        progress.note(f"background: {name}")
        freq = np.rint(segmenter.expected_freq(words, len(rows))).astype(np.int64)
        return Background(freq, segmenter.n_symbols, name)
    report = reading.ReadReport()
    with progress.stage("counting in the background", _size(source)) as advance:
        blocks, _ = _blocks(source, options, report, advance)
        freq, n_symbols = count_in_blocks(blocks, table, rows)
    _report(report, "background", progress)
    if n_symbols < SMALL_BACKGROUND:
        progress.note(
            f"warning: the background holds {n_symbols} symbols, less than a paragraph: "
            "every term will look characteristic; give more general text"
        )
    progress.detail(f"background: {n_symbols} symbols")
    return Background(freq, n_symbols, _name(source))


def _rank(
    frame: pd.DataFrame, corpus: Corpus, table: NgramTable, options: DiscoverOptions, funnel: Funnel
) -> pd.DataFrame:
    frame = select_terms(frame, options, funnel)
    if options.top is not None and len(frame) > options.top:
        frame = frame[frame["score"] >= frame["score"].nlargest(options.top).iloc[-1]]
    frame = frame.assign(term=surfaces(corpus, table, frame["row"].to_numpy()))
    frame = frame.sort_values(["score", "term"], ascending=[False, True], kind="stable")
    return frame.head(options.top or len(frame)).reset_index(drop=True)[list(COLUMNS)]


def _absorbed(absorbed: pd.DataFrame, table: NgramTable) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "term": table.texts(absorbed["row"].to_numpy()),
            "freq": absorbed["freq"],
            "absorbed_by": table.texts(absorbed["absorbed_by"].to_numpy()),
        }
    )
    return frame.sort_values(["freq", "term"], ascending=[False, True], ignore_index=True)


def _signature(corpus: Corpus, min_freq: int, background: Background, options: DiscoverOptions) -> dict[str, Any]:
    return {
        "termmine": __version__,
        "options": {**options.signature(), "min_freq": min_freq},
        "corpus": {"n_symbols": corpus.n_symbols, "n_documents": corpus.n_documents},
        "background": {"name": background.name, "n_symbols": background.n_symbols},
    }


def announce_compilation(progress: Progress) -> None:
    """Say so when the kernels have yet to be compiled: it takes some seconds, once."""
    if not kernels.is_compiled():
        progress.note("compiling the counting loops: some seconds, only this once")
