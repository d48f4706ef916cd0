"""Every option of a discovery, with its default, its range and its help: the one place that knows them.

The command line makes its options from these fields, the library takes them as keywords, and the signature prints
them. `None` stands for a default that depends on the corpus.
"""

from __future__ import annotations

import math
from dataclasses import Field, dataclass, field, fields
from numbers import Integral, Real
from typing import Any

from termmine.errors import UsageError

SETTINGS_FILE = "termmine.toml"  # which is no text of a corpus, though it may lie in one
MAX_LENGTH = 100  # symbols: beyond any term; keeps a typing error from costing hours
MIN_CHANGE_KEYNESS = 10.83  # of a rising or falling term: chi squared with one degree of freedom, p < 0.001
MIN_CHANGE_LOG_RATIO = 0.5  # bits, two fifths more: what is surer than that but smaller is of no use to a reader
MAX_CONTEXTS = 20  # sentences: each term's are held in memory

_MIN_FREQ_HELP = "Least frequency; default: 2 to 7, more in larger corpora."

_KINDS: dict[str, Any] = {"int": Integral, "float": Real, "str": str, "bool": bool}
SEVERAL = "tuple[str, ...]"  # the type of an option that may be given several times


def _option(
    default: Any,
    help: str,
    low: float = -math.inf,
    high: float = math.inf,
    choices: tuple[str, ...] = (),
    path: bool = False,
) -> Any:
    return field(default=default, metadata={"help": help, "low": low, "high": high, "choices": choices, "path": path})


def _check(option: Field[Any], value: Any) -> None:
    kind, _, optional = str(option.type).partition(" | ")
    low, high, choices = (option.metadata[name] for name in ("low", "high", "choices"))
    flag = "--" + option.name.replace("_", "-")
    if value is None and optional:
        return
    if kind == SEVERAL:
        if not isinstance(value, tuple) or not all(isinstance(item, str) for item in value):
            raise UsageError(f"{flag} {value!r}: must be a list of str")
        return
    if not isinstance(value, _KINDS[kind]) or isinstance(value, bool) != (kind == "bool"):
        raise UsageError(f"{flag} {value!r}: must be of type {kind}")
    if choices and value not in choices:
        raise UsageError(f"{flag} {value}: choose one of {', '.join(choices)}")
    if kind == "float" and not math.isfinite(value):
        raise UsageError(f"{flag} {value}: give a finite number")
    if kind in ("int", "float") and value < low:
        raise UsageError(f"{flag} {value}: must be at least {low:g}")
    if kind in ("int", "float") and value > high:
        raise UsageError(f"{flag} {value}: must be at most {high:g}")


@dataclass(frozen=True)
class ReadOptions:
    """How files are read, whatever is done with their text; each field's metadata documents it."""

    encoding: str | None = _option(None, "Encoding of all files; default: BOM, else UTF-8, else GB18030.")
    document: str = _option("line", "What a document is.", choices=("line", "file"))
    input_format: str | None = _option(None, "Format of all files; default: by extension, else plain text.")
    field: str = _option("text", "What holds the text of a record: a field (a.b), a column, or its number.")
    fold: str | None = _option(None, "Also fold traditional into simplified characters: t2s.", choices=("t2s",))
    strict: bool = _option(False, "Make the first bad record an error; default: count and skip bad records.")

    def __post_init__(self) -> None:
        for option in fields(self):
            value = getattr(self, option.name)
            if option.type == SEVERAL and isinstance(value, list):
                object.__setattr__(self, option.name, tuple(value))
            _check(option, getattr(self, option.name))

    def signature(self) -> dict[str, Any]:
        """All options, in order, for the reproducibility signature."""
        values = {option.name: getattr(self, option.name) for option in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


@dataclass(frozen=True)
class CountOptions(ReadOptions):
    """What `count` can be told: how to read, and what to count. None: as the count files that are added to say."""

    max_length: int | None = _option(
        None, "Longest n-gram, in symbols; default: as count files say, else 10.", low=2, high=MAX_LENGTH
    )
    min_freq: int | None = _option(None, _MIN_FREQ_HELP, low=1)
    neighbours: bool = _option(False, "Also count documents and neighbours: for a file that is to be a domain.")
    no_text: bool = _option(False, "Keep the counts alone: a small file, but only for --background, and final.")


@dataclass(frozen=True)
class DiscoverOptions(ReadOptions):
    """What `discover` can be told: how to read, and how to mine."""

    max_length: int = _option(10, "Longest term, in symbols.", low=2, high=MAX_LENGTH)
    min_freq: int | None = _option(None, _MIN_FREQ_HELP, low=1)
    min_doc_freq: int = _option(1, "Least number of documents.", low=1)
    min_background_freq: int = _option(0, "Least frequency in the background.", low=0)
    min_cohesion: float | None = _option(None, "Least cohesion, in bits.")
    min_left_entropy: float = _option(0.5, "Least entropy of the left neighbours, in bits.", low=0)
    min_right_entropy: float = _option(0.5, "Least entropy of the right neighbours, in bits.", low=0)
    min_independence: float = _option(
        0.1, "Least share of occurrences outside the commonest longer candidate; others are absorbed by it.", 0, 1
    )
    min_keyness: float | None = _option(None, "Least signed log-likelihood.")
    min_log_ratio: float | None = _option(None, "Least log ratio, in bits.")
    min_score: float | None = _option(None, "Least score (of the chosen measure).")
    like: str | None = _option(None, "File of good terms: keep what scores as well as nine in ten of them.", path=True)
    measure: str = _option("score", "What the ranking goes by; see docs/reference.md for the list.")
    top: int | None = _option(None, "Report the best N terms; default: all.", low=1)
    any_script: bool = _option(False, "Also report terms without a Han character.")
    known: tuple[str, ...] = _option(
        (), "File of terms to leave out: a list, a jieba dictionary, an earlier result.", path=True
    )
    mark_known: bool = _option(False, "Keep the terms of --known, and mark them in a column listed.")
    ban: tuple[str, ...] = _option((), "File of words and /expressions/ that are never reported.", path=True)
    keep: tuple[str, ...] = _option(
        (), "File of words and /expressions/ that are, whatever the other rules say.", path=True
    )
    feedback: tuple[str, ...] = _option(
        (), "Reviewed result with a column verdict (y, n or empty) to learn from.", path=True
    )
    contexts: int = _option(0, "Example sentences for each term, with their places.", low=0, high=MAX_CONTEXTS)

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that an option names."""
        return (*([] if self.like is None else [self.like]), *self.known, *self.ban, *self.keep, *self.feedback)


def make_options(**given: Any) -> DiscoverOptions:
    """Options from keywords; an unknown one is an error that lists the known ones."""
    known = [option.name for option in fields(DiscoverOptions)]
    for name in given:
        if name not in known:
            raise UsageError(f"unknown option {name!r}: choose from {', '.join(known)}")
    return DiscoverOptions(**given)


SYMBOLS_A_TIME = 8_000_000  # beyond some 200 MB of text, one more occurrence for so many symbols


def default_min_freq(n_symbols: int) -> int:
    """The least frequency that a corpus calls for: 2 up to 30,000 symbols, 5 at 10 million, 7 at 60 million.

    Until there one more for each tenfold growth: chance strings of a given frequency grow with the corpus, terms less
    so. Chosen so that a corpus of a few thousand lines still shows what it says twice. Beyond, in proportion to the
    size: the number of n-grams then stays at some millions, whatever the size, and a term of a gigabyte of text is
    still kept when it occurs once in 8 million symbols.
    """
    by_magnitude = max(2, round(math.log10(max(n_symbols, 1))) - 2)
    return max(min(7, by_magnitude), n_symbols // SYMBOLS_A_TIME)
