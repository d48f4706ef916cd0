"""Names of one thing: spellings that differ in no more than a writer's habit, and short names that the text explains.

In: the terms of a list, the best first, and the lines of a corpus. Out: which terms are variants of which, and short
names beside them. Only exact rules are used, and likeness of meaning is none of them: 动脉 and 静脉 are alike.

Spellings are variants when they become the same by these: 的 between two characters is left out (变压器的油温,
变压器油温); a Roman number, or a Chinese one that begins the term, before 型, 期, 级 and the like is an Arabic one
(Ⅱ型糖尿病, 二型糖尿病, 2型糖尿病); blanks, hyphens and middle dots are left out, but between two digits; case and width
are folded. A short name is what stands in brackets behind a term (全称（缩写）), where the text says so at least
`LEAST` times, mostly of that term, and once at least of the term alone: 策略梯度 is not the full name of DDPG where all
that the text says is 深度确定性策略梯度（DDPG）.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from termmine.search.finder import Finder
from termmine.text.normalize import fold, normal_form

SEPARATOR = "; "  # between the names in a cell
LEAST = 2  # times that a short name must be explained: once may be a slip
SHARE = 0.6  # of all explanations of a short name: else it is short for several things
FREE = 0.4  # share above which what stands before the term shows that the full name begins earlier

_JOINTS = re.compile(r"(?<![0-9])[\s\-‐‑–·・](?=.)|(?<=[0-9])[\s\-‐‑–·・](?![0-9])")
_OF = re.compile("(?<=[\u4e00-\u9fff]{2})的(?=[\u4e00-\u9fff]{2})")
_ROMAN = {
    "i": "1",
    "ii": "2",
    "iii": "3",
    "iv": "4",
    "v": "5",
    "vi": "6",
    "vii": "7",
    "viii": "8",
    "ix": "9",
    "x": "10",
}
_HAN_NUMBERS = dict(zip("一二三四五六七八九十", map(str, range(1, 11)), strict=True))
_COUNTED = "型期级类度相区"
_ROMAN_NUMBER = re.compile(rf"(?<![a-z0-9])([ivx]+)(?=[{_COUNTED}])")
_HAN_NUMBER = re.compile(rf"^([一二三四五六七八九十])(?=[{_COUNTED}][\u4e00-\u9fff])")

_BRACKETS = re.compile(r"[（(]([^（）()]{1,60})[）)]")
_PARTS = re.compile(r"[,，、;；:：]")
_QUOTES = "“”\"'‘’「」《》 "
_LETTERS = re.compile(r"[A-Za-zΑ-ω][A-Za-zΑ-ω0-9\-]{1,11}")
_INITIALS = re.compile(r"(?<![a-zα-ω])[a-zα-ω]")
_SAID = re.compile("^(?:以下)?(?:简称|缩写为?|又称|亦称|也称|俗称|又名)(?:为|作)?")
_HAN = re.compile("[\u4e00-\u9fff]")
LATIN = "a"  # stands for any letter or digit
_JOINING = ("-", "/", "·")
_REACH = 40  # characters before a bracket in which the term is looked for


def key(term: str) -> str:
    """The part that all spellings of a term have in common.

    >>> [key(term) for term in ("变压器的油温", "变压器油温", "Ⅱ型糖尿病", "二型 糖尿病")]
    ['变压器油温', '变压器油温', '2型糖尿病', '2型糖尿病']
    >>> key("目的地"), key("10-5型"), key("X-射线")
    ('目的地', '10-5型', 'x射线')
    """
    text = _JOINTS.sub("", normal_form(term))
    text = _OF.sub("", text)
    text = _ROMAN_NUMBER.sub(lambda match: _ROMAN.get(match[1], match[1]), text)
    return _HAN_NUMBER.sub(lambda match: _HAN_NUMBERS[match[1]], text)


@dataclass
class Told:
    """The evidence of brackets for a short name: how often each term stands before it, and the text before the term."""

    short: str
    of: Counter[str] = field(default_factory=Counter)
    before: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def full(self) -> str | None:
        """The term that it is short for, None where that is not sure."""
        for term, n in self.of.most_common(1):
            before = max((k for character, k in self.before[term].items() if character), default=0)
            goes_on = (before >= LEAST and before > FREE * n) or not self.before[term][""]
            if n >= LEAST and n >= SHARE * self.of.total() and not goes_on:
                return term
        return None


def short_names(terms: Sequence[str], lines: Iterable[str], folding: str | None = None) -> dict[str, list[str]]:
    """The short names that a text gives terms in brackets behind them, the commonest first; terms without are left out.

    >>> short_names(["2型糖尿病"], ["患2型糖尿病（T2DM）者多", "2型糖尿病(type 2 diabetes mellitus, T2DM)"])
    {'2型糖尿病': ['T2DM']}
    """
    finder = Finder(terms, folding)
    told: dict[str, Told] = {}
    for line in lines:
        for before, inside in _bracketed(line):
            found = _ending(finder, fold(before, folding))
            if found is None:
                continue
            term, character = found
            for short in _shorts(inside, term):
                one = told.setdefault(normal_form(short, folding), Told(short))
                one.of[term] += 1
                one.before[term][character] += 1
    sure: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for one in told.values():
        full = one.full()
        if full is not None:
            sure[finder.strings[full]].append((-one.of[full], one.short))
    return {term: [short for _, short in sorted(sure[term])] for term in terms if term in sure}


def _bracketed(line: str) -> Iterator[tuple[str, str]]:
    """The text before each pair of brackets, and the text in it."""
    for match in _BRACKETS.finditer(line):
        yield line[max(match.start() - _REACH, 0) : match.start()], match[1]


def _ending(finder: Finder, folded: str) -> tuple[str, str] | None:
    """The longest term that a folded text ends in, and the character before it, blanks left out: `LATIN` for any letter
    or digit, or what joins words; empty where there is neither that nor a Han character.
    """
    folded = folded.rstrip(_QUOTES)
    ends = [(begin, string) for begin, end, string in finder.find(folded) if end == len(folded)]
    if not ends:
        return None
    begin, string = min(ends)
    before = folded[:begin].rstrip()[-1:]
    return string, before if _HAN.match(before) else LATIN if before.isalnum() or before in _JOINING else ""


def _shorts(inside: str, term: str) -> Iterator[str]:
    """The short names that stand in brackets behind a term; 甲状腺功能（FT3、FT4、TSH） lists what it is made of."""
    parts = [part.strip(_QUOTES) for part in _PARTS.split(inside)]
    is_list = "、" in inside and sum(map(is_acronym, parts)) > 1
    for part in parts:
        bare = _SAID.sub("", part).strip(_QUOTES)
        if (
            (is_acronym(bare) and not is_list and is_abbreviation(bare, term))
            or is_shortened(bare, term)
            or (bare != part and 2 <= len(bare) < len(term))
        ):
            yield bare


def is_abbreviation(text: str, term: str) -> bool:
    """True where initials can stand for a term: they are no more than its characters, and hold those of its words in
    letters.

    >>> is_abbreviation("DQN", "深度Q网络"), is_abbreviation("CGG", "FMR-1基因"), is_abbreviation("MXU", "单元")
    (True, False, False)
    """
    initials = _INITIALS.findall(normal_form(term))
    return sum(map(str.isalpha, text)) <= len(term) and all(letter in normal_form(text) for letter in initials)


def is_acronym(text: str) -> bool:
    """True where a text looks like the initials of a name: letters and digits, most letters capitals, two at least.

    >>> [is_acronym(text) for text in ("T2DM", "mRNA", "Li", "type", "2019", "A")]
    [True, True, False, False, False, False]
    """
    letters = [c for c in text if c.isalpha()]
    capitals = sum(c.isupper() for c in letters)
    return bool(_LETTERS.fullmatch(text)) and capitals >= 2 and 2 * capitals > len(letters)


def is_shortened(text: str, term: str) -> bool:
    """True where a text is a term with some of its characters left out: its first is kept, and two at least.

    >>> [is_shortened(text, "慢性阻塞性肺疾病") for text in ("慢阻肺", "肺疾病", "慢性阻塞性肺疾病", "慢病肺")]
    [True, False, False, False]
    """
    if not 2 <= len(text) < len(term) or text[0] != term[0] or text in term:
        return False
    rest = iter(term)
    return all(character in rest for character in text)


@dataclass(frozen=True)
class Names:
    """One entry a thing: the number of the ``term`` of the list that stands for it, and its other names."""

    term: int
    variants: list[str]


def together(terms: Sequence[str], short: dict[str, list[str]] | None = None) -> list[Names]:
    """The things that the terms of a list name, each by its best term, in the order of the list.

    ``short``: `short_names`. A short name that is a term of the list itself is put into the row of its full name, or
    the full name into its, whichever is the better term.

    >>> [(names.term, names.variants) for names in together(["变压器油温", "断路器", "变压器的油温"])]
    [(0, ['变压器的油温']), (1, [])]
    """
    short = short or {}
    full = {key(name): key(term) for term, names in short.items() for name in names if key(name) != key(term)}
    members: dict[str, list[int]] = defaultdict(list)
    for i, term in enumerate(terms):
        members[_last(full, key(term))].append(i)
    things = []
    for numbers in members.values():
        names = [terms[i] for i in numbers] + [name for i in numbers for name in short.get(terms[i], [])]
        different: dict[str, str] = {}
        for name in names:
            different.setdefault(normal_form(name), name)
        things.append(Names(numbers[0], list(different.values())[1:]))
    return things


def _last(full: dict[str, str], name: str) -> str:
    """The full name that a name leads to; a name that leads back to itself stays."""
    seen = set()
    while name in full and name not in seen:
        seen.add(name)
        name = full[name]
    return min(seen) if name in seen else name
