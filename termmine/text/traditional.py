"""Traditional -> simplified characters, one to one: OpenCC's table of single characters. The only module that knows it.

A table of phrases would do better where a traditional character has two simplified ones (乾 is 干, and stays in 乾隆),
but then what a character becomes would depend on its neighbours, and an n-gram on the text around it.
"""

from __future__ import annotations

import importlib.metadata
from functools import lru_cache

from termmine.errors import missing_package

_CONFIGURATION = "t2s"
_HAN = [(0x3400, 0x4DC0), (0x4E00, 0xA000), (0x20000, 0x2A6E0), (0x2A700, 0x2EE60), (0x30000, 0x323B0)]


@lru_cache(maxsize=1)
def simplified() -> dict[int, int]:
    """The code points of each traditional character and of the simplified one that stands for it."""
    try:
        import opencc
    except ImportError:
        raise missing_package("--fold t2s", "opencc") from None
    characters = [chr(code) for start, end in _HAN for code in range(start, end)]
    # one character a line, so that no phrase can be found
    folded = opencc.OpenCC(_CONFIGURATION).convert("\n".join(characters)).split("\n")
    table = {a: b for a, b in zip(characters, folded, strict=True) if a != b and len(b) == 1}
    for character, other in table.items():
        table[character] = table.get(other, other)  # 薴 becomes 苧, and that 苎
    return {ord(a): ord(b) for a, b in table.items()}


def version() -> str:
    """The origin of the table, for the signature of a run."""
    return f"OpenCC {importlib.metadata.version('opencc')}"
