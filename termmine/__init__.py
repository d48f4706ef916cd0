"""Mine domain terminology from raw Chinese text."""

from termmine.version import __version__

__all__ = ["__version__"]
