"""One line of the audit log and the arithmetic that chains it to the line before.

The chain shows that nothing was changed, removed or put in between. It cannot
show that the newest lines were cut off, or that everything was written anew by
somebody who may write to the store: for that, keep the head that ``verify``
tells (it is logged) somewhere else and compare.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import msgspec

from bot.store.port import Json

START = "0" * 64  # what the first entry names as the hash before it


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditCause:
    """What set the action off. ``url`` is the comment or issue; empty where there is none."""

    delivery: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One action, as it is kept.

    ``key`` names the action for all time: the same key appended again is the
    same entry. ``subject`` is what it was done to, in lower case
    (``acme/catalog#7``, ``acme/money-kit``). ``at_s`` is Unix time in seconds.
    """

    sequence: int
    at_s: float
    key: str
    actor: str
    actor_id: int
    action: str
    subject: str
    cause: AuditCause
    details: Mapping[str, Json] = field(default_factory=dict)
    previous: str = START
    hash: str = ""

    def sealed(self) -> "AuditEntry":
        """The entry with the hash that its content and its predecessor's hash give."""
        return replace(self, hash=self.expected_hash())

    def expected_hash(self) -> str:
        """SHA-256 over the hash before and the canonical JSON of everything but the hashes."""
        content: dict[str, Json] = msgspec.to_builtins(self)
        previous = str(content.pop("previous"))
        del content["hash"]
        return hashlib.sha256(previous.encode() + canonical(content)).hexdigest()


def canonical(value: Json) -> bytes:
    """The one spelling of a JSON value: sorted keys, no spaces, UTF-8, no NaN.

    Raises ValueError for a number that JSON has no spelling for.
    """
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def id_of(sequence: int) -> str:
    """The record's id, so that ids sort as numbers do."""
    return f"{sequence:012d}"


def to_data(entry: AuditEntry) -> dict[str, Json]:
    """The entry as the store keeps it."""
    data: dict[str, Json] = msgspec.to_builtins(entry)
    return data


def from_data(data: Mapping[str, Json]) -> AuditEntry:
    """The entry as it was kept. Raises msgspec.ValidationError where it no longer is one."""
    return msgspec.convert(data, AuditEntry)
