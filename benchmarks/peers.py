"""Run one peer's new-word finder on one file, with the peer's own defaults.

    python benchmarks/peers.py versions
    python benchmarks/peers.py PEER CORPUS OUTPUT

In: a UTF-8 text file. Out: the peer's words, one a line. `run.py` starts this as a process of its own, under the Python
that has the peers; it imports nothing but the one peer. Nothing here judges what the peers find.
"""

from __future__ import annotations

import collections
import collections.abc
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


class Lines:
    """The lines of a file, as often as they are asked for; never all of them in memory."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __iter__(self) -> Iterator[str]:
        with self._path.open(encoding="utf-8") as file:
            yield from file


def nlp_zero(corpus: Path, output: Path) -> None:
    """nlp-zero's Word_Finder: train, then find."""
    # nlp-zero 0.1.6 takes Iterable from collections, where Python 3.10 and later no longer have it.
    collections.Iterable = collections.abc.Iterable  # type: ignore[attr-defined]
    from nlp_zero import Word_Finder

    finder = Word_Finder()
    finder.train(Lines(corpus))
    finder.find(Lines(corpus))
    _write(finder.words, output)


def jiagu(corpus: Path, output: Path) -> None:
    """Jiagu's findword, which reads and writes files itself."""
    from jiagu import findword

    findword(str(corpus), str(output))


def smoothnlp(corpus: Path, output: Path) -> None:
    """SmoothNLP's extract_phrase, on a list of lines (its streaming mode wants a database library), every phrase."""
    from smoothnlp.algorithm.phrase.phrase_extraction import extract_phrase

    _write(extract_phrase(list(Lines(corpus)), top_k=sys.maxsize), output)


def _write(words: Iterable[str], output: Path) -> None:
    output.write_text("".join(f"{word}\n" for word in words), encoding="utf-8")


#: The name of a distribution -> what runs its finder.
PEERS: dict[str, Callable[[Path, Path], None]] = {"nlp-zero": nlp_zero, "jiagu": jiagu, "smoothnlp": smoothnlp}


def versions() -> dict[str, str | None]:
    """The installed version of each peer; None where it is missing."""
    return {name: _version(name) for name in PEERS}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


if __name__ == "__main__":
    if sys.argv[1:] == ["versions"]:
        print(json.dumps(versions()))
    else:
        PEERS[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
