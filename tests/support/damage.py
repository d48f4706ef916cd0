"""Damaged and forged count files, and what becomes of each: what the attack on count files is made of.

`KINDS`: a kind of damage -> a function from a good file and a random generator to a bad one. Damage leaves the
checksums as they are; a forger writes the right ones. `outcomes` tries bad files in a process of its own, which may die
of them.
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
import random
import resource
import signal
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from support.command import POWER
from termmine import TermmineError
from termmine.counting.count import count, merge
from termmine.counting.countfile.format import HEADER_SIZE, MAGIC
from termmine.counting.countfile.header import packed, unpacked
from termmine.counting.countfile.read import load
from termmine.options import CountOptions, DiscoverOptions
from termmine.pipeline import run_discovery
from termmine.runtime.arrays import IN_MEMORY
from termmine.runtime.job import Job

PATIENCE = 60  # seconds that one bad file may take
ROOM = 6 << 30  # bytes of address space


@dataclass(frozen=True)
class Good:
    """A whole count file, its header, and a text beside it."""

    folder: Path
    path: Path
    text: Path
    data: bytes
    header: dict[str, Any]


def make_good(folder: Path, **options: Any) -> Good:
    """A small count file with everything in it, or as the options say."""
    lines = POWER.read_text(encoding="utf-8").split("\n")
    text, counted, path = folder / "more.txt", folder / "text.txt", folder / "good.tmc"
    counted.write_text("\n".join([*lines[:25], "ABC型 变压器", "abc型变压器", "Abc 变压器 5G"]), encoding="utf-8")
    text.write_text("\n".join(lines[25:45]), encoding="utf-8")
    count([counted], path, CountOptions(min_freq=2, **options), job=Job(threads=1))
    data = path.read_bytes()
    return Good(folder, path, text, data, unpacked(data[:HEADER_SIZE], len(data), "good"))


# --- damage ----------------------------------------------------------------------------------------------------------

Damage = Callable[[Good, random.Random], bytes]


def _bit(low: int, high: int, data: bytes, draw: random.Random) -> bytes:
    bad = bytearray(data)
    bad[draw.randrange(low, high)] ^= 1 << draw.randrange(8)
    return bytes(bad)


def header_bit(good: Good, draw: random.Random) -> bytes:
    return _bit(0, HEADER_SIZE, good.data, draw)


def header_digit(good: Good, draw: random.Random) -> bytes:
    bad = bytearray(good.data)
    place = draw.choice([i for i in range(len(MAGIC), HEADER_SIZE) if chr(bad[i]).isdigit()])
    bad[place] = ord(draw.choice([digit for digit in "0123456789" if ord(digit) != bad[place]]))
    return bytes(bad)


def body_bit(good: Good, draw: random.Random) -> bytes:
    return _bit(HEADER_SIZE, len(good.data), good.data, draw)


def body_bytes(good: Good, draw: random.Random) -> bytes:
    bad = bytearray(good.data)
    for _ in range(draw.randint(1, 8)):
        bad[draw.randrange(HEADER_SIZE, len(bad))] = draw.randrange(256)
    return bytes(bad)


def truncated(good: Good, draw: random.Random) -> bytes:
    return good.data[: draw.randrange(len(good.data))]


def extended(good: Good, draw: random.Random) -> bytes:
    return good.data + draw.randbytes(draw.randint(1, 5000))


def two_in_one(good: Good, draw: random.Random) -> bytes:
    return good.data + good.data[: draw.choice([len(good.data), HEADER_SIZE, draw.randrange(1, len(good.data))])]


def moved(good: Good, draw: random.Random) -> bytes:
    """A stretch of the file in another place."""
    n = draw.choice([64, 512, 4096])
    start, stop = (draw.randrange(HEADER_SIZE, len(good.data) - n) for _ in range(2))
    bad = bytearray(good.data)
    bad[start : start + n] = good.data[stop : stop + n]
    return bytes(bad)


# --- forgery: with right checksums -----------------------------------------------------------------------------------

_VALUES = [
    0,
    1,
    2,
    3,
    -1,
    -2,
    1 << 20,
    0x110000,
    0xD800,
    0x4E00,
    (1 << 31) - 1,
    -(1 << 31),
    1 << 40,
    1 << 62,
    -(1 << 63),
]


def _sealed(header: dict[str, Any], body: bytes) -> bytes:
    """A file with right checksums, as far as the header says where its sections are."""
    header = copy.deepcopy(header)
    for section in header["sections"] if isinstance(header.get("sections"), list) else []:
        with contextlib.suppress(TypeError, KeyError, ValueError, OverflowError):
            start = section["offset"] - HEADER_SIZE
            n_bytes = section["length"] * np.dtype(section["dtype"]).itemsize
            section["crc32"] = zlib.crc32(body[max(start, 0) : max(start + n_bytes, 0)])
    return packed(header) + body


def forged_values(good: Good, draw: random.Random) -> bytes:
    """Some entries of a section are others."""
    body, section = bytearray(good.data[HEADER_SIZE:]), draw.choice(good.header["sections"])
    dtype = np.dtype(section["dtype"])
    for _ in range(draw.choice([1, 1, 1, 5])):
        if not section["length"]:
            continue
        i = section["offset"] - HEADER_SIZE + draw.randrange(section["length"]) * dtype.itemsize
        if dtype.kind == "f":
            value = struct.pack("<d", draw.choice([float("nan"), float("inf"), -1.0, 1e300, 0.5, 63.0]))
        else:
            old = int(np.frombuffer(body, dtype, 1, i)[0])
            some = draw.choice([*_VALUES, old + 1, old - 1, draw.getrandbits(8 * dtype.itemsize)])
            value = (some & ((1 << 8 * dtype.itemsize) - 1)).to_bytes(dtype.itemsize, "little")
        body[i : i + dtype.itemsize] = value
    return _sealed(good.header, bytes(body))


def forged_sections(good: Good, draw: random.Random) -> bytes:
    """Two sections have each other's contents, names, places, types or lengths."""
    header, body = copy.deepcopy(good.header), bytearray(good.data[HEADER_SIZE:])
    first, second = draw.sample(header["sections"], 2)
    keys = draw.choice([["offset"], ["name"], ["offset", "length"], ["dtype"], ["length"], []])
    for key in keys:
        first[key], second[key] = second[key], first[key]
    if not keys:  # the contents of two columns of one type
        alike = [s for s in header["sections"] if (s["dtype"], s["length"]) == (first["dtype"], first["length"])]
        second = draw.choice(alike)
        n = first["length"] * np.dtype(first["dtype"]).itemsize
        i, j = first["offset"] - HEADER_SIZE, second["offset"] - HEADER_SIZE
        body[i : i + n], body[j : j + n] = bytes(body[j : j + n]), bytes(body[i : i + n])
    return _sealed(header, bytes(body))


_STRANGE: list[Any] = [-1, 0, 1, 1 << 31, 1 << 40, 1 << 62, 10**30, -(1 << 40), 1.5, None, "x", True, [], {}, 1e308]
_TYPES = ["<i8", "<f8", "|O", "|S100000000", "<U5", ">i4", "i4,i4", "|V0", "", "object", "<i1", 5, None, "M8[s]"]


def forged_header(good: Good, draw: random.Random) -> bytes:
    """A size, number, type or setting that cannot be, or is not there."""
    header, value = copy.deepcopy(good.header), draw.choice(_STRANGE)
    section = draw.choice(header["sections"])
    change = draw.randrange(7)
    if change == 0:
        section[draw.choice(["offset", "length"])] = value
    elif change == 1:
        header[draw.choice([key for key in header if key != "sections"])] = value
    elif change == 2:
        lists = [[value], [*header["n_ngrams"], value], header["n_ngrams"][::-1], [10**9] * 3, header["n_ngrams"][:-1]]
        header["n_ngrams"] = draw.choice(lists)
    elif change == 3:
        section["dtype"] = draw.choice(_TYPES)
    elif change == 4:
        header["settings"][draw.choice(list(header["settings"]))] = draw.choice([value, "../x", "t2s", 10**9])
    elif change == 5:
        del header[draw.choice(list(header))]
    else:
        header["n_symbols"] += draw.choice([1, -1, 80_000])
    return _sealed(header, good.data[HEADER_SIZE:])


def forged_without(good: Good, draw: random.Random) -> bytes:
    """Sections are missing, or there twice."""
    header = copy.deepcopy(good.header)
    gone = header["sections"].pop(draw.randrange(len(header["sections"])))
    if draw.random() < 0.3:
        header["sections"] += draw.choice([[gone, gone], header["sections"]])
    elif draw.random() < 0.2:
        header["sections"] = []
    return _sealed(header, good.data[HEADER_SIZE:])


_JSON = [
    b"[" * 10_000, b"{}", b"null", b"[]", b'"x"', b"9" * 10_000, b'{"format":2}', b"\xff" * 100, b"\0" * 50,
    b'{"a":' * 3000, b'{"sections": [{"offset": 1e400}]}', b'{"format":NaN,"text_model":1,"sections":[{}]}',
]  # fmt: skip


def forged_json(good: Good, draw: random.Random) -> bytes:
    """Anything else where the header should be, with its right checksum."""
    start = (MAGIC + draw.choice(_JSON)).ljust(HEADER_SIZE - 9)
    return start + b"%08x\n" % zlib.crc32(start) + good.data[HEADER_SIZE:]


DAMAGES: dict[str, Damage] = {
    "header: a bit": header_bit, "header: a digit": header_digit, "body: a bit": body_bit, "body: bytes": body_bytes,
    "truncated": truncated, "extended": extended, "two files in one": two_in_one, "a stretch moved": moved,
}  # fmt: skip
FORGERIES: dict[str, Damage] = {
    "forged values": forged_values, "forged sections": forged_sections, "forged header": forged_header,
    "forged: sections missing": forged_without, "forged JSON": forged_json,
}  # fmt: skip
KINDS = DAMAGES | FORGERIES


# --- what becomes of them --------------------------------------------------------------------------------------------


def _discover(corpus: Path, background: Path) -> bytes:
    with Job(threads=1, memory=512 << 20).in_force() as job:
        found = run_discovery([corpus], [background], DiscoverOptions(min_freq=2), job)
        return found.terms.to_csv().encode()


def _added(output: Path, *sources: Path) -> bytes:
    try:
        count(sources, output, CountOptions(), job=Job(threads=1))
        return output.read_bytes()
    finally:
        output.unlink(missing_ok=True)


def _merged(output: Path, *sources: Path) -> bytes:
    try:
        merge(sources, output, job=Job(threads=1))
        return output.read_bytes()
    finally:
        output.unlink(missing_ok=True)


#: What a count file is used for: a name -> a function of the file, a good one and a text, to all that comes of it.
USES: dict[str, Callable[[Path, Good], bytes]] = {
    "info": lambda bad, _: json.dumps(load(bad, IN_MEMORY).header).encode(),
    "domain": lambda bad, good: _discover(bad, good.text),
    "background": lambda bad, good: _discover(good.text, bad),
    "add": lambda bad, good: _added(good.folder / "out.tmc", bad, good.text),
    "merge": lambda bad, good: _merged(good.folder / "out.tmc", good.path, bad),
}


def _outcome(use: str, bad: Path, good: Good, expected: bytes | None) -> str:
    """`error`, `same` or `other` result; anything else is told."""
    try:
        found = USES[use](bad, good)
    except TermmineError as error:
        is_clear = str(error).startswith(f"{good.folder}/") and str(error).count("\n") == 0
        return "error" if is_clear else f"unclear: {error}"
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    return "same" if found == expected else "other"


def expected_of(good: Good) -> dict[str, bytes | None]:
    """What comes of the good file, by use; None where it is refused."""
    expected: dict[str, bytes | None] = {}
    for use, work in USES.items():
        expected[use] = None
        with contextlib.suppress(TermmineError):
            expected[use] = work(good.path, good)
    return expected


def outcomes(
    good: Good, expected: dict[str, bytes | None], kind: str, seed: int, n: int, every: int
) -> Iterator[tuple[str, str, int]]:
    """Try n bad files of a kind: use, what became of it, number. Every so many are used in all ways, whatever `info`
    says of them; what `info` takes is used in all ways, too. ``expected``: what comes of the good file.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(reading)
            _try(good, kind, random.Random(f"{kind}{seed}"), n, every, expected, writing)
        finally:
            os._exit(0)
    os.close(writing)
    last: tuple[str, int] | None = None
    with os.fdopen(reading, encoding="utf-8") as lines:
        for line in lines:
            use, outcome, number = json.loads(line)
            last = (use, number) if outcome == "begun" else None
            if outcome != "begun":
                yield use, outcome, number
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status or last is not None:
        yield (last[0] if last else "?"), f"died of {-status}", last[1] if last else -1


def _try(
    good: Good, kind: str, draw: random.Random, n: int, every: int, expected: dict[str, bytes | None], writing: int
) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ROOM, ROOM))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    bad = good.folder / "bad.tmc"

    def tell(use: str, outcome: str, number: int) -> None:
        os.write(writing, (json.dumps([use, outcome[:300], number]) + "\n").encode())

    for number in range(n):
        data = KINDS[kind](good, draw)
        if data == good.data:
            continue
        bad.write_bytes(data)
        taken = False
        for use in USES:
            if use == "info" or taken or number % every == 0:
                tell(use, "begun", number)
                signal.alarm(PATIENCE)
                outcome = _outcome(use, bad, good, expected[use])
                signal.alarm(0)
                tell(use, outcome, number)
                taken = taken or outcome != "error"
