"""What has been counted, for a report; and files without text as they are saved.

In: a table, and what is kept beside it. Out: a file, and its sizes and bounds in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from termmine.counting.countfile.format import Settings
from termmine.counting.parts.bounds import exact_from
from termmine.counting.parts.write import write_part
from termmine.runtime.job import Job
from termmine.types import Kept, NgramTable


@dataclass(frozen=True)
class Bounds:
    """The frequencies from which on a file without text is complete, and exact; how many n-grams are exact, and whether
    there are rarer ones than those that it is complete of.
    """

    complete_from: int
    exact_from: int
    n_exact: int
    has_more: bool = False


@dataclass(frozen=True)
class Counted:
    """The sizes of a finished count, for a report. A file without text that adds up has ``bounds`` and is complete from
    ``min_freq`` on.
    """

    n_symbols: int
    n_documents: int
    n_ngrams: int
    min_freq: int
    bounds: Bounds | None = None

    def figures(self) -> dict[str, int]:
        """The sizes by their names; of a file that has bounds also ``exact_from`` and ``n_exact``."""
        sizes = {name: size for name, size in vars(self).items() if name != "bounds"}
        if self.bounds is None:
            return sizes
        return sizes | {"exact_from": self.bounds.exact_from, "n_exact": self.bounds.n_exact}

    def in_words(self) -> str:
        """The sizes as a note."""
        if self.bounds is not None and self.bounds.has_more:
            return (
                f"{self.n_symbols} symbols, {self.n_documents} documents, {self.n_ngrams} n-grams, "
                f"among them all of frequency {self.min_freq} and more; {self.bounds.n_exact} counts are exact, "
                f"from frequency {self.bounds.exact_from} on all of them"
            )
        return (
            f"{self.n_symbols} symbols, {self.n_documents} documents, "
            f"{self.n_ngrams} n-grams of frequency {self.min_freq} and more"
        )


def save_part(output: Path, settings: Settings, table: NgramTable, kept: Kept, job: Job) -> Counted:
    """Write a file without text that adds up, and say what is in it."""
    with job.progress.stage("writing"):
        write_part(output, settings, table, kept)
    n_ngrams = int(table.level[min(settings.max_length, len(table.level) - 1)])
    n_exact = int((kept.missed[:n_ngrams] == 0).sum())
    has_more = bool((table.freq[:n_ngrams] < kept.complete_from).any())
    bounds = Bounds(kept.complete_from, exact_from(table, kept), n_exact, has_more)
    return Counted(table.n_symbols, table.n_documents, n_ngrams, kept.complete_from, bounds)
