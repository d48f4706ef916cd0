"""A list of terms, grown from seeds: in a new order, each with the seed and the path by which it was reached.

In: a list with its scores, the uses of its terms, words that are seeds, words that are none. Out: the order, and the
columns of `COLUMNS`. The search itself is in `growth`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from termmine.errors import TermmineError
from termmine.meaning.growth import MIDDLE, UNREACHED, Demand, Growth, grow, grown_order, surest, worth
from termmine.meaning.uses import Uses
from termmine.text.normalize import normal_form
from termmine.types import Columns

#: What growth adds to a list: the cosine to the seeds' direction, the steps from a seed, that seed, and the path.
COLUMNS = ("likeness", "depth", "seed", "path")
ARROW = " > "  # between the terms of a path


@dataclass(frozen=True)
class Seeds:
    """Words from which a list grows (None: its surest terms serve), words that are known to be no terms of the kind,
    and what to call the seeds in a message.
    """

    good: list[str] | None = None
    bad: list[str] = field(default_factory=list)
    name: str = "--seeds"


@dataclass(frozen=True)
class Grown:
    """``order``: the terms of a list, the best first (int64), without those that are known to be none; ``columns``: one
    entry a term of the list, in its order; ``reached``: whether it was reached (bool).
    """

    order: np.ndarray
    columns: Columns
    reached: np.ndarray


def grow_list(
    terms: Sequence[str],
    score: np.ndarray,
    known: np.ndarray,
    uses: Uses,
    seeds: Seeds,
    demand: Demand,
    note: Callable[[str], None],
    fold: str | None = None,
) -> Grown:
    """A list grown from seeds. ``score`` (float64) and ``known`` (bool: a word of a general dictionary): one a term.

    Seeds may be missing from the list, not from the text: those that have no vector are noted. An error where none has.
    """
    number = {normal_form(term, fold): i for i, term in reversed(list(enumerate(terms)))}
    others = [w for w in dict.fromkeys([*(seeds.good or []), *seeds.bad]) if normal_form(w, fold) not in number]
    number |= {normal_form(word, fold): len(terms) + i for i, word in enumerate(others)}
    strings = [*terms, *others]
    entries = uses.entries(strings)
    with_vector = np.flatnonzero(entries >= 0)
    place = np.full(len(strings), -1, dtype=np.int64)
    place[with_vector] = np.arange(len(with_vector))

    def places(words: list[str]) -> np.ndarray:
        return np.unique([place[number[normal_form(word, fold)]] for word in words]).astype(np.int64)

    if seeds.good is None:
        good = place[surest(score, entries[: len(terms)] >= 0, known)]
        chosen = ", ".join(strings[with_vector[i]] for i in good[:5])
        note(f"no seeds are given: the {len(good)} surest terms that are no words of a dictionary serve: {chosen}, ...")
    else:
        good = places(_found(seeds.good, lambda word: place[number[normal_form(word, fold)]] >= 0, seeds.name, note))
    bad = places([word for word in seeds.bad if place[number[normal_form(word, fold)]] >= 0])
    ranked = place[np.argsort(-score, kind="stable")]
    best = ranked[ranked >= 0][:MIDDLE]
    growth = grow(uses.vectors.matrix[entries[with_vector]], good, np.setdiff1d(bad, good), demand, best)
    return _as_list(strings, len(terms), with_vector, growth, score, {number[normal_form(w, fold)] for w in seeds.bad})


def grow_candidates(
    columns: Columns, uses: Uses, seeds: Seeds, spell: Callable[[np.ndarray], list[str]], note: Callable[[str], None]
) -> Columns:
    """The candidates of a corpus (columns ``row`` and ``score``), grown from seeds: with `COLUMNS`, and ``merit``, by
    which they are to be ranked. ``spell``: rows of the table as they are written.
    """
    rows, score = columns["row"], columns["score"]
    entries = np.where(score > 0.0, uses.vectors.of_rows(rows), -1)
    found = _found(seeds.good or [], lambda word: uses.entries([word])[0] >= 0, seeds.name, note)
    good = uses.entries(found)
    numbers = np.unique(np.concatenate([entries[entries >= 0], good]))
    place = np.full(len(uses.vectors), -1, dtype=np.int64)
    place[numbers] = np.arange(len(numbers))
    ranked = entries[np.argsort(-score, kind="stable")]
    best = place[ranked[ranked >= 0][:MIDDLE]]
    growth = grow(uses.vectors.matrix[numbers], np.unique(place[good]), np.zeros(0, dtype=np.int64), None, best)
    reached = np.flatnonzero(growth.depth != UNREACHED)
    names = dict(zip(reached.tolist(), spell(uses.vectors.row[numbers[reached]]), strict=True))
    of_candidate = np.where(entries >= 0, place[entries], -1)
    likeness = np.where(of_candidate >= 0, growth.likeness[of_candidate], np.nan)
    positive = np.maximum(score, score[score > 0.0].min(initial=1.0))
    depth, seed, path = (np.full(len(rows), empty, dtype=object) for empty in (None, "", ""))
    for i in np.flatnonzero(np.isin(of_candidate, reached)):
        steps = growth.path(int(of_candidate[i]))
        depth[i], seed[i] = len(steps) - 1, names[steps[0]]
        path[i] = _path([names[step] for step in steps], growth.step[steps])
    grown = {"likeness": likeness, "depth": depth, "seed": seed, "path": path}
    return columns | grown | {"merit": worth(positive, likeness)}


def _found(words: list[str], has_vector: Callable[[str], bool], name: str, note: Callable[[str], None]) -> list[str]:
    """The seeds that have a vector; the others are noted."""
    missing = [word for word in words if not has_vector(word)]
    if len(missing) == len(words):
        raise TermmineError(
            f"{name}: none of its {len(words)} seeds occurs often enough in the corpus ({', '.join(words[:5])}): "
            "give terms that the text uses five times or more"
        )
    if missing:
        note(f"{name}: not often enough in the corpus, so left out: {', '.join(missing)}")
    return [word for word in words if has_vector(word)]


def _as_list(
    strings: list[str], n: int, with_vector: np.ndarray, growth: Growth, score: np.ndarray, dropped: set[int]
) -> Grown:
    """The findings for candidates with vectors, as columns of the whole list."""
    likeness, depth = np.full(len(strings), np.nan), np.full(len(strings), UNREACHED, dtype=np.int64)
    likeness[with_vector], depth[with_vector] = growth.likeness, growth.depth
    seed, path = np.full(len(strings), "", dtype=object), np.full(len(strings), "", dtype=object)
    for i in np.flatnonzero(growth.depth != UNREACHED):
        steps = growth.path(int(i))
        names = [strings[with_vector[step]] for step in steps]
        seed[with_vector[i]], path[with_vector[i]] = names[0], _path(names, growth.step[steps])
    order = grown_order(score, likeness[:n])
    order = order[~np.isin(order, list(dropped))]
    reached = depth[:n] != UNREACHED
    shown = np.array([int(d) if d != UNREACHED else None for d in depth[:n].tolist()], dtype=object)
    return Grown(order, {"likeness": likeness[:n], "depth": shown, "seed": seed[:n], "path": path[:n]}, reached)


def _path(names: list[str], steps: np.ndarray) -> str:
    """A path as text: each step with its cosine.

    >>> _path(["变压器", "断路器", "隔离开关"], np.array([np.nan, 0.62, 0.7]))
    '变压器 > 断路器 (0.6200) > 隔离开关 (0.7000)'
    """
    return ARROW.join([names[0], *(f"{name} ({step:.4f})" for name, step in zip(names[1:], steps[1:], strict=True))])


def scores_of(score: np.ndarray | None, n: int) -> np.ndarray:
    """The scores of a list; where it has none, or not all, its order stands for them (float64, positive)."""
    if score is None or np.isnan(score).any():
        return 1.0 / (np.arange(n) + 10.0)
    return np.asarray(score, dtype=np.float64)
