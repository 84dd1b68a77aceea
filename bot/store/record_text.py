"""A record as JSON text, the same in every engine."""

import json
from collections.abc import Mapping

from bot.store.port import Json


def to_text(data: Mapping[str, Json]) -> str:
    """The record in one line of ASCII. Raises ValueError for what JSON cannot spell (NaN).

    Escaped, because half a surrogate pair in a stranger's text is no UTF-8.
    """
    return json.dumps(data, allow_nan=False, separators=(",", ":"))


def from_text(text: str) -> Mapping[str, Json]:
    """The record that was written."""
    data: Mapping[str, Json] = json.loads(text)
    return data
