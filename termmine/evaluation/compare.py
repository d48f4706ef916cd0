"""Lists of terms, one after the other: which terms are new, which have vanished, which rise and which fall.

In: tables as `discover` writes them, and, if they are there, the exact counts of all their terms in the texts behind.
Out: for two lists one row a change, for more one row a term. A term rises or falls when its relative frequency has
changed so much (log ratio) and so surely (signed log-likelihood) that chance does not explain it; the corpora behind
the lists may differ in size. Nothing is counted here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from termmine.measures import keyness, log_ratio
from termmine.options import MIN_CHANGE_KEYNESS, MIN_CHANGE_LOG_RATIO
from termmine.text.normalize import normal_form

#: The columns of a comparison of two lists, in order.
COLUMNS = (
    "term", "change", "rank_before", "rank_after", "score_before", "score_after", "freq_before", "freq_after",
    "keyness", "log_ratio",
)  # fmt: skip

#: In the order of the rows. `entered` and `left` are known where the texts are: a term that was in the text before, or
#: still is, and has only crossed the end of the list.
CHANGES = ("new", "entered", "rising", "falling", "left", "vanished")


@dataclass(frozen=True)
class Text:
    """The counts of the text behind a list: the frequency of each term, by its normal form; and the symbols in all."""

    freq: dict[str, int]
    n_symbols: int


def compare(
    before: pd.DataFrame,
    after: pd.DataFrame,
    texts: tuple[Text, Text] | None = None,
    *,
    min_keyness: float = MIN_CHANGE_KEYNESS,
    min_log_ratio: float = MIN_CHANGE_LOG_RATIO,
) -> pd.DataFrame:
    """The changes, one row each, with the columns `COLUMNS`; missing figures are None.

    Terms are the same when they fold to the same. Rows: what is new by its rank, what rises and what falls by how sure
    that is, what has vanished by the rank that it had. ``keyness`` and ``log_ratio`` compare the frequencies after with
    those before, positive where the term rises; what has no frequency in one of the lists neither rises nor falls.

    With the ``texts`` every row has both frequencies, exact; they are compared by the sizes of the texts, else by the
    sums over the terms of both lists. Then `new` is what the text before did not hold, `vanished` what the text after
    does not; `entered` and `left` have merely crossed the end of a list.
    """
    pair = _paired(_ranked(before), _ranked(after))
    sizes = None
    if texts is not None:
        for name, text in zip(("freq_before", "freq_after"), texts, strict=True):
            pair[name] = [text.freq[form] for form in pair.index]
        sizes = texts[1].n_symbols, texts[0].n_symbols
    there = pair["freq_before"].notna() & pair["freq_after"].notna()
    pair["keyness"] = pair["log_ratio"] = np.nan
    if there.any():
        f1, f2 = (pair.loc[there, name].to_numpy(dtype=np.float64) for name in ("freq_after", "freq_before"))
        n1, n2 = sizes or (f1.sum(), f2.sum())
        counts = (f1, max(n1, 1.0), f2, max(n2, 1.0))
        pair.loc[there, "keyness"], pair.loc[there, "log_ratio"] = keyness(*counts), log_ratio(*counts)
    sure = there & (pair["keyness"].abs() >= min_keyness) & (pair["log_ratio"].abs() >= min_log_ratio)
    is_new, is_gone = pair["rank_before"].isna(), pair["rank_after"].isna()
    was_there, is_there = ((pair[name] > 0) & (texts is not None) for name in ("freq_before", "freq_after"))
    pair["change"] = np.select(
        [is_new & was_there, is_new, is_gone & is_there, is_gone, sure & (pair["keyness"] > 0), sure],
        ["entered", "new", "left", "vanished", "rising", "falling"],
        "",
    )
    return _in_order(pair[pair["change"] != ""])


def all_terms(lists: Sequence[pd.DataFrame]) -> dict[str, str]:
    """Every term of some lists: its normal form, and how it is written in the last list that has it."""
    terms: dict[str, str] = {}
    for frame in lists:
        terms |= {normal_form(term): term for term in reversed(frame["term"].tolist())}
    return terms


def line_up(lists: Sequence[pd.DataFrame], texts: Sequence[Text] | None = None) -> pd.DataFrame:
    """One row a term of any list: term, and for each list rank_1, score_1, freq_1 and so on; None where missing.

    The best ranked ones come first, by their best rank. With the ``texts`` each has its exact frequency everywhere.
    """
    terms = all_terms(lists)
    table = pd.DataFrame({"term": pd.Series(terms, dtype=object)})
    for i, frame in enumerate(lists, 1):
        table = table.join(_ranked(frame)[["rank", "score", "freq"]].add_suffix(f"_{i}"))
        if texts is not None:
            table[f"freq_{i}"] = [texts[i - 1].freq[form] for form in table.index]
    best = table[[f"rank_{i}" for i in range(1, len(lists) + 1)]].min(axis=1)
    table = table.assign(best=best).sort_values(["best", "term"], kind="stable").drop(columns="best")
    return pd.DataFrame({name: pd.Series(_cells(table[name]), dtype=object) for name in table})


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
    order = np.select(
        [changes["change"].isin(("new", "entered")), changes["change"].isin(("left", "vanished"))],
        [changes["rank_after"], changes["rank_before"]],
        -changes["keyness"].abs(),
    )
    changes = changes.assign(kind=kind, order=order).sort_values(["kind", "order", "term"], kind="stable")
    return pd.DataFrame({name: pd.Series(_cells(changes[name]), dtype=object) for name in COLUMNS})


def _cells(column: pd.Series[Any]) -> list[Any]:
    """Plain values, None where there is none; ranks and frequencies are whole numbers."""
    whole = str(column.name).startswith(("rank", "freq"))
    return [None if pd.isna(value) else int(value) if whole else value for value in column.tolist()]


def in_words(changes: pd.DataFrame) -> str:
    """The number of changes of each kind, in a line."""
    counts = changes["change"].value_counts()
    told = [f"{counts[change]} {change}" for change in CHANGES if change in counts]
    return ", ".join(told) or "nothing has changed"
