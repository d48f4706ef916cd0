"""Two lists of terms, before and after: which terms are new, which have vanished, which rise and which fall.

In: two tables as `discover` writes them. Out: one row a change. A term rises or falls when its share of all occurrences
of the terms that both lists hold has changed so much (log ratio) and so surely (signed log-likelihood) that chance does
not explain it; the corpora behind the lists may differ in size. Nothing is read off the text here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from termmine.formats.read import read_terms
from termmine.measures import keyness, log_ratio
from termmine.options import MIN_CHANGE_KEYNESS, MIN_CHANGE_LOG_RATIO
from termmine.text.normalize import normal_form

#: The columns of a comparison, in order.
COLUMNS = (
    "term", "change", "rank_before", "rank_after", "score_before", "score_after", "freq_before", "freq_after",
    "keyness", "log_ratio",
)  # fmt: skip
CHANGES = ("new", "rising", "falling", "vanished")  # in the order of the rows


def compare_lists(
    before: Path, after: Path, *, min_keyness: float = MIN_CHANGE_KEYNESS, min_log_ratio: float = MIN_CHANGE_LOG_RATIO
) -> pd.DataFrame:
    """The changes between two files of terms; see `compare`."""
    return compare(read_terms(before), read_terms(after), min_keyness=min_keyness, min_log_ratio=min_log_ratio)


def compare(
    before: pd.DataFrame,
    after: pd.DataFrame,
    *,
    min_keyness: float = MIN_CHANGE_KEYNESS,
    min_log_ratio: float = MIN_CHANGE_LOG_RATIO,
) -> pd.DataFrame:
    """One row a change, with the columns `COLUMNS`; missing figures are None.

    Terms are the same when they fold to the same. Rows: what is new by its rank, what rises and what falls by how sure
    that is, what has vanished by the rank that it had. ``keyness`` and ``log_ratio`` compare the frequencies after with
    those before, positive where the term rises; what has no frequency in one of the lists neither rises nor falls.
    """
    pair = _paired(_ranked(before), _ranked(after))
    there = pair["freq_before"].notna() & pair["freq_after"].notna()
    pair["keyness"] = pair["log_ratio"] = np.nan
    if there.any():
        f1, f2 = (pair.loc[there, name].to_numpy(dtype=np.float64) for name in ("freq_after", "freq_before"))
        counts = (f1, max(f1.sum(), 1.0), f2, max(f2.sum(), 1.0))
        pair.loc[there, "keyness"], pair.loc[there, "log_ratio"] = keyness(*counts), log_ratio(*counts)
    sure = there & (pair["keyness"].abs() >= min_keyness) & (pair["log_ratio"].abs() >= min_log_ratio)
    pair["change"] = np.select(
        [pair["rank_before"].isna(), pair["rank_after"].isna(), sure & (pair["keyness"] > 0), sure],
        ["new", "vanished", "rising", "falling"],
        "",
    )
    return _in_order(pair[pair["change"] != ""])


def _ranked(frame: pd.DataFrame) -> pd.DataFrame:
    """Term, rank, score and frequency under the term's normal form; of equal terms the best ranked."""
    ranked = frame.reindex(columns=["term", "score", "freq"]).assign(rank=np.arange(1, len(frame) + 1))
    ranked.index = pd.Index([normal_form(term) for term in frame["term"]])
    return ranked[~ranked.index.duplicated()]


def _paired(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    pair = before.add_suffix("_before").join(after.add_suffix("_after"), how="outer", sort=True)
    return pair.assign(term=pair["term_after"].where(pair["term_after"].notna(), pair["term_before"]))


def _in_order(changes: pd.DataFrame) -> pd.DataFrame:
    kind = changes["change"].map(CHANGES.index)
    order = np.where(
        kind == CHANGES.index("new"),
        changes["rank_after"],
        np.where(kind == CHANGES.index("vanished"), changes["rank_before"], -changes["keyness"].abs()),
    )
    changes = changes.assign(kind=kind, order=order).sort_values(["kind", "order", "term"], kind="stable")
    return pd.DataFrame({name: pd.Series(_cells(changes[name]), dtype=object) for name in COLUMNS})


def _cells(column: pd.Series[Any]) -> list[Any]:
    """Plain values, None where there is none; ranks and frequencies are whole numbers."""
    whole = str(column.name).startswith(("rank", "freq"))
    return [None if pd.isna(value) else int(value) if whole else value for value in column.tolist()]


def in_words(changes: pd.DataFrame) -> str:
    """How many changes of each kind there are, in a line."""
    counts = changes["change"].value_counts()
    told = [f"{counts[change]} {change}" for change in CHANGES if change in counts]
    return ", ".join(told) or "nothing has changed"
