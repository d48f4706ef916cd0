"""Files -> a frame of raw records, by Spark's own readers, each with its file's number and its place in it.

In: addresses of files, in the order in which they are to be read. Out: a frame of ``value`` (the bytes of a line, a
whole file, a line of JSON, or a field of a row), ``file`` (the number of the address) and ``start`` (where in the file
the part begins that holds the record). Spark reads a part from front to back in one task, so that the number of the
file, the start and the order in the task are a record's place in the corpus. Nothing is decoded here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from termmine.counting.spark.encoding import JSON, LINES, TEXTS, WHOLE
from termmine.counting.spark.session import Cluster, told
from termmine.errors import TermmineError, UsageError
from termmine.options import ReadOptions
from termmine.readers.formats import EXTENSIONS

_READ = {"text": LINES, "jsonl": JSON, "parquet": TEXTS}  # the formats that Spark reads for us, and their records
_PACKED = (".gz", ".bz2")  # files that Spark unpacks without further libraries
_NOT_UNPACKED = (".xz", ".zst")
UNKNOWN_FILE = -1  # in place of the number of an unknown file: then addresses were compared wrongly
_GLOB = re.compile(r"([\[\]{}*?\\])")


def is_remote(address: str) -> bool:
    """True where an address names a file system, as s3a://bucket/text."""
    return "://" in address


def kind_of(address: str, options: ReadOptions) -> str:
    """The kind of a file's records; an error for a format that Spark does not read for us."""
    name = address.rpartition("/")[2].lower()
    packed = next((extension for extension in (*_PACKED, *_NOT_UNPACKED) if name.endswith(extension)), "")
    if packed in _NOT_UNPACKED:
        raise UsageError(f"{address}: Spark does not unpack {packed}: unpack it, or pack it as .gz or .bz2")
    if name.startswith("_") or name.endswith("._copying_") or ":" in name:
        raise UsageError(f"{address}: Spark does not read files with such a name: rename it")
    form = options.input_format or EXTENSIONS.get(Path(name.removesuffix(packed)).suffix, "text")
    if form not in _READ:
        advice = ", or give --input-format jsonl if it is an object a line" if form == "json" else ""
        raise UsageError(f"{address}: is {form}, and --engine spark reads {', '.join(_READ)}: count it locally{advice}")
    kind = _READ[form]
    return WHOLE if kind == LINES and options.document == "file" else kind


def read_records(cluster: Cluster, numbers: dict[str, int], kind: str, options: ReadOptions) -> Any:
    """The records of files that are of one kind, given by their addresses, each with its number."""
    addresses = list(numbers)
    if kind == TEXTS:
        frame = _rows(cluster, addresses, options)
    else:
        reader = cluster.session.read.option("lineSep", "\n")
        with told():
            frame = reader.text([_literal(address) for address in addresses], wholetext=kind == WHOLE)
        frame = frame.selectExpr("cast(value as binary) value", *_PLACE)
    known = [(_plain(address), number) for address, number in numbers.items()]
    files = cluster.session.createDataFrame(known, "address string, file bigint")
    joined = frame.join(files.hint("broadcast"), "address", "left")
    return joined.selectExpr("value", f"coalesce(file, {UNKNOWN_FILE}) file", "start")


_ADDRESS = (  # url_decode takes + for a blank
    "regexp_replace(url_decode(replace(_metadata.file_path, '+', '%2B')), '^([a-zA-Z0-9]+):/+', '$1:/')"
)
_PLACE = (f"{_ADDRESS} address", "_metadata.file_block_start start")


def _rows(cluster: Cluster, addresses: Sequence[str], options: ReadOptions) -> Any:
    with told():
        frame = cluster.session.read.parquet(*[_literal(address) for address in addresses])
    top = options.field if options.field in frame.columns else options.field.partition(".")[0]
    if top not in frame.columns:
        names = ", ".join(frame.columns[:20])
        raise TermmineError(f"{addresses[0]}: has no column {options.field!r}: choose by --field from: {names}")
    name = f"`{options.field}`" if top == options.field else options.field
    with told():
        kind = frame.selectExpr(f"{name} value").dtypes[0][1]
    if kind not in ("string", "binary"):
        raise TermmineError(f"{addresses[0]}: field {options.field!r} is no string but {kind}: choose another --field")
    return frame.selectExpr(f"cast({name} as binary) value", *_PLACE)


def _literal(address: str) -> str:
    """An address in the form that Spark takes for just this file: it reads patterns otherwise."""
    if is_remote(address):
        return _GLOB.sub(r"\\\1", address)
    return "file://" + _GLOB.sub(r"\\\1", str(Path(address).absolute()))


def _plain(address: str) -> str:
    """An address as `_ADDRESS` has it: with a scheme, and one slash behind it."""
    scheme, _, path = address.partition("://") if is_remote(address) else ("file", "", str(Path(address).absolute()))
    return f"{scheme}:/{path.lstrip('/')}"
