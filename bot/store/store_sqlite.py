"""The store on one SQLite file: the embedded default."""

import sqlite3
from collections.abc import Collection, Mapping, Sequence

from bot.store.delivery_page import read_page
from bot.store.packed_body import pack, unpack
from bot.store.port import Delivery, DeliveryRef, Document, Json, Scalar
from bot.store.record_text import from_text, to_text
from bot.store.sqlite_file import SqliteFile
from bot.store.sqlite_schema import documents_table, field_expression

PURGE_BATCH = 500  # deliveries deleted in one go: others wait for the file meanwhile


class SqliteStore:
    """Both ports of the store on an open file."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file
        self._joined = True
        file.join()
        self._deliveries = SqliteDeliveries(file)
        self._documents = SqliteDocuments(file)

    @property
    def deliveries(self) -> "SqliteDeliveries":
        """The webhook deliveries."""
        return self._deliveries

    @property
    def documents(self) -> "SqliteDocuments":
        """Everything else."""
        return self._documents

    async def check(self) -> None:
        """Write a row and wait for the disk. Raises StoreUnavailable."""
        await self._file.write(_touch)

    async def close(self) -> None:
        """Finish what was accepted; the file is closed when its last adapter leaves."""
        if self._joined:
            self._joined = False
            await self._file.leave()


class SqliteDeliveries:
    """Webhook deliveries by GUID."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    async def add(self, delivery: Delivery) -> bool:
        """Save it unless its GUID is known; True only for the caller that saved it."""
        packed = await pack(delivery.body)
        return await self._file.write(
            lambda connection: _insert(connection, delivery, packed), size_bytes=len(packed)
        )

    async def get(self, guid: str) -> Delivery | None:
        """The delivery, or None where it is unknown or was purged."""
        rows = self._file.rows_now(
            "SELECT guid, event, body, key, received_at_s, outcome FROM deliveries"
            " JOIN bodies USING (number) WHERE guid = ?",
            (guid,),
        )
        for guid_, event, body, key, received_at_s, outcome in rows:
            return Delivery(
                guid=guid_,
                event=event,
                body=unpack(body),
                key=key,
                received_at_s=received_at_s,
                outcome=outcome,
            )
        return None

    async def finished_handlers(self, guid: str) -> frozenset[str]:
        """Names of the handlers that have finished this delivery."""
        rows = self._file.rows_now("SELECT handler FROM finished_handlers WHERE guid = ?", (guid,))
        return frozenset(handler for (handler,) in rows)

    async def finish_handler(self, guid: str, handler: str) -> None:
        """Record that one handler is through; repeating it changes nothing."""
        await self._change("INSERT OR IGNORE INTO finished_handlers VALUES (?, ?)", guid, handler)

    async def finish(self, guid: str, outcome: str) -> None:
        """Mark the delivery done; an outcome is a word, never empty."""
        if not outcome:
            raise ValueError("an outcome is a word")
        await self._change("UPDATE deliveries SET outcome = ? WHERE guid = ?", outcome, guid)

    async def unfinished(self, *, received_before_s: float, limit: int) -> Sequence[DeliveryRef]:
        """Deliveries that were saved and never finished, oldest first."""
        rows = await self._file.rows(
            "SELECT guid, key FROM deliveries WHERE outcome = '' AND received_at_s < ?"
            " ORDER BY received_at_s, guid LIMIT ?",
            (received_before_s, limit),
        )
        return [DeliveryRef(guid, key) for guid, key in rows]

    async def purge(self, *, received_before_s: float) -> int:
        """Delete finished deliveries older than that; returns how many."""
        purged = 0
        while True:
            some = await self._file.write(lambda connection: _purge(connection, received_before_s))
            purged += some
            if some < PURGE_BATCH:
                return purged

    async def page(self, *, after: str = "", limit: int = 100) -> Sequence[Delivery]:
        """Deliveries with their outcomes in order of GUID."""

        async def guids(after: str) -> list[str]:
            sql = "SELECT guid FROM deliveries WHERE guid > ? ORDER BY guid LIMIT ?"
            return [guid for (guid,) in await self._file.rows(sql, (after, limit))]

        return await read_page(guids, self.get, after=after)

    async def restore(self, delivery: Delivery, finished_handlers: Collection[str]) -> None:
        """Keep the delivery with that outcome and these handlers finished."""
        packed = await pack(delivery.body)
        handlers = [(delivery.guid, each) for each in finished_handlers]

        def write(connection: sqlite3.Connection) -> None:
            _insert(connection, delivery, packed)
            connection.execute(
                "UPDATE deliveries SET outcome = ? WHERE guid = ?",
                (delivery.outcome, delivery.guid),
            )
            connection.executemany(
                "INSERT OR IGNORE INTO finished_handlers VALUES (?, ?)", handlers
            )

        await self._file.write(write, size_bytes=len(packed))

    async def _change(self, sql: str, *values: str) -> None:
        await self._file.write(lambda connection: connection.execute(sql, values).rowcount)


class SqliteDocuments:
    """JSON records by collection and id."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    async def insert(self, collection: str, id: str, data: Mapping[str, Json]) -> bool:  # noqa: A002 - the port's name
        """Save a new record; False, and nothing changed, where the id is taken."""
        sql = f"INSERT OR IGNORE INTO {self._table(collection)} VALUES (?, 1, ?)"  # noqa: S608 - a name from our own table
        return await self._changed(sql, id, to_text(data))

    async def get(self, collection: str, id: str) -> Document | None:  # noqa: A002 - the port's name
        """The record, or None."""
        sql = f"SELECT id, version, data FROM {self._table(collection)} WHERE id = ?"  # noqa: S608 - a name from our own table
        for row in self._file.rows_now(sql, (id,)):
            return _document(row)
        return None

    async def replace(
        self,
        collection: str,
        id: str,  # noqa: A002 - the port's name
        data: Mapping[str, Json],
        *,
        version: int,
    ) -> bool:
        """Replace the record if it still has ``version``; False where another was faster."""
        sql = (
            f"UPDATE {self._table(collection)} SET data = ?, version = version + 1"  # noqa: S608 - a name from our own table
            " WHERE id = ? AND version = ?"
        )
        return await self._changed(sql, to_text(data), id, version)

    async def delete(self, collection: str, id: str, *, version: int) -> bool:  # noqa: A002 - the port's name
        """Delete the record if it still has ``version``."""
        sql = f"DELETE FROM {self._table(collection)} WHERE id = ? AND version = ?"  # noqa: S608 - a name from our own table
        return await self._changed(sql, id, version)

    async def restore(self, collection: str, document: Document) -> None:
        """Write the record with that version over whatever is there."""
        sql = f"INSERT OR REPLACE INTO {self._table(collection)} VALUES (?, ?, ?)"  # noqa: S608 - a name from our own table
        await self._changed(sql, document.id, document.version, to_text(document.data))

    async def find(
        self,
        collection: str,
        where: Mapping[str, Scalar],
        *,
        after: str = "",
        limit: int = 100,
        descending: bool = False,
    ) -> Sequence[Document]:
        """Records whose indexed fields equal ``where``, in order of id."""
        tests, values = self._where(collection, where)
        if after:
            tests, values = [*tests, "id < ?" if descending else "id > ?"], [*values, after]
        sql = (
            f"SELECT id, version, data FROM {self._table(collection)} {_all(tests)}"  # noqa: S608 - names from our own table
            f" ORDER BY id {'DESC' if descending else 'ASC'} LIMIT ?"
        )
        return [_document(row) for row in await self._file.rows(sql, [*values, limit])]

    async def count(self, collection: str, where: Mapping[str, Scalar]) -> int:
        """How many records match."""
        tests, values = self._where(collection, where)
        sql = f"SELECT count(*) FROM {self._table(collection)} {_all(tests)}"  # noqa: S608 - names from our own table
        ((found,),) = await self._file.rows(sql, values)
        return int(found)

    async def _changed(self, sql: str, *values: str | int) -> bool:
        size_bytes = sum(len(each) for each in values if isinstance(each, str))
        changed = await self._file.write(
            lambda connection: connection.execute(sql, values).rowcount, size_bytes=size_bytes
        )
        return changed == 1

    def _table(self, collection: str) -> str:
        if collection not in self._file.collections:
            raise ValueError(f"collections.py does not name {collection!r}")
        return documents_table(collection)

    def _where(
        self, collection: str, where: Mapping[str, Scalar]
    ) -> tuple[list[str], list[str | int]]:
        for field in where:
            if field not in self._file.collections.get(collection, ()):
                raise ValueError(f"collections.py does not index {field!r} of {collection!r}")
        return [f"{field_expression(field)} = ?" for field in where], list(where.values())


def _all(tests: Sequence[str]) -> str:
    return f"WHERE {' AND '.join(tests)}" if tests else ""


def _document(row: tuple[str, int, str]) -> Document:
    id_, version, data = row
    return Document(id_, version, from_text(data))


def _insert(connection: sqlite3.Connection, delivery: Delivery, packed: bytes) -> bool:
    """Whether it was new."""
    known = "SELECT 1 FROM deliveries WHERE guid = ?"
    if connection.execute(known, (delivery.guid,)).fetchall():
        return False
    body = connection.execute("INSERT INTO bodies (body) VALUES (?)", (packed,))
    connection.execute(
        "INSERT INTO deliveries (guid, number, event, key, received_at_s, outcome)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            delivery.guid,
            body.lastrowid,
            delivery.event,
            delivery.key,
            delivery.received_at_s,
            delivery.outcome,
        ),
    )
    return True


def _touch(connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT INTO checks VALUES (1, 1) ON CONFLICT (number) DO UPDATE SET times = times + 1"
    )


def _purge(connection: sqlite3.Connection, received_before_s: float) -> int:
    old = connection.execute(
        "SELECT guid, number FROM deliveries WHERE outcome <> '' AND received_at_s < ?"
        " ORDER BY received_at_s LIMIT ?",
        (received_before_s, PURGE_BATCH),
    ).fetchall()
    connection.executemany("DELETE FROM bodies WHERE number = ?", [(each[1],) for each in old])
    guids = [(each[0],) for each in old]
    connection.executemany("DELETE FROM finished_handlers WHERE guid = ?", guids)
    connection.executemany("DELETE FROM deliveries WHERE guid = ?", guids)
    return len(old)
