"""How the programs that termmine writes for read their files: jieba itself, the others by their grammar.

Each grammar is what the program's loader does to a line, in its own words in Python: HanLP's `CustomDictionary.load`,
IK's `loadDictFile` and `CharacterUtil`, librime's `EntryCollector::Collect`, pkuseg's `Preprocesser`.
"""

from __future__ import annotations

import io
import logging
import re
import warnings
from typing import Any

import yaml


def jieba_after(dictionary: bytes) -> Any:
    """A tokenizer of jieba that has loaded a user dictionary."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    logging.getLogger("jieba").setLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    tokenizer.load_userdict(io.BytesIO(dictionary))
    return tokenizer


def hanlp_words(dictionary: bytes, splitter: str) -> dict[str, tuple[str, int]]:
    """Word -> its tag and frequency, split at blanks (`.txt`) or commas (`.csv`)."""
    words = {}
    for line in re.split("\r\n|\r|\n", dictionary.decode("utf-8")):
        cells = re.split(splitter, line)
        if cells[0]:
            ((tag, freq),) = zip(cells[1::2], cells[2::2], strict=True)
            words[cells[0]] = (tag, int(freq))
    return words


def ik_words(dictionary: bytes) -> list[str]:
    """The words of a local dictionary: lines, trimmed; nothing is folded."""
    return [line.strip() for line in re.split("\r\n|\r|\n", dictionary.decode("utf-8")) if line.strip()]


def ik_folds(text: str) -> str:
    """A text as IK looks it up: full width and capital ASCII letters folded."""
    half = "".join(chr(ord(c) - 65248) if "\uff01" <= c <= "\uff5e" else c for c in text)
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in half)


def rime_entries(dictionary: bytes) -> tuple[dict[str, Any], dict[str, float]]:
    """The YAML header up to `...`, and word -> weight by the header's columns; `#` begins a comment."""
    head, _, body = dictionary.decode("utf-8").partition("\n...\n")
    header = yaml.safe_load(head)
    text, weight = (header["columns"].index(name) for name in ("text", "weight"))
    entries: dict[str, float] = {}
    for line in body.split("\n"):
        line = line.rstrip()
        if line and not line.startswith("#"):
            row = line.split("\t")
            assert len(row) == len(header["columns"])
            entries[row[text]] = float(row[weight])
    return header, entries


def pkuseg_words(dictionary: bytes) -> list[str]:
    """The first of a line's tab-separated cells, without blanks around it."""
    return [line.strip().split("\t")[0].strip() for line in io.StringIO(dictionary.decode("utf-8"), newline=None)]
