"""A file's plain value beside the place of every key and value in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from bot.problems import Problem, Severity

Value: TypeAlias = str | int | float | bool | list[Any] | dict[str, Any] | None
Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A line and a column, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Source:
    """What a file says and where it says it.

    ``values`` gives the place of a value by its path, ``keys`` that of a key.
    """

    path: str
    value: Value
    values: Mapping[Path, Place]
    keys: Mapping[Path, Place]

    def place(self, path: Path) -> Place:
        """Where the value stands, or the nearest thing around it that has a place."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Place(1, 1))

    def key_place(self, path: Path) -> Place:
        """Where the key of that value stands; an item of a list has its own place."""
        return self.keys.get(path) or self.place(path)

    def problem(
        self,
        path: Path,
        rule: str,
        message: str,
        *,
        at_key: bool = False,
        severity: Severity = "error",
    ) -> Problem:
        """A problem of this file at that value, or at its key."""
        place = self.key_place(path) if at_key else self.place(path)
        return Problem(
            path=self.path,
            line=place.line,
            column=place.column,
            rule=rule,
            severity=severity,
            message=message,
        )
