"""Records of one kind, found by id, by a unique key, or by the group they belong to."""

from collections.abc import Callable, Hashable, Iterator
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar

import msgspec

from bot.localhub.state.journal import Journal


class Record(Protocol):
    """Anything with an id."""

    id: int


T = TypeVar("T", bound=Record)


class Table(Generic[T]):
    """All records of one class. Change a record, then ``put`` it: that saves it."""

    def __init__(
        self,
        entity: type[T],
        journal: Journal,
        *,
        key: Callable[[T], Hashable] = lambda record: record.id,
        group: Callable[[T], Hashable] = lambda _record: None,
    ) -> None:
        self.kind = entity.__name__
        self._entity, self._journal = entity, journal
        self._key_of, self._group_of = key, group
        self._records: dict[int, T] = {}
        self._ids: dict[Hashable, int] = {}
        self._groups: dict[Hashable, dict[int, T]] = {}
        self._indexed: dict[int, tuple[Hashable, Hashable]] = {}

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[T]:
        return iter(list(self._records.values()))

    def get(self, record_id: int) -> T | None:
        """The record with that id, or None."""
        return self._records.get(record_id)

    def __getitem__(self, record_id: int) -> T:
        return self._records[record_id]

    def find(self, key: Hashable) -> T | None:
        """The record with that unique key, or None."""
        record_id = self._ids.get(key)
        return None if record_id is None else self._records[record_id]

    def of(self, group: Hashable) -> list[T]:
        """The records of a group, oldest first."""
        return list(self._groups.get(group, {}).values())

    def first(self, group: Hashable, most: int) -> list[T]:
        """The oldest ``most`` records of a group, without copying the others."""
        return list(islice(self._groups.get(group, {}).values(), most))

    def count(self, group: Hashable) -> int:
        """How many records a group has."""
        return len(self._groups.get(group, ()))

    def put(self, record: T) -> T:
        """Save the record, new or changed, and return it."""
        self._index(record)
        self._journal.write("put", self.kind, record)
        return record

    def drop(self, record: T) -> None:
        """Forget the record."""
        self._unindex(record.id)
        self._journal.write("drop", self.kind, record.id)

    def replay(self, change: str, value: Any) -> None:
        """Apply one journal line without writing it again."""
        if change == "drop":
            self._unindex(value)
        else:
            self._index(msgspec.convert(value, self._entity, str_keys=True))

    def changes(self) -> Iterator[tuple[object, ...]]:
        """The journal lines that make this table out of nothing."""
        return (("put", self.kind, record) for record in self._records.values())

    def _index(self, record: T) -> None:
        where = (self._key_of(record), self._group_of(record))
        before = self._indexed.get(record.id)
        if before is not None and before != where:
            self._unindex(record.id)
        self._records[record.id] = record
        self._indexed[record.id] = where
        self._ids[where[0]] = record.id
        self._groups.setdefault(where[1], {})[record.id] = record

    def _unindex(self, record_id: int) -> None:
        record = self._records.pop(record_id, None)
        if record is None:
            return
        key, group = self._indexed.pop(record_id)
        self._ids.pop(key, None)
        self._groups[group].pop(record_id, None)
        if not self._groups[group]:
            del self._groups[group]
