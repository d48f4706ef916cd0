"""Dictionaries for segmenters, search engines and input methods: one word a line, as each of them reads it.

Each of these programs has its own way of misreading a line, described at its writer. A term that a program cannot hold,
or could never find in a text, is left out and named. There is no byte order mark, for most of them take it for a
letter.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from termmine.formats.rendered import HAN, Rendered, leaving_out, lines_of, split, terms_of
from termmine.search.jieba import is_cuttable
from termmine.version import __version__

if TYPE_CHECKING:
    import pandas as pd

_NOUN = "n"  # the part of speech of a term in HanLP's tag set

_BLANK = re.compile(r"\s")

#: The characters that IK takes for part of a word (its CharacterUtil): ASCII letters and digits, Han, kana, Hangul.
_IK_WORD = (
    "[0-9a-z㐀-䶿一-鿿豈-﫿\U00010000-\U0010ffff"
    "\u3040-\u30ff\u31f0-\u31ff\u1100-\u11ff\u3130-\u318f\uac00-\ud7af\uff00-\uffef]+"
)
#: IK folds these in a text before it looks words up, and not in its dictionary.
IK_FOLD = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
IK_FOLD |= {code: IK_FOLD.get(code - 0xFEE0, code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}

#: The weight of the most frequent term in a Rime dictionary; the others' follow from it, down to 1.
RIME_TOP_WEIGHT = 1000

_RIME_HEADER = """\
# Rime dictionary
# encoding: utf-8
---
name: termmine
version: "{version}"
sort: by_weight
columns:
  - text
  - weight
...
"""


def write_jieba(frame: pd.DataFrame) -> Rendered:
    """A user dictionary for jieba: the word alone, so that jieba computes a frequency that lets it be cut out.

    A term that jieba can never cut out (it first splits a text at blanks and signs) would be dead weight, and the word
    before a blank would be learned in its place.
    """
    kept, left_out = split(terms_of(frame), is_cuttable)
    return leaving_out(
        lines_of(kept), kept, left_out, "for jieba splits a text at blanks, / and most other signs first"
    )


def write_ik(frame: pd.DataFrame) -> Rendered:
    """A dictionary for IK (Elasticsearch, OpenSearch): one word a line, folded as IK folds its texts."""
    folded: dict[str, str] = {}  # as IK would see it -> as it was written
    for term in terms_of(frame):
        folded.setdefault(term.translate(IK_FOLD), term)
    kept, left_out = split(folded, re.compile(_IK_WORD).fullmatch)
    names = tuple(folded[term] for term in left_out)
    return leaving_out(lines_of(kept), kept, names, "for IK ends a word at blanks, - / + . and every other sign")


_HANLP_HINT = "HanLP 1.x: delete the cache CustomDictionary.txt.bin, or it will not read the new words"


def write_hanlp(frame: pd.DataFrame) -> Rendered:
    """A custom dictionary for HanLP 1.x: word, tag and frequency, which HanLP splits at every blank."""
    terms = terms_of(frame)
    kept, left_out = split(terms, lambda term: not _BLANK.search(term))
    data = lines_of([f"{term} {_NOUN} {terms[term]}" for term in kept])
    return leaving_out(data, kept, left_out, "for this form splits at blanks (hanlp-csv does not)", _HANLP_HINT)


def write_hanlp_csv(frame: pd.DataFrame) -> Rendered:
    """A custom dictionary for HanLP in a file whose name ends in `.csv`, which HanLP splits at commas, quotes or
    not.
    """
    terms = terms_of(frame)
    kept, left_out = split(terms, lambda term: "," not in term)
    data = lines_of([f"{term},{_NOUN},{terms[term]}" for term in kept])
    return leaving_out(data, kept, left_out, "for this form splits at commas", _HANLP_HINT)


def write_pkuseg(frame: pd.DataFrame) -> Rendered:
    """A user dictionary for pkuseg: one word a line; pkuseg splits the text at blanks before it looks words up."""
    kept, left_out = split(terms_of(frame), lambda term: not _BLANK.search(term))
    return leaving_out(lines_of(kept), kept, left_out, "for pkuseg never finds a word with a blank in it")


def write_rime(frame: pd.DataFrame) -> Rendered:
    """A dictionary for Rime: `word<TAB>weight`, without pinyin, which Rime derives from the characters.

    Pinyin of ours would be wrong for characters with several readings. Weights are proportional to the frequency, from
    1 to `RIME_TOP_WEIGHT`: those of different dictionaries are not comparable, and counts would drown the others'.
    """
    terms = terms_of(frame)
    kept, left_out = split(terms, re.compile(rf"{HAN}+").fullmatch)
    top = max((terms[term] for term in kept), default=1)
    lines = [f"{term}\t{max(1, round(RIME_TOP_WEIGHT * terms[term] / top))}" for term in kept]
    data = _RIME_HEADER.format(version=__version__).encode() + lines_of(lines)
    return leaving_out(data, kept, left_out, "for Rime has pinyin for Han characters alone")
