"""Exact counts of given terms, zeros among them, in each corpus, file or group of records.

In: terms, and corpora (text of any kind, or count files that hold their text). Out: a table with a row for each term
and group, or one row a term. Nothing is selected or ranked here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from termmine.counting.countfile.read import load
from termmine.counting.source import check_settings, tell_of_reading
from termmine.errors import TermmineError, UsageError
from termmine.options import CorpusOptions, ReadOptions
from termmine.readers.base import Document, ReadReport
from termmine.readers.chosen import check_all_is_counted, chosen_blocks
from termmine.readers.read import read_documents, without_marks
from termmine.readers.source import Files, Given, Source, open_source
from termmine.runtime.arrays import IN_MEMORY
from termmine.runtime.job import Job, make_job
from termmine.search.tally import Counts, Groups, Terms
from termmine.types import DOCUMENT_END_CHARACTER

if TYPE_CHECKING:
    import pandas as pd

_FIELD = "field:"


@dataclass(frozen=True)
class Grouping:
    """The kind of groups: `corpus`, `file`, or a field of the records; ``field`` is its name then."""

    name: str
    field: str | None = None


def find_grouping(by: str) -> Grouping:
    """The grouping that `--by` names.

    >>> find_grouping("field:meta.year")
    Grouping(name='meta.year', field='meta.year')
    """
    if by in ("corpus", "file"):
        return Grouping(by)
    field = by.removeprefix(_FIELD)
    if by.startswith(_FIELD) and field:
        return Grouping(field, field)
    raise UsageError(f"--by {by}: choose corpus, file, or field:NAME (a field of JSON Lines, CSV, TSV or Parquet)")


def tally(
    terms: Iterable[str],
    corpora: Given | Mapping[str, Given],
    *,
    by: str = "corpus",
    wide: str | None = None,
    memory: str | int | None = None,
    threads: int | None = None,
    **reading: Any,
) -> pd.DataFrame:
    """Count terms in corpora, exactly; the same result as the command of that name.

    ``terms``: str, each counted as it is mined: case, width and a blank beside Han characters make no difference.
    ``corpora``: what `discover` takes (texts are one corpus), or a dict of such by name. ``by``: "corpus", "file", or
    "field:NAME". ``reading``: the fields of `termmine.options.CorpusOptions`, e.g. ``document="file"``.

    Returns one row a term and group, groups in order of appearance: term (str), the group's column (named corpus, file,
    or as the field), freq, doc_freq (int64), n_symbols, n_documents (int64, the group's size). With ``wide`` ("freq" or
    "doc_freq") one row a term and a column a group, with that count.

    >>> days = {"周一": ["差动保护动作"], "周二": ["油枕，差动保护，差动保护"]}
    >>> tally(["差动保护", "油枕"], days, wide="freq").to_dict("list")
    {'term': ['差动保护', '油枕'], '周一': [1, 0], '周二': [2, 1]}
    """
    job = make_job(memory, threads, None)
    with job.in_force():
        return tally_with(terms, corpora, by, wide, CorpusOptions(**reading), job)


def tally_with(
    terms: Iterable[str],
    corpora: Given | Mapping[str, Given],
    by: str,
    wide: str | None,
    options: ReadOptions,
    job: Job,
) -> pd.DataFrame:
    """`tally` with what a job may use."""
    given = corpora if isinstance(corpora, Mapping) else {"": corpora}
    opened = {name: open_source(one, options) for name, one in given.items()}
    sources = {name or source.name: source for name, source in opened.items()}
    counted = count_groups(list(terms), sources, find_grouping(by), options, job)
    return as_wide(*counted, wide) if wide else as_long(*counted, find_grouping(by).name)


def count_groups(
    terms: list[str],
    sources: Mapping[str, Source],
    grouping: Grouping,
    options: ReadOptions,
    job: Job,
) -> tuple[list[str], dict[str, Counts]]:
    """The terms, each once, and the counts of each group."""
    terms = list(dict.fromkeys(terms))
    if not terms:
        raise TermmineError("no terms are given: name at least one")
    ready = Terms(terms, options.fold)
    if ready.unfit:
        job.progress.note(f"no text can hold these as a term, so they are counted as 0: {', '.join(ready.unfit[:5])}")
    groups = Groups(ready, job)
    for name, source in sources.items():
        report = ReadReport.of(job.progress.meter)
        with job.progress.stage(f"counting in {name}", source.size):
            _count(name, source, grouping, groups, options, report)
        tell_of_reading(report, name, job.progress)
    return terms, groups.counts


def _count(
    name: str, source: Source, grouping: Grouping, groups: Groups, options: ReadOptions, report: ReadReport
) -> None:
    """Count in one corpus."""
    if not isinstance(source, Files) or (grouping.name == "corpus" and not source.counted):
        if grouping.name != "corpus":
            raise UsageError(f"--by {grouping.name}: the corpus {name} is given as texts: group by corpus")
        blocks = chosen_blocks(source, options, report, lambda _: None, groups.job)
        document = source.document or options.document
        groups.terms.add_text(groups.of(name), blocks, document, groups.job)
        return
    for path in source.counted:
        check_all_is_counted(options, path, "holds counts, of which nothing can be left out: give its text")
        if grouping.field is not None:
            raise UsageError(f"{path}: holds counts and no fields: group by corpus or by file")
        _count_in_file(path, groups.of(str(path) if grouping.name == "file" else name), groups.terms, options)
    rest = source.text
    if rest is not None:
        check_all_is_counted(options, f"--by {grouping.name}", "leaves nothing out: group by corpus")
        report.left_out = rest.left_out
        for path in rest.files:
            named = frozenset(rest.named)
            documents = read_documents([path], options, report=report, named=named, group=grouping.field)
            if grouping.field is None:
                group = name if grouping.name == "corpus" else str(path)
                groups.terms.add_text(groups.of(group), _text(documents), options.document, groups.job)
            else:
                _count_records(path, documents, groups, options)
        groups.flush(options.document)


def _count_in_file(path: Path, counts: Counts, terms: Terms, options: ReadOptions) -> None:
    file = load(path, IN_MEMORY)
    if not file.settings.text:
        raise TermmineError(f"{path}: was counted with --no-text, and knows no term that is rare: give its text")
    check_settings([file], options)
    terms.add_corpus(counts, file.corpus)


def _text(documents: Iterable[Document]) -> Iterator[str]:
    """The text of documents, in blocks."""
    for document in documents:
        yield from map(without_marks, document.blocks)
        yield DOCUMENT_END_CHARACTER


def _count_records(path: Path, documents: Iterable[Document], groups: Groups, options: ReadOptions) -> None:
    """Count records, grouped by the value of their field."""
    for document in documents:
        if document.group is None:
            raise UsageError(f"{path}: has no fields: --by {_FIELD}NAME needs JSON Lines, CSV, TSV or Parquet")
        groups.hold(document.group, "".join(_text([document])), options.document)


def as_long(terms: list[str], counts: dict[str, Counts], name: str) -> pd.DataFrame:
    """A row for each term and group, the groups of a term one below the other."""
    import pandas as pd

    n, sizes = len(terms), [(one.n_symbols, one.n_documents) for one in counts.values()]
    columns = {
        "term": np.repeat(np.array(terms, dtype=object), len(counts)),
        _heading(name): list(counts) * n,
        "freq": np.stack([one.freq for one in counts.values()], axis=1).ravel(),
        "doc_freq": np.stack([one.doc_freq for one in counts.values()], axis=1).ravel(),
        "n_symbols": [n_symbols for n_symbols, _ in sizes] * n,
        "n_documents": [n_documents for _, n_documents in sizes] * n,
    }
    return pd.DataFrame(columns)


def _heading(name: str) -> str:
    """The heading of the groups' column."""
    return "group" if name in ("term", "freq", "doc_freq", "n_symbols", "n_documents") else name


def as_wide(terms: list[str], counts: dict[str, Counts], count: str) -> pd.DataFrame:
    """A row for each term, and a column for each group with its freq or doc_freq."""
    import pandas as pd

    if count not in ("freq", "doc_freq"):
        raise UsageError(f"--wide {count}: choose freq or doc_freq")
    if "term" in counts:
        raise UsageError("a group is called term, as the column of the terms: leave --wide out")
    return pd.DataFrame({"term": terms} | {group: getattr(one, count) for group, one in counts.items()})
