"""Lists for programs that are no segmenters: synonyms, hot words, retrieval, tokenizers, translators.

Each of these programs has its own way of misreading a list, told at its writer. What a program cannot use is left out
and named.
"""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

from termmine.errors import UsageError
from termmine.formats.cells import guard, is_missing
from termmine.formats.headings import TRANSLATIONS, own_column
from termmine.formats.rendered import HAN, Rendered, leaving_out, lines_of, one_line, split, terms_of

if TYPE_CHECKING:
    import pandas as pd

_TAG = "n"  # the part of speech of a term, as jieba calls it

#: What parts the variants of one cell.
_VARIANTS = re.compile(r"\s*[;；|、\n]\s*")
_SYNONYM_MARKS = re.compile(r"([\\,]|=>)")  # of the form of Solr, which Lucene's parser gives a meaning

#: What FunASR cuts a hot word into: Chinese characters and digits, and words of letters in its list.
_CHINESE = "[\u4e00-\u9fa5]"
_SPOKEN = re.compile(rf"(?:{_CHINESE}|[A-Za-z0-9 ])+")
_BORDER = re.compile(
    rf"(?<=[A-Za-z])(?={_CHINESE}|[0-9])|(?<={_CHINESE})(?=[A-Za-z])|(?<=[0-9])(?=[A-Za-z]|{_CHINESE})"
)


def write_synonyms(frame: pd.DataFrame) -> Rendered:
    """Synonyms for Elasticsearch and OpenSearch in the form of Solr: a term and its variants, separated by commas.

    A comma, a backslash or an arrow within one is escaped; a line that begins with `#` would be a comment.
    """
    if "variants" not in frame:
        raise UsageError("synonyms need a column variants: other spellings of a term, separated by semicolons")
    lines, left_out = [], []
    for term, cell in zip(frame["term"].tolist(), frame["variants"].tolist(), strict=True):
        others = [] if is_missing(cell) else [one for one in _VARIANTS.split(str(cell)) if one.strip()]
        alike = list(dict.fromkeys([one_line(term), *map(one_line, others)]))
        if len(alike) > 1 and not alike[0].startswith("#"):
            lines.append(", ".join(_SYNONYM_MARKS.sub(r"\\\1", one) for one in alike))
        else:
            left_out.append(term)
    return leaving_out(lines_of(lines), lines, left_out, "for they have no variants")


def write_funasr(frame: pd.DataFrame) -> Rendered:
    """Hot words for FunASR (contextual Paraformer): one a line, its words parted by blanks.

    FunASR splits a line at blanks and looks each piece up: Chinese characters and digits one by one, letters as a whole
    word. A piece of both (`GPU加速`) would be unknown to it, so a blank stands between them.
    """
    kept, left_out = split(terms_of(frame), _SPOKEN.fullmatch)
    words = [" ".join(_BORDER.sub(" ", term).split()) for term in kept]
    hint = "FunASR works best with some hundred words: --top 500"
    return leaving_out(lines_of(words), words, left_out, "for nobody says a sign aloud", hint)


def write_ragflow(frame: pd.DataFrame) -> Rendered:
    """A dictionary for RAGFlow: `word freq tag`, all three, or it stops reading at that line.

    RAGFlow parts Chinese characters from all others before it looks words up, so only terms of these are written.
    """
    terms = terms_of(frame)
    kept, left_out = split(terms, re.compile(rf"{HAN}+").fullmatch)
    data = lines_of([f"{term} {terms[term]} {_TAG}" for term in kept])
    hint = "RAGFlow: delete the cache beside the dictionary (.trie), or it will not read the new words"
    return leaving_out(data, kept, left_out, "for RAGFlow looks up Chinese characters alone", hint)


def write_tokenizers(frame: pd.DataFrame) -> Rendered:
    """Tokens to be added to a tokenizer of Hugging Face's tokenizers: a JSON list of `AddedToken`'s arguments.

    They are matched in the normalised text, anywhere in it: `single_word` would want a blank around a Chinese word.
    """
    kept, left_out = split(terms_of(frame), lambda term: term)
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": True, "special": False}
    tokens = [json.dumps({"content": term, **flags}, ensure_ascii=False) for term in kept]
    data = ("[\n" + ",\n".join(tokens) + "\n]\n").encode()
    hint = "tokenizers: a new token has no embedding yet: resize the model's, and train them"
    return leaving_out(data, kept, left_out, "for no text holds them", hint)


def write_glossary(frame: pd.DataFrame) -> Rendered:
    """A glossary for translators and language models: CSV with the columns source and target."""
    column = own_column(map(str, frame.columns), TRANSLATIONS)
    if column is None:
        raise UsageError(f"a glossary needs a column of translations: call it {' or '.join(TRANSLATIONS[:4])}")
    text, rows, left_out = io.StringIO(), [], []
    for term, cell in zip(frame["term"].tolist(), frame[column].tolist(), strict=True):
        target = "" if is_missing(cell) else one_line(str(cell)).strip()
        if target:
            rows.append((guard(one_line(term)), guard(target)))
        else:
            left_out.append(term)
    csv.writer(text, lineterminator="\n").writerows([("source", "target"), *rows])
    return leaving_out(text.getvalue().encode(), rows, left_out, "for they have no translation")
