"""Mine domain terminology from raw Chinese text.

>>> import termmine
>>> terms = termmine.discover(["差动保护动作，重合闸闭锁", "检查差动保护，复归重合闸", "校验差动保护"], min_freq=2)
>>> list(terms["term"][:1])
['差动保护']
"""

from typing import Any

from termmine.errors import EmptyResultError, TermmineError, UsageError
from termmine.version import __version__

__all__ = ["EmptyResultError", "TermmineError", "UsageError", "__version__", "discover", "tally"]


def __getattr__(name: str) -> Any:
    """Import the pipeline, with numba and pandas behind it, when it is first asked for."""
    if name == "discover":
        from termmine.pipeline import discover

        return discover
    if name == "tally":
        from termmine.evaluation.tally import tally

        return tally
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
