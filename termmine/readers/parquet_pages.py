"""The headers of the pages of a Parquet file, read before any page is unpacked.

In: an open file, and the place of a column's pages in it. Out: for each page the number of bytes that it unpacks to,
the number of its values, and their encoding. The headers are Thrift structs in its compact protocol
(github.com/apache/thrift, doc/specs/thrift-compact-protocol.md), as parquet.thrift of github.com/apache/parquet-format
defines them. No value is read here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

_HEADER = 1 << 20  # bytes of a header at most; its statistics may hold a value or two
_MAX_DEPTH = 8  # structs and lists within each other; a page header has 3

# Fields of a page header, and of what describes its data: their numbers in parquet.thrift.
_UNPACKED, _PACKED = 2, 3
_DATA, _DICTIONARY, _DATA_2 = 5, 7, 8
_N_VALUES = 1
_ENCODING = {_DATA: 2, _DATA_2: 4}

#: Numbers of encodings in parquet.thrift: values are numbers of a dictionary; or what differs from the value before.
IN_DICTIONARY, DIFFERENCES = (2, 8), 7


class Page(NamedTuple):
    """A page: its bytes, packed and as it unpacks, its values, the number of their encoding; -1 for a dictionary's."""

    packed: int
    size: int
    n_values: int
    encoding: int


def read_pages(file: BinaryIO, begin: int, end: int) -> Iterator[Page]:
    """The pages of a column from a place in a file to another one. Raises ValueError where these are no pages."""
    while begin < end:
        file.seek(begin)
        raw = file.read(min(_HEADER, end - begin))
        header, n_bytes = parse_struct(raw)
        sizes = header.get(_UNPACKED), header.get(_PACKED)
        if not all(isinstance(size, int) and size >= 0 for size in sizes):
            raise ValueError("a page without a size")
        yield _page(header)
        begin += n_bytes + header[_PACKED]


def _page(header: dict[int, Any]) -> Page:
    sizes = header[_PACKED], header[_UNPACKED]
    for field, encoding in _ENCODING.items():
        if isinstance(header.get(field), dict):
            return Page(*sizes, _number(header[field], _N_VALUES), _number(header[field], encoding))
    described = header.get(_DICTIONARY)
    return Page(*sizes, _number(described, _N_VALUES) if isinstance(described, dict) else 0, -1)


def _number(struct: dict[int, Any], field: int) -> int:
    value = struct.get(field)
    if not isinstance(value, int) or value < 0:
        raise ValueError("a page without a number of values")
    return value


def parse_struct(raw: bytes) -> tuple[dict[int, Any], int]:
    """The fields of a struct at the beginning of some bytes, by their numbers, and how many bytes it has.

    Numbers are int, structs dicts; anything else is passed over, and its value is None.
    """
    compact = _Compact(raw)
    try:
        return compact.struct(0), compact.at
    except IndexError:
        raise ValueError("a page whose header has no end") from None


class _Compact:
    """Bytes in the compact protocol, and the number of them that have been read."""

    def __init__(self, raw: bytes) -> None:
        self._raw, self.at = raw, 0

    def _byte(self) -> int:
        self.at += 1
        return self._raw[self.at - 1]

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > 63:
                raise ValueError("a page with too long a number")

    def _zigzag(self) -> int:
        value = self._varint()
        return value >> 1 ^ -(value & 1)

    def struct(self, depth: int) -> dict[int, Any]:
        """The fields from here on."""
        if depth > _MAX_DEPTH:
            raise ValueError("a page whose header is nested too deep")
        fields: dict[int, Any] = {}
        field = 0
        while head := self._byte():
            field = field + (head >> 4) if head >> 4 else self._zigzag()
            fields[field] = self._value(head & 15, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        if kind in (1, 2):  # true, false
            return None
        if kind in (4, 5, 6):  # whole numbers
            return self._zigzag()
        if kind == 12:
            return self.struct(depth + 1)
        if kind in (9, 10):  # list, set
            self._skip_list(depth)
        elif kind in (3, 7, 8):  # byte, double, binary
            n_bytes = {3: 1, 7: 8}.get(kind) or self._varint()
            self.at += n_bytes
        else:
            raise ValueError("no page")
        return None

    def _skip_list(self, depth: int) -> None:
        head = self._byte()
        n, kind = head >> 4, head & 15
        for _ in range(self._varint() if n == 15 else n):
            if kind in (1, 2):
                self._byte()
            else:
                self._value(kind, depth + 1)
