"""The keywords that the functions take, for type checkers and editors.

In: the classes of `termmine.options`, which hold the defaults. Out: types, and signatures. No value is checked here.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeAlias, TypedDict, TypeVar

from termmine.options import ReadOptions, check_names

if TYPE_CHECKING:
    import pandas as pd

Paths: TypeAlias = "str | os.PathLike[str]"
#: A list of terms or rules: a file or several, a DataFrame with a column term, or any iterable of str.
Listed: TypeAlias = "Paths | Iterable[Paths] | pd.DataFrame | pd.Series[Any]"
#: False: nothing is shown; True: a bar, in a notebook too; a function: called with stage, done, total (None: unknown).
Watched: TypeAlias = "bool | Callable[[str, int, int | None], None]"


class ReadKeywords(TypedDict, total=False):
    """The options of reading; see `termmine help discover`."""

    encoding: str | None
    document: Literal["line", "file"]
    input_format: str | None
    field: str
    fold: Literal["t2s"] | None
    strict: bool
    include: Sequence[str]
    exclude: Sequence[str]


class CorpusKeywords(ReadKeywords, total=False):
    """The options of reading text that is to be counted."""

    sample: str | None
    dedupe: Literal["lines", "documents"] | None


class CountKeywords(CorpusKeywords, total=False):
    """The options of counting."""

    max_length: int | None
    min_freq: int | None
    neighbours: bool
    no_text: bool
    floor: int | None
    exactly: str | None


class DiscoverKeywords(CorpusKeywords, total=False):
    """The options of a discovery."""

    max_length: int
    min_freq: int | None
    min_doc_freq: int
    sample_background: str | None
    min_background_freq: int
    min_cohesion: float | None
    min_left_entropy: float
    min_right_entropy: float
    min_independence: float
    min_keyness: float | None
    min_log_ratio: float | None
    min_score: float | None
    like: Listed | None
    measure: str
    top: int | None
    any_script: bool
    known: Listed
    mark_known: bool
    ban: Listed
    keep: Listed
    feedback: Listed
    seeds: Listed | None
    contexts: int


_P = ParamSpec("_P")
_R = TypeVar("_R")


def with_signature(options: type[ReadOptions]) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Have a function's signature name every option with its default, as editors and `help` show it."""

    def decorate(function: Callable[_P, _R]) -> Callable[_P, _R]:
        signature = inspect.signature(function)
        own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
        more = [
            inspect.Parameter(
                option.name, inspect.Parameter.KEYWORD_ONLY, default=option.default, annotation=option.type
            )
            for option in dataclasses.fields(options)
        ]

        names = [parameter.name for parameter in [*own, *more]]

        @functools.wraps(function)
        def called(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            check_names(kwargs, names)
            return function(*args, **kwargs)

        called.__signature__ = signature.replace(parameters=[*own, *more])  # type: ignore[attr-defined]
        return called

    return decorate
