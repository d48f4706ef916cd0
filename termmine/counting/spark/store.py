"""Addresses as Spark reads them (s3a://bucket/docs, hdfs://host/docs), listed by Spark itself.

In: an address. Out: the files there, as a store tells of them (see `runtime.address`). The driver needs no library of
the store; only where it reads text itself (`--contexts`) is fsspec asked for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from termmine.counting.spark.session import Cluster
from termmine.runtime import remote
from termmine.runtime.address import Address, as_path, is_address
from termmine.runtime.store import Facts


@dataclass(frozen=True)
class SparkStore:
    """What a cluster reads; ``cluster`` is opened at the first use."""

    cluster: Callable[[], Cluster]

    def facts_of(self, address: str) -> Facts:
        """What Spark tells of a file; a folder, or a pattern, is what holds several. FileNotFoundError for nothing."""
        files = self.cluster().files(address)
        if len(files) == 1 and _parts(files[0][0]) == _parts(address):
            return Facts(size=files[0][1])
        return Facts(is_folder=True)

    def list_files(self, address: str) -> list[tuple[str, str, Facts]]:
        """The files in a folder, or those that a pattern fits, in order: the address of each, its path from the folder
        on (empty where the address fits itself), and what is known of it.
        """
        depth = len(_parts(address))
        files = sorted(self.cluster().files(address), key=lambda file: _parts(file[0]))
        return [(path, "/".join(_parts(path)[depth:]), Facts(size=size)) for path, size in files]

    def open_at(self, address: str, start: int, facts: Facts) -> Any:
        """The bytes of a file, by fsspec."""
        return remote.open_at(address, start, replace(facts, version=""))


def _parts(address: str) -> list[str]:
    """The folders of a path and its name; without the host, which a user may leave out."""
    return address.partition("://")[2].rstrip("/").split("/")[1:]


def located(given: Any, store: SparkStore) -> Any:
    """What a user gave as a source, its addresses to be looked up by Spark; count files (.tmc) are read here."""
    if isinstance(given, (str, os.PathLike)):
        path = as_path(given) if is_address(given) else given
        return path.reached_by(store) if isinstance(path, Address) and path.suffix != ".tmc" else given
    if isinstance(given, (list, tuple)) and all(isinstance(item, (str, os.PathLike)) for item in given):
        return [located(item, store) for item in given] if any(map(is_address, given)) else given
    return given


def addresses(paths: Iterable[Any]) -> list[str]:
    """Paths as Spark is given them."""
    return [os.fspath(path) if isinstance(path, Address) else str(path) for path in paths]
