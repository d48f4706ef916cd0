"""Files of a web server (http, https), by Python's own library.

In: an address. Out: what the server tells of the file, and its bytes from any one on, where the server sends parts. A
web server lists nothing: there are no folders here, and nothing is written.
"""

from __future__ import annotations

import base64
import http.client
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, unquote, urlsplit, urlunsplit
from urllib.request import Request, urlopen

from termmine.errors import TermmineError, UsageError
from termmine.runtime.store import DroppedError, Facts, changed, masked
from termmine.version import __version__

_PATIENCE = 60  # seconds without a byte after which a connection counts as dropped
_BUSY = {408, 425, 429, 500, 502, 503, 504}  # answers of a server that may answer otherwise later
_REFUSED = {401, 403, 407}
_MISSING = {404, 410}
_IN_ADDRESS = "%/:?=&#,;@!$'()*+~[]"  # characters of an address that stand as they are


class _Answer:
    """An answer of a server: its facts, and its bytes."""

    def __init__(self, response: Any, start: int) -> None:
        self._response = response
        self.facts = _facts(response)
        self.is_part = response.status == http.client.PARTIAL_CONTENT or not start

    def read(self, n: int) -> bytes:
        """So many bytes or fewer, none at the end."""
        with _told(""):
            data: bytes = self._response.read(n)
        return data

    def close(self) -> None:
        """Close the connection."""
        self._response.close()


def facts_of(address: str) -> Facts:
    """What the server tells of a file; FileNotFoundError where it has none. (Not by HEAD, which a signed address
    forbids.)
    """
    answer = _ask(address, 0, "")
    answer.close()
    return answer.facts


def open_at(address: str, start: int, facts: Facts) -> _Answer:
    """The bytes of a file from one on; an error where it is not the file any more that ``facts`` are of."""
    answer = _ask(address, start, facts.version)
    if answer.facts.is_other_than(facts):
        raise changed(address)
    if not answer.is_part:
        raise TermmineError(
            f"{masked(address)}: the connection broke after {start} bytes, and the server sends no part of a file: "
            "try again, or download it first"
        )
    return answer


def list_files(address: str) -> list[tuple[str, str, Facts]]:
    """Nothing: a server shows no list of its files."""
    raise UsageError(
        f"{masked(address)}: a web server lists no files: name each, or list the addresses for --files-from"
    )


def check_writable(address: str) -> None:
    """Refuse: nothing is written to a web server."""
    raise UsageError(f"{masked(address)}: a web server only gives files: write to a store as s3://, or to a file")


def write(address: str, path: str) -> None:
    """Refuse, too."""
    check_writable(address)


def _ask(address: str, start: int, version: str) -> _Answer:
    request = Request(
        _quoted(address), headers={"User-Agent": f"termmine/{__version__}", "Accept-Encoding": "identity"}
    )
    parts = urlsplit(address)
    if parts.username is not None:
        said = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        request.add_unredirected_header("Authorization", "Basic " + base64.b64encode(said).decode())
    if start:
        request.add_header("Range", f"bytes={start}-")
        if version.startswith('"'):  # a strong ETag: send the whole file if it is another one now
            request.add_header("If-Range", version)
    with _told(address):
        return _Answer(urlopen(request, timeout=_PATIENCE), start)


def _quoted(address: str) -> str:
    """An address as it goes over the wire: without the user's name, and in ASCII."""
    parts = urlsplit(address)
    try:
        host = (parts.hostname or "").encode("idna").decode()
        place = (f"[{host}]" if ":" in host else host) + (f":{parts.port}" if parts.port else "")
    except ValueError:  # UnicodeError, too
        host = ""
    if not host:
        raise UsageError(f"{masked(address)}: is no address: write it as https://host/file.txt")
    return urlunsplit((parts.scheme, place, *(quote(part, safe=_IN_ADDRESS) for part in parts[2:4]), ""))


@contextmanager
def _told(address: str) -> Iterator[None]:
    """Turn the errors of a connection into ours."""
    try:
        yield
    except HTTPError as error:
        error.close()
        raise _meaning(address, error) from error
    except (OSError, http.client.HTTPException) as error:
        reason = error.reason if isinstance(error, URLError) else error
        said = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        if address and isinstance(error, URLError) and not isinstance(reason, (ConnectionResetError, TimeoutError)):
            raise TermmineError(
                f"{masked(address)}: cannot be reached ({said}): check the address and the network"
            ) from error
        raise DroppedError(said) from error
    except ValueError as error:  # control characters in an address; a redirection to something else
        raise TermmineError(f"{masked(address)}: cannot be read ({error}): check the address") from error


def _meaning(address: str, error: HTTPError) -> Exception:
    said = f"HTTP {error.code} {error.reason}".strip()
    if error.code in _MISSING:
        return FileNotFoundError(said)
    if error.code in _REFUSED:
        return TermmineError(
            f"{masked(address)}: no permission ({said}): check the address, and the name and password in it"
        )
    if error.code in _BUSY:
        return DroppedError(said)
    return TermmineError(f"{masked(address)}: cannot be read ({said}): check the address")


def _facts(response: Any) -> Facts:
    headers = response.headers
    whole = re.fullmatch(r"bytes \d+-\d+/(\d+)", headers.get("Content-Range") or "")
    length = headers.get("Content-Length") or ""
    if response.status == http.client.PARTIAL_CONTENT:
        size = int(whole[1]) if whole else None
    else:
        size = int(length) if length.isdecimal() else None
    in_parts = response.status == http.client.PARTIAL_CONTENT or headers.get("Accept-Ranges", "").lower() == "bytes"
    return Facts(size, headers.get("ETag") or headers.get("Last-Modified") or "", in_parts)
