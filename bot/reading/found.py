"""What a reader saw: a place in a rendered file, and a value in it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing to mend in the text that was read; ``line`` and ``column`` count from 1."""

    line: int
    column: int = 1
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """A key or a value without others inside.

    ``path`` leads to it by places (an answer may stand in a key, so keys name nothing),
    ``kind`` is what a reader takes it for (``str``, ``null``, …).
    """

    path: tuple[int, ...]
    kind: str
    text: str


class NotReadable(Exception):
    """The text is not of that format; ``found`` says where and why."""

    def __init__(self, found: Found) -> None:
        super().__init__(found.message)
        self.found = found
