"""Lists of terms as tables, grown and grouped: what the commands of these names do, and the functions.

In: a table with a column `term`, and the corpus that it comes from. Out: a table. How a list is read and written is not
known here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from termmine.counting.engines import Engine
from termmine.meaning.grouped import Grouped, group_list
from termmine.meaning.grown import Seeds, grow_list, scores_of
from termmine.meaning.growth import Demand
from termmine.meaning.uses import uses_of
from termmine.meaning.variants import short_names
from termmine.options import ReadOptions
from termmine.readers.rewind import readable_twice
from termmine.readers.source import Files, Given, open_source
from termmine.search.lines import read_lines

if TYPE_CHECKING:
    import pandas as pd


def grow_frame(
    frame: pd.DataFrame,
    corpus: Given,
    seeds: Seeds,
    demand: Demand,
    reading: ReadOptions,
    engine: Engine,
    *,
    reached_only: bool = False,
) -> pd.DataFrame:
    """A list in a new order, by score and likeness to the seeds together, with the columns of `grown.COLUMNS`.

    ``reached_only``: without the terms that no path reaches.
    """
    terms = frame["term"].tolist()
    score = scores_of(_floats(frame, "score"), len(terms))
    known = np.array([flag is True for flag in frame["known"].tolist()] if "known" in frame else [False] * len(terms))
    strings = [*terms, *(seeds.good or []), *seeds.bad]
    uses = uses_of(strings, open_source(engine.located(corpus), reading), reading, engine)
    found = grow_list(terms, score, known, uses, seeds, demand, engine.job.progress.note, reading.fold)
    order = found.order[found.reached[found.order]] if reached_only else found.order
    return with_columns(frame, found.columns).iloc[order].reset_index(drop=True)


def _floats(frame: pd.DataFrame, name: str) -> np.ndarray | None:
    return frame[name].to_numpy(dtype=np.float64, na_value=np.nan) if name in frame else None


def with_columns(frame: pd.DataFrame, columns: dict[str, np.ndarray]) -> pd.DataFrame:
    """A table with columns added behind its own, or put in the place of those of the same name."""
    import pandas as pd

    added = {
        name: pd.array(column.tolist(), dtype="Int64") if name == "depth" else column
        for name, column in columns.items()
    }
    return frame.assign(**added)


def group_frame(
    frame: pd.DataFrame,
    corpus: Given,
    reading: ReadOptions,
    engine: Engine,
    *,
    families: int | None = None,
    groups: int | None = None,
) -> tuple[pd.DataFrame, Grouped]:
    """A list in groups, one row a thing, with the columns of `grouped.COLUMNS`; and the groups."""
    terms, source = frame["term"].tolist(), open_source(engine.located(corpus), reading)
    with readable_twice(source, engine.job.folder) as (source_again, rewind):
        uses = uses_of(terms, source_again, reading, engine)
        short: dict[str, list[str]] = {}
        if isinstance(source, Files) and source.counted:
            engine.job.progress.note("a count file holds no text: short names in brackets are not looked for")
        else:
            rewind()
            with engine.job.progress.stage("looking for short names"):
                lines = (line.text for line in read_lines(source_again, reading))
                short = short_names(terms, lines, reading.fold)
    found = group_list(terms, uses, short, families, groups)
    return with_columns(frame.iloc[found.rows()].reset_index(drop=True), found.columns()), found
