"""What jieba makes of terms in a text, the slow and obvious way."""

from __future__ import annotations

from typing import Any


def naive_check(tokenizer: Any, terms: list[str], text: str) -> list[tuple[str, int, int, int, int]]:
    """Each place of each term, against the spans of jieba's words, one line at a time."""
    rows = []
    for term in dict.fromkeys(terms):
        cut = inside = torn = 0
        for line in text.replace("\r", "\n").split("\n"):
            spans, begin = [], 0
            for word in tokenizer.lcut(line):
                spans.append((begin, begin + len(word)))
                begin += len(word)
            for i in range(len(line)):
                if line.startswith(term, i):
                    span = (i, i + len(term))
                    is_cut = span in spans
                    is_inside = any(a <= span[0] and span[1] <= b for a, b in spans)
                    cut, inside, torn = cut + is_cut, inside + (is_inside and not is_cut), torn + (not is_inside)
        rows.append((term, cut + inside + torn, cut, inside, torn))
    return rows
