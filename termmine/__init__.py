"""Mine domain terminology from raw Chinese text.

>>> import termmine
>>> terms = termmine.discover(["差动保护动作，重合闸闭锁", "检查差动保护，复归重合闸", "校验差动保护"], min_freq=2)
>>> list(terms["term"][:1])
['差动保护']
"""

import difflib
from typing import TYPE_CHECKING, Any

from termmine.errors import EmptyResultError, TermmineError, UsageError
from termmine.version import __version__

if TYPE_CHECKING:
    from termmine.api.functions import (
        compare,
        contexts,
        count,
        discover,
        evaluate,
        explain,
        export,
        files_from,
        group,
        grow,
        merge,
        neighbours,
        tally,
        vectors,
    )  # fmt: skip

__all__ = [
    "EmptyResultError", "TermmineError", "UsageError", "__version__",
    "compare", "contexts", "count", "discover", "evaluate", "explain", "export", "files_from", "group", "grow", "merge",
    "neighbours", "tally", "vectors",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import the functions, with numba and pandas behind them, when one is used for the first time."""
    if name in __all__:
        from termmine.api import functions

        return getattr(functions, name)
    close = difflib.get_close_matches(name, __all__, n=1)
    hint = f": did you mean {close[0]}?" if close else ""
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}{hint}")


def __dir__() -> list[str]:
    """The names that a user may call."""
    return sorted(__all__)
