"""Writing a record whatever others write meanwhile: read, decide, replace, again if it moved."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec

from bot.store.port import Documents, Json

Data = Mapping[str, Json]
Value = TypeVar("Value")


async def put(documents: Documents, collection: str, id_: str, data: Data) -> None:
    """The record reads ``data``, whether it was there or not; an equal one is left alone."""
    await change(documents, collection, id_, lambda _known: data)


async def change(
    documents: Documents, collection: str, id_: str, decide: Callable[[Data | None], Data | None]
) -> Data | None:
    """The record reads what ``decide`` makes of the one that is there (None: there is none).

    ``decide`` is pure: it may be asked again. Where it answers None, or what is there
    already, nothing is written. Returns the record as it now reads.
    """
    while True:
        known = await documents.get(collection, id_)
        data = decide(known.data if known else None)
        if data is None or (known is not None and known.data == data):
            return known.data if known else None
        if known is None:
            if await documents.insert(collection, id_, data):
                return data
        elif await documents.replace(collection, id_, data, version=known.version):
            return data


async def change_value(
    documents: Documents,
    collection: str,
    id_: str,
    decide: Callable[[Value], Value],
    *,
    default: Value,
) -> Value:
    """``change`` of a record that is a value of the default's type; the default where none is."""
    kind = type(default)

    def data(known: Data | None) -> Data:
        made: Data = msgspec.to_builtins(
            decide(default if known is None else msgspec.convert(known, kind))
        )
        return made

    return msgspec.convert(await change(documents, collection, id_, data), kind)
