"""Every option of a discovery, with its default, its range and its help: the one place that knows them.

The command line makes its options from these fields, the library takes them as keywords, and the signature prints
them. `None` stands for a default that depends on the corpus.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import Field, dataclass, field, fields
from numbers import Integral, Real
from types import NoneType, UnionType
from typing import Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

from termmine.errors import UsageError

SETTINGS_FILE = "termmine.toml"  # it is not part of a corpus, though it may lie in its directory
MAX_LENGTH = 100  # symbols: beyond any term; keeps a typing error from costing hours
MIN_CHANGE_KEYNESS = 10.83  # G2 of a rising or falling term: chi squared with one degree of freedom, p < 0.001
MIN_CHANGE_LOG_RATIO = 0.5  # bits, two fifths more: what is surer than that but smaller is of no use to a reader
MAX_CONTEXTS = 20  # sentences: each term's are held in memory

MOST = 10**12  # occurrences, documents or terms: more than any corpus holds; keeps arithmetic within 64 bits
LONGEST_NAME = 1000  # characters of a field's name, or digits of its number

_MIN_FREQ_HELP = "Least number of occurrences; by default 2 to 7, up to 50 in a corpus of over 200 MB."

_KINDS: dict[type, Any] = {int: Integral, float: Real, str: str, bool: bool}


class OptionType(NamedTuple):
    """The type of an option: ``kind`` is int, float, str, bool, or tuple for one that may be given several times;
    ``optional``: None is a value.
    """

    kind: type
    optional: bool


def option_types(options: type) -> dict[str, OptionType]:
    """The type of each option of a class of options, by name."""
    return {name: _option_type(hint) for name, hint in get_type_hints(options).items()}


def _option_type(hint: Any) -> OptionType:
    """The type that an annotation says.

    >>> _option_type(int | None), _option_type(tuple[str, ...])
    (OptionType(kind=<class 'int'>, optional=True), OptionType(kind=<class 'tuple'>, optional=False))
    """
    kinds = [kind for kind in (get_args(hint) if isinstance(hint, UnionType) else [hint]) if kind is not NoneType]
    return OptionType(get_origin(kinds[0]) or kinds[0], isinstance(hint, UnionType))


def _option(
    default: Any,
    help: str,
    low: float = -math.inf,
    high: float = math.inf,
    choices: tuple[str, ...] = (),
    path: bool = False,
) -> Any:
    return field(default=default, metadata={"help": help, "low": low, "high": high, "choices": choices, "path": path})


def _check(option: Field[Any], type_: OptionType, value: Any) -> None:
    kind, optional = type_
    low, high, choices = (option.metadata[name] for name in ("low", "high", "choices"))
    flag = "--" + option.name.replace("_", "-")
    if value is None and optional:
        return
    if kind is tuple:
        if not isinstance(value, tuple) or not all(isinstance(item, str) for item in value):
            raise UsageError(f"{flag} {value!r}: must be a list of str")
        return
    if not isinstance(value, _KINDS[kind]) or isinstance(value, bool) != (kind is bool):
        raise UsageError(f"{flag} {value!r}: must be of type {kind.__name__}")
    if kind is str and len(value) > LONGEST_NAME and not option.metadata["path"]:
        raise UsageError(f"{flag} {value[:20]}...: must be at most {LONGEST_NAME} characters long")
    if choices and value not in choices:
        raise UsageError(f"{flag} {value}: choose one of {', '.join(choices)}")
    if kind is float and not math.isfinite(value):
        raise UsageError(f"{flag} {value}: give a finite number")
    if kind in (int, float) and value < low:
        raise UsageError(f"{flag} {value}: must be at least {low:g}")
    if kind in (int, float) and value > high:
        raise UsageError(f"{flag} {value}: must be at most {high:g}")


@dataclass(frozen=True)
class ReadOptions:
    """The options of reading files, whatever is done with their text; each field's metadata documents it."""

    encoding: str | None = _option(None, "Encoding of all files, as gb18030; by default it is found out for each file.")
    document: str = _option(
        "line",
        "What counts as a document: each line, or each file. Documents are what doc_freq counts.",
        choices=("line", "file"),
    )
    input_format: str | None = _option(
        None, "Format of all files; by default the extension of each decides, else it is plain text."
    )
    field: str = _option(
        "text", "Where a record has its text: the name or number of a column, or a field of JSON (a.b is b within a)."
    )
    fold: str | None = _option(None, "Read traditional characters as simplified ones: t2s.", choices=("t2s",))
    strict: bool = _option(
        False, "Stop at the first record that cannot be read; by default such records are skipped and counted."
    )
    include: tuple[str, ...] = _option(
        (), "Take such files of a folder, too, whatever their ending, as '*.py'; may be given several times."
    )
    exclude: tuple[str, ...] = _option(
        (), "Leave such files and folders of a folder out, as 'drafts' or '*.html'; may be given several times."
    )

    def __post_init__(self) -> None:
        types = option_types(type(self))
        for option in fields(self):
            value = getattr(self, option.name)
            if types[option.name].kind is tuple and isinstance(value, list):
                object.__setattr__(self, option.name, tuple(value))
            _check(option, types[option.name], getattr(self, option.name))

    def signature(self) -> dict[str, Any]:
        """All options, in order, for the reproducibility signature."""
        values = {option.name: getattr(self, option.name) for option in fields(self)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


@dataclass(frozen=True)
class CorpusOptions(ReadOptions):
    """The options of reading text that is to be counted: how to read, and which parts of it."""

    sample: str | None = _option(
        None,
        "Take a sample of the corpus: a share of its lines, as 10%, or as many as make about a size, as 1G; with "
        "--document file, of its records or files. The same ones every time.",
    )
    dedupe: str | None = _option(
        None,
        "Leave out lines that came before, or documents (records, or files that have none); the first one stays.",
        choices=("lines", "documents"),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.sample is not None:
            sample_rate(self.sample, None)

    @property
    def chosen_by(self) -> str | None:
        """The option that leaves something of the text out, with its value; None where all of it is taken."""
        given = {"--sample": self.sample, "--dedupe": self.dedupe}
        return next((f"{flag} {value}" for flag, value in given.items() if value is not None), None)


@dataclass(frozen=True)
class CountOptions(CorpusOptions):
    """The options of `count`: how to read, and what to count. None: as the count files say that are added to."""

    max_length: int | None = _option(
        None, "Longest n-gram, in symbols; by default as the count files say, else 10.", low=2, high=MAX_LENGTH
    )
    min_freq: int | None = _option(None, _MIN_FREQ_HELP, low=1, high=MOST)
    neighbours: bool = _option(
        False, "Also count documents and neighbours, so that discover need not: for a file that is to be its CORPUS."
    )
    no_text: bool = _option(
        False, "Leave the text out: a small file, that can only be a background; with --floor more than that."
    )
    floor: int | None = _option(
        None,
        "With --no-text: keep all that occurs so often, and what a ranking needs of the text, so that the file can be "
        "merged with others of its kind, and be a domain.",
        low=1,
        high=MOST,
    )

    exactly: str | None = _option(
        None,
        "With --no-text: count the n-grams of this file, merged from parts, and no others, however rare they are here: "
        "such parts add up exactly.",
        path=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        said = {"--floor": self.floor, "--exactly": self.exactly, "--min-freq": self.min_freq}
        flags = [flag for flag, value in said.items() if value is not None]
        if flags[:1] in ([], ["--min-freq"]):
            return
        if not self.no_text:
            raise UsageError(f"{flags[0]}: is for files without text: give --no-text, too")
        if len(flags) > 1:
            raise UsageError(f"{flags[0]} and {flags[1]}: both say what is rare: give one of them")


@dataclass(frozen=True)
class DiscoverOptions(CorpusOptions):
    """The options of `discover`: how to read, and how to mine."""

    max_length: int = _option(
        10,
        "Longest term, in symbols: a Chinese character is one, and so is a word like GPU or 10kV.",
        low=2,
        high=MAX_LENGTH,
    )
    min_freq: int | None = _option(None, _MIN_FREQ_HELP, low=1, high=MOST)
    min_doc_freq: int = _option(1, "Least number of documents that hold the term.", low=1, high=MOST)
    sample_background: str | None = _option(None, "Take a sample of the background: a share or a size.")
    min_background_freq: int = _option(0, "Least number of occurrences in the background.", low=0, high=MOST)
    min_cohesion: float | None = _option(
        None, "Least cohesion, in bits: how much oftener the parts of a term stand together than by chance."
    )
    min_left_entropy: float = _option(
        0.5, "Least variety of what stands to the left of a term (entropy, in bits).", low=0
    )
    min_right_entropy: float = _option(
        0.5, "Least variety of what stands to the right of a term (entropy, in bits).", low=0
    )
    min_independence: float = _option(
        0.1,
        "Least share of occurrences outside the longer term that holds it most often; what has less is a fragment.",
        0,
        1,
    )
    min_keyness: float | None = _option(
        None, "Least keyness: how surely a term is commoner than in the background (log-likelihood)."
    )
    min_log_ratio: float | None = _option(
        None, "Least log ratio, in bits: 1 is twice as common as in the background, 2 is four times."
    )
    min_score: float | None = _option(None, "Least score, by the measure that is chosen.")
    like: str | None = _option(
        None, "File of good terms: set --min-score so that nine in ten of those in the corpus are reported.", path=True
    )
    measure: str = _option(
        "score",
        "What to rank by: score (all evidence together), keyness, log_ratio, log_ratio_bound, "
        "log_odds, weirdness, simple_maths, smoothed_ratio or c_value.",
    )
    top: int | None = _option(None, "Report only so many terms, the best.", low=1, high=MOST)
    any_script: bool = _option(False, "Report terms without a Chinese character, too, as GPU.")
    known: tuple[str, ...] = _option(
        (),
        "File of terms that you have already, to leave out: one a line, a jieba dictionary, or an earlier result.",
        path=True,
    )
    mark_known: bool = _option(False, "Report the terms of --known after all, and mark them in a column named listed.")
    ban: tuple[str, ...] = _option(
        (), "File of words, and of /regular expressions/, that are never reported.", path=True
    )
    keep: tuple[str, ...] = _option(
        (), "File of words, and of /regular expressions/, that are reported whatever the other rules say.", path=True
    )
    feedback: tuple[str, ...] = _option(
        (), "An earlier result with your judgement in a column named verdict (y, n or empty), to learn from.", path=True
    )
    seeds: str | None = _option(
        None,
        "File of good terms: rank by likeness of use to them, too, and say by which path each is reached.",
        path=True,
    )
    contexts: int = _option(
        0, "Number of example sentences for each term, with their places.", low=0, high=MAX_CONTEXTS
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.sample_background is not None:
            sample_rate(self.sample_background, None, "--sample-background")

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that an option names."""
        alone = (path for path in (self.like, self.seeds) if path is not None)
        return (*alone, *self.known, *self.ban, *self.keep, *self.feedback)


_SAMPLE = re.compile(r"(\d{1,18}(?:\.\d{1,18})?)\s*(%|(?:([KMGT])(?:i?B)?))?", re.IGNORECASE)
_POWERS = {"K": 10, "M": 20, "G": 30, "T": 40}


def sample_rate(text: str, size: int | None, flag: str = "--sample") -> float:
    """The share that a sample takes of so many bytes (None: not known yet; 0: not known at all): at most 1.

    >>> sample_rate("10%", None), sample_rate("0.25", None), sample_rate("1G", 1 << 32)
    (0.1, 0.25, 0.25)
    """
    match = _SAMPLE.fullmatch(text.strip())
    if match is None or not float(match[1]) or (not match[3] and float(match[1]) > (100 if match[2] else 1)):
        raise UsageError(f"{flag} {text}: is no share and no size: give one, as 10% or 1G")
    if not match[3]:
        return float(match[1]) / (100 if match[2] else 1)
    if size == 0:
        raise UsageError(f"{flag} {text}: it is not known how large the text is: give a share, as 10%")
    return min(1.0, float(match[1]) * 2 ** _POWERS[match[3].upper()] / size) if size else 1.0


Options = TypeVar("Options", bound=ReadOptions)


def make_options(**given: Any) -> DiscoverOptions:
    """Options of a discovery from keywords; an unknown one is an error that names the nearest known one."""
    return options_of(DiscoverOptions, given)


def options_of(kind: type[Options], given: Mapping[str, Any]) -> Options:
    """Options of any kind from keywords."""
    check_names(given, [option.name for option in fields(kind)])
    return kind(**given)


def check_names(given: Iterable[str], known: Sequence[str]) -> None:
    """Refuse a name that is not known; the error names the nearest one."""
    for name in given:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"choose from {', '.join(known)}"
            raise UsageError(f"unknown option {name!r}: {hint}")


SYMBOLS_A_TIME = 8_000_000  # above some 200 MB of text, one more occurrence is needed for so many symbols ...
PLAINLY_ATTESTED = 50  # ... up to so many


def default_min_freq(n_symbols: int) -> int:
    """The least frequency that a corpus calls for: 2 up to 30,000 symbols, 5 at 10 million, 7 at 60 million; 50 at most
    (400 million).

    Up to 60 million, one more for each tenfold growth: chance strings of a given frequency grow with the corpus, terms
    less so. Chosen so that a corpus of a few thousand lines still shows what it says twice. Then in proportion to the
    size, which keeps the n-grams at some three millions, up to `PLAINLY_ATTESTED`, at 400 million symbols: a term of
    one field does not become commoner by texts of others. Of a field of 33 million symbols, a least frequency of 50
    leaves the first 20,000 terms nearly as they are; 100 takes a fifth off their average precision, 200 half, and each
    takes off half of the table. docs/how-it-works.md has the figures.
    """
    by_magnitude = max(2, round(math.log10(max(n_symbols, 1))) - 2)
    return max(min(7, by_magnitude), min(n_symbols // SYMBOLS_A_TIME, PLAINLY_ATTESTED))
