"""Few rows of choices in which every two values of two choices meet.

Most mistakes of a template need one certain answer, or two together. Trying all
combinations is impossible, trying each option once misses the pairs.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

Row = tuple[int, ...]
_Pair = tuple[int, int, int, int]  # a factor and its value, a later factor and its value


@dataclass(frozen=True, slots=True)
class Rows:
    """``rows`` hold one value a factor, counted from 0; the first holds the first of each.

    In the first ``covering`` rows every value stands at least once. ``missed`` counts
    the pairs that had no room.
    """

    rows: tuple[Row, ...]
    covering: int
    missed: int = 0


def all_pairs(sizes: Sequence[int], *, most: int) -> Rows:
    """At most ``most`` rows for factors with so many values each, in always the same order.

    More only where a single factor has more values: each is tried at least once.
    """
    covering = max(sizes, default=1)
    waiting = _Waiting(sizes)
    rows: list[Row] = []
    while len(rows) < covering or (waiting.pairs and len(rows) < most):
        known = _diagonal(sizes, len(rows)) if len(rows) < covering else waiting.neediest()
        row = _filled(sizes, known, waiting)
        rows.append(row)
        waiting.meet(row)
    return Rows(tuple(rows), covering, len(waiting.pairs))


class _Waiting:
    """The pairs that have not met yet, and how many of them each value waits for."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.pairs: dict[_Pair, None] = dict.fromkeys(_pairs(sizes))  # a set has no order
        self._of_value = Counter(half for pair in self.pairs for half in (pair[:2], pair[2:]))

    def meet(self, row: Row) -> None:
        """What stands in one row waits no more."""
        for one, other in combinations(range(len(row)), 2):
            pair = (one, row[one], other, row[other])
            if pair in self.pairs:
                del self.pairs[pair]
                self._of_value.subtract((pair[:2], pair[2:]))

    def neediest(self) -> dict[int, int]:
        """The value that waits for most, and of those it waits for again the neediest."""
        factor, value = max(self._of_value, key=self._need)
        others = [
            pair[2:] if pair[:2] == (factor, value) else pair[:2]
            for pair in self.pairs
            if (factor, value) in (pair[:2], pair[2:])
        ]
        other, other_value = max(others, key=self._need)
        return {factor: value, other: other_value}

    def gain(self, factor: int, value: int, chosen: Mapping[int, int]) -> tuple[int, int, int]:
        """How many pairs meet if ``factor`` has ``value`` beside what is chosen; then its need."""
        met = sum(
            ((other, taken, factor, value) if other < factor else (factor, value, other, taken))
            in self.pairs
            for other, taken in chosen.items()
        )
        return met, self._of_value[factor, value], -value

    def _need(self, half: tuple[int, int]) -> tuple[int, int, int]:
        return self._of_value[half], -half[0], -half[1]


def _pairs(sizes: Sequence[int]) -> Iterator[_Pair]:
    for one, other in combinations(range(len(sizes)), 2):
        for value, other_value in product(range(sizes[one]), range(sizes[other])):
            yield one, value, other, other_value


def _diagonal(sizes: Sequence[int], number: int) -> dict[int, int]:
    """The ``number``-th value of each factor that has so many."""
    return {factor: number for factor, size in enumerate(sizes) if number < size}


def _filled(sizes: Sequence[int], known: Mapping[int, int], waiting: _Waiting) -> Row:
    """The row that brings most waiting pairs together, as far as a greedy look sees."""
    chosen = dict(known)
    for factor, size in enumerate(sizes):
        if factor not in chosen:
            gains = [waiting.gain(factor, value, chosen) for value in range(size)]
            chosen[factor] = gains.index(max(gains))
    return tuple(chosen[factor] for factor in range(len(sizes)))
