"""A web server on this machine that behaves as badly as it is told to, and fsspec's store in memory."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import fsspec


class Pages:
    """Files by path, and how they are served.

    ``ranges``: parts are sent where they are asked for. ``sized``: the length is told. ``cuts``: after how many bytes
    the next answers break off, one each. ``codes``: a path -> the code that it is answered with, as often as is said.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.ranges, self.sized, self.tagged = True, True, True
        self.cuts: list[int] = []
        self.codes: dict[str, list[int]] = {}
        self.asked: list[tuple[str, str | None, str | None]] = []
        self.url = ""

    def put(self, name: str, data: bytes) -> str:
        """Serve data under a name; the address of it."""
        self.files[f"/{name}"] = data
        return f"{self.url}/{name}"


def _handler(pages: Pages) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            pages.asked.append((self.path, self.headers.get("Range"), self.headers.get("Authorization")))
            codes = pages.codes.get(self.path)
            if codes:
                self.send_error(codes.pop(0))
                return
            data = pages.files.get(self.path.partition("?")[0])
            if data is None:
                self.send_error(404)
                return
            self._send(data)

        def _send(self, data: bytes) -> None:
            tag = f'"{hash(data):x}"'
            start = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
            is_part = pages.ranges and start is not None and self.headers.get("If-Range", tag) == tag
            at = int(start[1]) if is_part and start is not None else 0
            self.send_response(206 if is_part else 200)
            if pages.tagged:
                self.send_header("ETag", tag)
            if pages.ranges:
                self.send_header("Accept-Ranges", "bytes")
            if is_part:
                self.send_header("Content-Range", f"bytes {at}-{len(data) - 1}/{len(data)}")
            if pages.sized:
                self.send_header("Content-Length", str(len(data) - at))
            sent = data[at : at + pages.cuts.pop(0)] if pages.cuts else data[at:]
            self.end_headers()
            self.wfile.write(sent)

    return Handler


@contextmanager
def serving() -> Iterator[Pages]:
    """A web server while the context lasts."""
    pages = Pages()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(pages)) as server:
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that has left
        pages.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield pages
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def in_memory() -> Iterator[Any]:
    """fsspec's store in memory, empty."""
    store = fsspec.filesystem("memory")
    store.store.clear()
    store.pseudo_dirs[:] = [""]
    try:
        yield store
    finally:
        store.store.clear()
        store.pseudo_dirs[:] = [""]
