"""Machine code read from numba's cache without what only compiling needs.

numba imports all its typing rules before it looks whether a function has to be compiled: a fifth of the start of a
command. Code that is there needs numba's runtime alone, and whatever is compiled after all asks for the rules itself.
That is numba's inner life, so it is relied on only in the versions in which it has been tried.
"""

from __future__ import annotations

from typing import Any

from numba.core.caching import FunctionCache
from numba.core.runtime.nrt import rtsys


class CodeCache(FunctionCache):
    """The machine code of one function."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The code for one signature, or None."""
        rtsys.initialize(target_context)
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)
