"""The contents of rendered files, each kept once however many projects hold it."""

import hashlib
from typing import Final

MOST_BYTES: Final = 100_000_000


class Contents:
    """Numbers contents; the same bytes have the same number."""

    def __init__(self) -> None:
        self._numbers: dict[bytes, int] = {}
        self._contents: list[bytes] = []
        self._size_bytes = 0

    @property
    def is_full(self) -> bool:
        """Whether so much is kept that nothing more should be."""
        return self._size_bytes > MOST_BYTES

    def keep(self, content: bytes) -> int:
        """The number of that content from now on."""
        digest = hashlib.sha256(content).digest()
        number = self._numbers.get(digest)
        if number is None:
            number = self._numbers[digest] = len(self._contents)
            self._contents.append(content)
            self._size_bytes += len(content)
        return number

    def __getitem__(self, number: int) -> bytes:
        return self._contents[number]
