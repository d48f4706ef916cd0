"""Blocks of text -> the same without the units that are left out: a sample, and what came before.

In: blocks as the readers give them, and a `Choice`. Out: blocks. What ends a unit stays where it was, so that a line
that is left out becomes an empty one. A unit is a line, or a document: a record, an article, a file that has neither.
Blank ones stay and do not count. A unit is known by 128 bits of hash: that any two of 10^10 different ones are taken
for one has a chance of 10^-19. The hash is no secret: it is no protection against text that is made to have it.

Units are told apart in memory, as far as an eighth of it holds their hashes. Behind that, text goes to a scratch file
and hashes to others, in parts that memory does hold; it follows when all has been read. So the order stays, and of
equal units the first is the one that is kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from termmine.kernels import units as kernels
from termmine.runtime.arrays import Arrays
from termmine.runtime.job import Job
from termmine.runtime.spill import SpillArray
from termmine.types import SOURCE_END_CHARACTER, Block

_SHARE = 8  # one part in so many of the memory is for hashes
_BYTES = 16  # of one hash
_LEAST_PLACES = 1 << 10  # of a table
_PART_BITS = 6  # of a hash choose the part that it goes to when memory holds no more
_ENTRY = 3  # words: a hash, and the number of the unit
_HELD = 1 << 24  # bytes of an unfinished unit, and of what is put off, before they go to a file
_HELD_OF_PART = 1 << 16  # the same for the hashes of a part
_AT_ONCE = 1 << 18  # entries read of a file at once


@dataclass
class Choice:
    """The units to take. ``by_lines``: they are lines, else documents; ``rate``: the share of a sample (1: all), by the
    hash of each; ``once``: leave out what came before. The numbers are filled in while the text is read.
    """

    by_lines: bool
    rate: float = 1.0
    once: bool = False
    n_units: int = 0
    n_sampled: int = 0
    n_repeated: int = 0

    def notes(self) -> list[str]:
        """What was left out, a line each."""
        what, told = "lines" if self.by_lines else "documents", []
        if self.rate < 1:
            told.append(f"a sample: {self.n_sampled} of {self.n_units} {what}")
        if self.once:
            told.append(f"left out {self.n_repeated} of {self.n_sampled} {what}, which had come before")
        return told


def choose(blocks: Iterable[Block], choice: Choice, job: Job, most: int | None = None) -> Iterator[Block]:
    """The text of the units that are chosen. ``most``: how many are told apart in memory, by default what an eighth of
    it holds; the result does not depend on it.
    """
    if most is None:
        places = 1 << (job.memory // _SHARE // _BYTES).bit_length() - 1
        most = places * 2 // 3
    seen = _Seen(most, job) if choice.once else None
    sieve = _Sieve(choice, seen, job)
    for block in blocks:
        yield from sieve.put(_characters(block))
    yield from sieve.end()


def _characters(block: Block) -> np.ndarray:
    """The code points of a block, read-only as in every kernel of text, for one type means one compilation."""
    if isinstance(block, str):
        return np.frombuffer(block.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    chars = block[:]
    chars.setflags(write=False)
    return chars


def _parts(held: SpillArray) -> Iterator[np.ndarray]:
    for start in range(0, len(held), _AT_ONCE):
        yield _characters(held.read(start, min(start + _AT_ONCE, len(held))))


# --- units -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Units:
    """Units that have ended: the places of their ends in a text, their hashes, and which are more than blank."""

    ends: np.ndarray
    first: np.ndarray
    second: np.ndarray
    solid: np.ndarray

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, some: slice) -> _Units:
        return _Units(self.ends[some], self.first[some], self.second[some], self.solid[some])


class _Stream:
    """Text that comes in parts, and of which some units are cut out."""

    def __init__(self, by_lines: bool, job: Job) -> None:
        self._by_lines, self._job = by_lines, job
        self._state = np.zeros(kernels.N_STATE, dtype=np.uint64)
        self._begun = SpillArray(np.uint32, room=_HELD, folder=job.folder)  # the unit that has not ended

    @property
    def is_within(self) -> bool:
        """True where a unit has begun and not ended."""
        return len(self._begun) > 0

    def split(self, chars: np.ndarray) -> _Units:
        """The units that end in the next part."""
        n = len(chars)
        found = _Units(np.empty(n, np.int64), np.empty(n, np.uint64), np.empty(n, np.uint64), np.empty(n, bool))
        n_units = kernels.split(
            chars, self._by_lines, self._state, found.ends, found.first, found.second, found.solid
        )  # fmt: skip
        return found[:n_units]

    def cut(self, chars: np.ndarray, begin: int, ends: np.ndarray, stays: np.ndarray) -> Iterator[np.ndarray]:
        """The text from begin to the last end, without the units that do not stay; the first may have begun before."""
        if not len(ends):
            return
        if begin == 0 and self.is_within:
            if stays[0]:
                yield from _parts(self._begun)
            self._begun = SpillArray(np.uint32, room=_HELD, folder=self._job.folder)
        out = np.empty(int(ends[-1]) + 1 - begin, dtype=np.uint32)
        yield _characters(out[: kernels.kept(chars, begin, ends, stays, out)])

    def hold(self, chars: np.ndarray, units: _Units) -> None:
        """Keep what stands behind the last end."""
        rest = chars[int(units.ends[-1]) + 1 :] if len(units) else chars
        if len(rest):
            self._begun.append(rest)


class _Sieve:
    """Lets through what is chosen: at once, or, once no more hashes can be held, behind all that went at once."""

    def __init__(self, choice: Choice, seen: _Seen | None, job: Job) -> None:
        self._choice, self._seen, self._job = choice, seen, job
        self._stream = _Stream(choice.by_lines, job)
        self._later = SpillArray(np.uint32, room=_HELD, folder=job.folder)

    def put(self, chars: np.ndarray) -> Iterator[np.ndarray]:
        """Take the next part of the text; what can be decided by now goes on."""
        units = self._stream.split(chars)
        stays, n_now = self._decide(units)
        yield from self._stream.cut(chars, 0, units.ends[:n_now], stays[:n_now])
        begin = int(units.ends[n_now - 1]) + 1 if n_now else 0
        for part in self._stream.cut(chars, begin, units.ends[n_now:], stays[n_now:]):
            self._later.append(part)
        self._stream.hold(chars, units)

    def end(self) -> Iterator[np.ndarray]:
        """What has been put off."""
        if self._stream.is_within:
            yield from self.put(_characters(SOURCE_END_CHARACTER))
        if self._seen is None or not len(self._later):
            return
        repeated = self._seen.settle()
        self._choice.n_repeated += int(np.count_nonzero(repeated))
        stream, n = _Stream(self._choice.by_lines, self._job), 0
        for chars in _parts(self._later):
            units = stream.split(chars)
            stays = ~units.solid
            n_solid = int(np.count_nonzero(units.solid))
            stays[units.solid] = ~repeated[n : n + n_solid]
            n += n_solid
            yield from stream.cut(chars, 0, units.ends, stays)
            stream.hold(chars, units)

    def _decide(self, units: _Units) -> tuple[np.ndarray, int]:
        """Which units stay, and how many of them are to go on now."""
        choice, wanted = self._choice, units.solid
        choice.n_units += int(np.count_nonzero(wanted))
        if choice.rate < 1:
            wanted = wanted & (units.first < np.uint64(int(choice.rate * 2**64)))
        choice.n_sampled += int(np.count_nonzero(wanted))
        if self._seen is None:
            return wanted | ~units.solid, len(units)
        is_new, n_now = self._seen.look(units.first, units.second, wanted)
        choice.n_repeated += int(np.count_nonzero(wanted & ~is_new))
        return (wanted & is_new) | ~units.solid, n_now


# --- hashes ----------------------------------------------------------------------------------------------------------


class _Table:
    """A table of hashes that grows, up to so many of them."""

    def __init__(self, most: int, arrays: Arrays) -> None:
        self._most, self._arrays, self._n = most, arrays, 0
        self._slots = arrays.zeros(2 * _LEAST_PLACES, np.uint64, hot=True)

    def look(self, first: np.ndarray, second: np.ndarray, wanted: np.ndarray, is_new: np.ndarray) -> int:
        """Note which of the wanted hashes are new, and add them; returns how many it came to before it was full."""
        done = 0
        while True:
            room = min(self._most, len(self._slots) // 3) - self._n
            done, taken = kernels.look(first, second, wanted, done, self._slots, room, is_new)
            self._n += taken
            if done == len(first):
                return done
            if self._n == self._most:
                kernels.are_new(first, second, wanted, done, self._slots, is_new)
                return int(done)
            larger = self._arrays.zeros(2 * len(self._slots), np.uint64, hot=True)
            kernels.move(self._slots, larger)
            self._slots = larger


class _Seen:
    """The hashes of the units so far: in a table, and behind so many (``most``) in parts, to be gone through later."""

    def __init__(self, most: int, job: Job) -> None:
        self._most, self._job = most, job
        self._table = _Table(most, job.arrays)
        self._is_full, self._n_later = False, 0
        self._parts = [SpillArray(np.uint64, room=_HELD_OF_PART, folder=job.folder) for _ in range(1 << _PART_BITS)]

    def look(self, first: np.ndarray, second: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, int]:
        """Which of the wanted units are new, and how many of all are decided: behind those, `settle` decides."""
        is_new = np.zeros(len(first), dtype=bool)
        n_now = self._table.look(first, second, wanted, is_new)
        if self._is_full:
            n_now = 0  # the ends of units stay between what they stand between
        self._is_full = self._is_full or n_now < len(first)
        later = wanted & is_new
        later[:n_now] = False
        self._put_off(first[later], second[later])
        return is_new, n_now

    def _put_off(self, first: np.ndarray, second: np.ndarray) -> None:
        numbers = np.arange(self._n_later, self._n_later + len(first), dtype=np.uint64)
        self._n_later += len(first)
        part = second >> np.uint64(64 - _PART_BITS)
        order = np.argsort(part, kind="stable")
        entries = np.stack([first, second, numbers], axis=1)[order]
        limits = np.searchsorted(part[order], np.arange(len(self._parts) + 1, dtype=np.uint64))
        for i, held in enumerate(self._parts):
            if limits[i] < limits[i + 1]:
                held.append(entries[limits[i] : limits[i + 1]].ravel())

    def settle(self) -> np.ndarray:
        """Which of the units that were put off had come before, in order (bool)."""
        repeated = self._job.arrays.zeros(self._n_later, bool)
        for held in self._parts:
            n_passes = math.ceil(len(held) / _ENTRY / self._most)
            for n in range(n_passes):
                self._settle_part(held, n, n_passes, repeated)
        return repeated

    def _settle_part(self, held: SpillArray, n: int, n_passes: int, repeated: np.ndarray) -> None:
        """Decide the n-th share of the hashes of a part, gone through so many times."""
        table = _Table(len(held), self._job.arrays)
        for start in range(0, len(held), _ENTRY * _AT_ONCE):
            entries = held.read(start, min(start + _ENTRY * _AT_ONCE, len(held))).reshape(-1, _ENTRY)
            share = entries[entries[:, 0] % np.uint64(n_passes) == n].T.copy()
            wanted, is_new = np.ones(share.shape[1], dtype=bool), np.zeros(share.shape[1], dtype=bool)
            table.look(share[0], share[1], wanted, is_new)
            repeated[share[2][~is_new].astype(np.int64)] = True
