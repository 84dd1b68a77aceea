"""Keeps every record on disk, so that a sandbox goes on where it stopped.

One line of JSON per change: ``["put", kind, record]`` or ``["drop", kind, id]``.
The last line about a record wins. A line reaches the operating system before the
answer of the request does (a killed process loses nothing); it is not synced to the
platter, because a sandbox may forget its last second in a power cut.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

REWRITE_AFTER_BYTES = 64 * 1024 * 1024


class Journal:
    """An append-only file of changes, rewritten when it has grown long."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        self._grown_bytes = 0

    def read(self) -> Iterator[list[Any]]:
        """Every change in order. A torn last line (killed while writing) is left out."""
        with self._path.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    return
                yield msgspec.json.decode(line)

    def write(self, *change: object) -> None:
        """Append one change."""
        line = msgspec.json.encode(change) + b"\n"
        os.write(self._file, line)
        self._grown_bytes += len(line)

    @property
    def long(self) -> bool:
        """Whether a rewrite is due."""
        return self._grown_bytes > REWRITE_AFTER_BYTES

    def rewrite(self, changes: Iterator[tuple[object, ...]]) -> None:
        """Replace the whole file with ``changes``, atomically."""
        fresh = self._path.with_suffix(".new")
        with fresh.open("wb") as out:
            for change in changes:
                out.write(msgspec.json.encode(change) + b"\n")
        fresh.chmod(0o600)
        fresh.replace(self._path)
        os.close(self._file)
        self._file = os.open(self._path, os.O_APPEND | os.O_WRONLY)
        self._grown_bytes = 0

    def close(self) -> None:
        """Close the file; nothing is buffered."""
        os.close(self._file)
