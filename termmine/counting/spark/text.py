"""Files -> encoded pieces that the cluster keeps, and the driver's facts about them.

In: addresses, and how to read. Out: a `Text`: a frame of pieces, and their facts in the order of the corpus. The notes
of local reading on bad records, encodings and files without text are made here too, and the separators between pieces
are settled as they would be locally.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np

from termmine.counting.spark import batches as b
from termmine.counting.spark.encoding import FACTS, LINES, SCHEMA, WHOLE, Encoding
from termmine.counting.spark.records import UNKNOWN_FILE, kind_of, read_records
from termmine.counting.spark.session import Cluster, Lent
from termmine.errors import TermmineError, UsageError
from termmine.kernels.codes import DOCUMENT_END, SOURCE_END, UNKNOWN
from termmine.kernels.encode import RUN, SOURCE
from termmine.options import ReadOptions
from termmine.readers.base import ReadReport
from termmine.readers.decoding import NO_TEXT, check_encoding
from termmine.readers.wiki import EXTRACTED, EXTRACTED_NAME

_FACTS = [fact.split()[0] for fact in FACTS.split(", ")]
_PART_BITS = 20  # of a piece's number in its part of a file: more than a part can hold


@dataclass(frozen=True)
class Text:
    """Text as encoded pieces. ``frame`` has a row a piece (`encoding.SCHEMA`); ``file``, ``start`` and ``part`` (int64)
    say which piece stands where, in order; ``lead`` (int32) is the separator that each begins with in the corpus,
    ``n_before`` (int64) the number of symbols of its file before it.
    """

    cluster: Cluster
    frame: Any
    file: np.ndarray
    start: np.ndarray
    part: np.ndarray
    lead: np.ndarray
    n_before: np.ndarray
    n_codes: int
    n_symbols: int
    n_documents: int
    has_han: bool

    def numbers(self) -> dict[tuple[int, int], int]:
        """The number of the first piece of each part of a file: of another one, its place in the part is added."""
        first = np.flatnonzero(self.part == 0).tolist()
        return {(int(self.file[i]), int(self.start[i])): i for i in first}

    def last(self) -> frozenset[int]:
        """The numbers of the pieces that end a part of a file."""
        ends = np.append(self.part[1:] == 0, True) if len(self.part) else np.zeros(0, dtype=bool)
        return frozenset(np.flatnonzero(ends).tolist())

    def forget(self) -> None:
        """Free the cluster's memory of this text."""
        self.frame.unpersist()


def read_text(
    cluster: Cluster,
    addresses: Sequence[str],
    named: Iterable[str],
    options: ReadOptions,
    report: ReadReport,
    frozen: Lent | None = None,
) -> Text:
    """Read and encode files; ``named`` are those that must hold text. With ``frozen`` words the pieces are final."""
    _check_encoding(options)
    encoding = Encoding(options, "", {}, frozen)
    frame, facts = _encoded(cluster, addresses, encoding)
    decided = _disagreements(facts)
    if decided:
        frame.unpersist()
        frame, facts = _encoded(cluster, addresses, replace(encoding, decided=decided))
    _tell(facts, addresses, frozenset(named), options, report)
    skipped = frozenset(report.skipped)
    begins = any(address not in skipped for address in addresses[: int(facts["file"][:1].sum())])
    return _settled(cluster, frame, facts, int(SOURCE if begins else RUN))


def _check_encoding(options: ReadOptions) -> None:
    """Refuse an encoding in which a line does not end with the byte 10."""
    if options.encoding is None:
        return
    check_encoding(options.encoding)
    plain = bytes(range(128))
    try:
        is_plain = plain.decode(options.encoding) == plain.decode("ascii")
    except UnicodeError:
        is_plain = False
    if not is_plain:
        raise UsageError(
            f"--encoding {options.encoding}: Spark does not find its line ends: convert the files to UTF-8"
        )


def _encoded(cluster: Cluster, addresses: Sequence[str], encoding: Encoding) -> tuple[Any, dict[str, Any]]:
    """The pieces, kept; and their facts in the order of the corpus."""
    seen: Counter[str] = Counter()
    groups: dict[tuple[str, int], dict[str, int]] = {}  # files of one kind, each once: Spark reads a file once
    for number, address in enumerate(addresses):
        groups.setdefault((kind_of(address, encoding.options), seen[address]), {})[address] = number
        seen[address] += 1
    frames = []
    for (kind, _), numbers in groups.items():
        records = read_records(cluster, numbers, kind, encoding.options)
        frames.append(cluster.map(records, replace(encoding, kind=kind), SCHEMA))
    frame = cluster.keep(reduce(lambda one, other: one.union(other), frames))
    return frame, _facts(cluster.fetch(frame.select(*_FACTS)))


def _facts(table: Any) -> dict[str, Any]:
    order = np.lexsort([b.column(table, name) for name in ("part", "start", "file")])
    facts: dict[str, Any] = {}
    for name in _FACTS:
        values = table.column(name)
        if name in ("bad_reason", "encoding", "head"):
            cells = values.to_pylist()
            facts[name] = [cells[i] for i in order.tolist()]
        else:
            facts[name] = b.column(table, name)[order]
    if UNKNOWN_FILE in facts["file"]:
        raise TermmineError("Spark: gives a file an address that is not understood: give its full address")
    return facts


def _disagreements(facts: dict[str, Any]) -> dict[int, str]:
    """The encodings of files whose parts judged differently: that of the first part that judged."""
    judged: dict[int, dict[str, None]] = {}
    for file, encoding in zip(facts["file"].tolist(), facts["encoding"], strict=True):
        if encoding:
            judged.setdefault(file, {})[encoding] = None
    return {file: next(iter(encodings)) for file, encodings in judged.items() if len(encodings) > 1}


# --- the notes of local reading --------------------------------------------------------------------------------------


def _tell(
    facts: dict[str, Any], addresses: Sequence[str], named: frozenset[str], options: ReadOptions, report: ReadReport
) -> None:
    first = np.flatnonzero(np.diff(facts["file"], prepend=-1)).tolist()
    for lo, hi in pairwise([*first, len(facts["file"])]):
        _tell_of_file(facts, lo, hi, addresses[int(facts["file"][lo])], named, options, report)
    report.n_files = len(addresses) - len(report.skipped)
    report.n_bytes += int(facts["size"].sum())
    plain = [kind_of(address, options) in (LINES, WHOLE) for address in addresses]  # a file of text is one to a reader
    report.n_documents += int(facts["documents"].sum()) + sum(plain) - len(report.skipped)
    if not report.n_files:
        raise TermmineError(f"{report.skipped[0]}: no file here holds text: give a directory with text files")
    if report.n_bad and not report.n_documents:
        raise TermmineError(
            f"{report.first_bad}: no record could be read ({report.n_bad} bad): check --field and --input-format"
        )


def _tell_of_file(
    facts: dict[str, Any],
    lo: int,
    hi: int,
    address: str,
    named: frozenset[str],
    options: ReadOptions,
    report: ReadReport,
) -> None:
    """Report the findings of the pieces from lo to hi, which are those of one file."""
    encoding = next((name for name in facts["encoding"][lo:hi] if name), "")
    head, name = facts["head"][lo], address.rpartition("/")[2]
    if encoding.startswith("not "):
        raise TermmineError(f"{address}: is {encoding}: give another --encoding, or leave it out to have it found")
    if encoding in NO_TEXT:
        problem, advice = NO_TEXT[encoding]
        if address in named:
            raise TermmineError(f"{address}: {problem}: {advice}")
        report.skipped.append(address)
        return
    if encoding.startswith(("utf-16", "utf-32")):
        raise UsageError(f"{address}: is {encoding}, whose lines Spark does not find: convert it to UTF-8")
    extracted = EXTRACTED.match(head) or (EXTRACTED_NAME.fullmatch(name) and head.lstrip().startswith(b"{"))
    if options.input_format is None and extracted:
        raise UsageError(f"{address}: is of WikiExtractor, which --engine spark does not read: count it locally")
    if encoding:
        report.encodings[encoding] = report.encodings.get(encoding, 0) + 1
    undecodable = int(facts["undecodable"][lo:hi].sum())
    if undecodable:
        report.first_undecodable = report.first_undecodable or address
        report.undecodable += undecodable
        if options.strict:
            raise TermmineError(f"{address}: has undecodable bytes: mend it, or leave --strict out")
    _tell_of_bad(facts, lo, hi, address, options, report)


def _tell_of_bad(
    facts: dict[str, Any], lo: int, hi: int, address: str, options: ReadOptions, report: ReadReport
) -> None:
    bad = facts["bad"][lo:hi]
    if not bad.any():
        return
    at = lo + int(np.flatnonzero(bad)[0])
    line = int(facts["lines"][lo:at].sum() + facts["bad_line"][at])
    where = f"{address}:{line}: {facts['bad_reason'][at]}"
    if options.strict:
        raise TermmineError(f"{where}: mend it, or leave --strict out to pass over what is bad")
    report.n_bad += int(bad.sum())
    report.first_bad = report.first_bad or where


# --- between the pieces ----------------------------------------------------------------------------------------------


def _settled(cluster: Cluster, frame: Any, facts: dict[str, Any], pending: int) -> Text:
    """The separators between pieces, as `CorpusBuilder` settles them, and the sizes of the whole.

    ``pending``: the separator before the first piece, where that is of a file behind one that held nothing.
    """
    file_before = -1
    n_symbols = n_documents = n_codes = 0
    lead = np.full(len(facts["file"]), -1, dtype=np.int32)
    n_before, in_file = np.zeros(len(lead), dtype=np.int64), 0
    columns = (facts[name].tolist() for name in ("file", "first", "pending", "symbols", "ends", "codes_n"))
    for i, (file, first, after, symbols, ends, size) in enumerate(zip(*columns, strict=True)):
        if file != file_before:
            pending = pending if file_before < 0 else int(SOURCE)
            file_before, in_file = file, 0
        if not size:
            pending = max(pending, after)
            continue
        own = max(first, pending - 1) if first < UNKNOWN else first
        lead[i], n_before[i] = own, in_file
        in_file += symbols
        n_documents += ends + (own in (DOCUMENT_END, SOURCE_END) and n_symbols > 0)
        n_symbols += symbols
        n_codes += size
        pending = after
    return Text(
        cluster, frame, facts["file"], facts["start"], facts["part"], lead, n_before,
        n_codes + 1, n_symbols, n_documents + (n_symbols > 0), bool(facts["han"].any()),
    )  # fmt: skip
