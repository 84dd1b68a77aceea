"""One measured number, and how it stands beside what it is compared with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """``reference`` is measured in the same run; ``ratio`` is value to reference.

    ``target`` is what README promises, in words, and ``met`` whether it holds.
    None where there is nothing to compare with or nothing was promised.
    """

    name: str
    value: float
    unit: str
    reference: float | None = None
    ratio: float | None = None
    target: str = ""
    met: bool | None = None
