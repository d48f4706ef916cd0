"""A cluster that is none: frames as lists of Arrow's record batches, and what the engine asks of them.

Every function over batches is pickled and unpickled on its way, as it would be to an executor, and the partitions are
gone through in a random order, so that what depends on an order shows.
"""

from __future__ import annotations

import pickle
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

Partition = list[pa.RecordBatch]


@dataclass
class Frame:
    """Partitions of batches."""

    partitions: list[Partition]
    random: random.Random
    schema: pa.Schema

    def table(self) -> pa.Table:
        """All rows."""
        batches = [batch for partition in self.partitions for batch in partition]
        return pa.Table.from_batches(batches, self.schema)

    def _of(self, partitions: list[Partition], schema: pa.Schema | None = None) -> Frame:
        return Frame(partitions, self.random, schema or self.schema)

    def select(self, *names: str) -> Frame:
        """Some columns."""
        schema = pa.schema([self.schema.field(name) for name in names])
        return self._of([[batch.select(list(names)) for batch in part] for part in self.partitions], schema)

    def persist(self) -> Frame:
        """The same."""
        return self

    def unpersist(self) -> Frame:
        """The same."""
        return self

    def union(self, other: Frame) -> Frame:
        """Both."""
        return self._of(self.partitions + other.partitions)

    def orderBy(self, name: str) -> Frame:  # noqa: N802
        """In order of a column."""
        table = self.table()
        return self._of([table.sort_by(name).to_batches()])

    def repartition(self, *given: Any) -> Frame:
        """Rows with equal values of the last of the given in one partition, in a random order."""
        number = given[0] if len(given) > 1 else 3
        rows = [batch.slice(i, 1) for part in self.partitions for batch in part for i in range(batch.num_rows)]
        self.random.shuffle(rows)
        parts: list[Partition] = [[] for _ in range(number)]
        for row in rows:
            parts[hash(row.column(given[-1])[0].as_py()) % number].append(row)
        return self._of(parts)

    def groupBy(self, key: str) -> Grouped:  # noqa: N802
        """Rows by the values of a column."""
        return Grouped(self, key)

    def toDF(self, *names: str) -> Frame:  # noqa: N802
        """With other names."""
        return self.of_table(self.table().rename_columns(list(names)))

    def of_table(self, table: pa.Table) -> Frame:
        """A frame of a table."""
        return Frame([table.to_batches()], self.random, table.schema)


@dataclass
class Grouped:
    """A frame's rows by key."""

    frame: Frame
    key: str

    def _aggregated(self, name: str, how: str) -> Frame:
        done = self.frame.table().group_by(self.key).aggregate([(name, how)]).select([self.key, f"{name}_{how}"])
        return self.frame.of_table(done)

    def min(self, name: str) -> Frame:
        """The least of each group."""
        return self._aggregated(name, "min")

    def sum(self, name: str) -> Frame:
        """The sum of each group."""
        return self._aggregated(name, "sum")


@dataclass
class TinyCluster:
    """What `session.Cluster` does, here."""

    random: random.Random

    def map(self, frame: Frame, function: Callable[[Iterator[pa.RecordBatch]], Iterator[Any]], schema: str) -> Frame:
        """The function over each partition, in a random order, and now and then twice, as when a task was lost."""
        types = {"bigint": pa.int64(), "binary": pa.binary(), "string": pa.string()}
        fields = [field.split() for field in schema.split(", ")]
        packed = pickle.dumps(function)
        done: dict[int, Partition] = {}
        numbers = list(range(len(frame.partitions)))
        self.random.shuffle(numbers)
        for i in numbers:
            for _ in range(self.random.choice((1, 1, 1, 2))):
                done[i] = list(pickle.loads(packed)(iter(frame.partitions[i])))
        parts = [done[i] for i in range(len(frame.partitions))]
        return Frame(parts, self.random, pa.schema([(name, types[kind]) for name, kind in fields]))

    def keep(self, frame: Frame) -> Frame:
        """The same."""
        return frame.persist()

    def fetch(self, frame: Frame) -> pa.Table:
        """All rows."""
        return frame.table()

    def rows(self, frame: Frame) -> Iterator[dict[str, Any]]:
        """The rows one by one."""
        yield from frame.table().to_pylist()

    def lend(self, value: Any) -> Here:
        """The value, pickled."""
        return Here(pickle.dumps(value))

    def frame(self, partitions: list[Partition], schema: pa.Schema) -> Frame:
        """A frame of batches."""
        return Frame(partitions, self.random, schema)


@dataclass(frozen=True)
class Here:
    """A value that is unpickled where it is used."""

    content: bytes

    @property
    def value(self) -> Any:
        """The value."""
        return pickle.loads(self.content)

    def give_back(self) -> None:
        """Nothing to do."""
