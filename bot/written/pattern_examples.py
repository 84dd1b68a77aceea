"""Answers that a pattern covers: the shortest, the longest, or one that holds given words.

The pattern's machine is walked one character after the other, each set of states
once for every length, so the walk is bounded whatever the pattern is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bot.written.patterns import Pattern, Ranges
from bot.written.plain_text import forbidden_character

# Nice to read, and harmless: what an example is made of as far as its pattern lets it.
_LIKED: Final = "axAX01_-. /é"
_MOST_STEPS: Final = 20_000
_MOST_LOOKED_AT: Final = 300  # characters of one range, until one is visible

_State = tuple[frozenset[int], int]  # states of the machine; characters of ``holding`` read


@dataclass(frozen=True, slots=True)
class _Step:
    """How a state was reached: the character read, and the state before it."""

    character: str
    before: _State


def example(
    pattern: Pattern, *, least: int, most: int, holding: str = "", longest: bool = False
) -> str | None:
    """An answer of ``least`` to ``most`` characters that the pattern covers, or None.

    The shortest that holds ``holding`` in one piece, or the longest. None also where
    the pattern is too large to be sure. White space stands at no end of it.
    """
    layers: list[dict[_State, _Step | None]] = [{(pattern.machine.start, 0): None}]
    best: str | None = None
    steps = 0
    while layers[-1] and len(layers) - 1 <= most and steps < _MOST_STEPS:
        length = len(layers) - 1
        found = _finished(pattern, layers[-1], len(holding)) if length >= least else None
        if found is not None:
            best = _spelled(layers, found)
            if not longest:
                return best
        layers.append(_next_layer(pattern, layers[-1], holding))
        steps += len(layers[-1])
    return best


def _finished(pattern: Pattern, layer: dict[_State, _Step | None], needed: int) -> _State | None:
    for state, step in layer.items():
        ends_well = step is None or not step.character.isspace()
        if state[1] == needed and pattern.machine.is_end(state[0]) and ends_well:
            return state
    return None


def _next_layer(
    pattern: Pattern, layer: dict[_State, _Step | None], holding: str
) -> dict[_State, _Step | None]:
    following: dict[_State, _Step | None] = {}
    for state, step in layer.items():
        current, read = state
        for character, now_read in _goes_on(pattern, current, read, holding, first=step is None):
            reached = pattern.machine.after(current, character)
            if reached:
                following.setdefault((reached, now_read), _Step(character, state))
    return following


def _goes_on(
    pattern: Pattern, current: frozenset[int], read: int, holding: str, *, first: bool
) -> Iterator[tuple[str, int]]:
    """The characters to try next, each with how much of ``holding`` is read then."""
    if 0 < read < len(holding):
        yield holding[read], read + 1
        return
    if read == 0 and holding and not (first and holding[0].isspace()):
        yield holding[0], 1
    for character in _representatives(pattern.machine.readable(current)):
        if not (first and character.isspace()):
            yield character, read


def _representatives(ranges: Ranges) -> Iterator[str]:
    """One visible character of each range, what is liked before what is not."""
    found = {_of_range(low, high) for low, high in ranges} - {""}
    yield from (character for character in _LIKED if character in found)
    yield from sorted(found - set(_LIKED))


def _of_range(low: int, high: int) -> str:
    for character in _LIKED:
        if low <= ord(character) <= high:
            return character
    points = range(low, min(high + 1, low + _MOST_LOOKED_AT))
    return next((chr(point) for point in points if not forbidden_character(chr(point))), "")


def _spelled(layers: list[dict[_State, _Step | None]], end: _State) -> str:
    characters = []
    state = end
    for layer in reversed(layers):
        step = layer[state]
        if step is None:
            break
        characters.append(step.character)
        state = step.before
    return "".join(reversed(characters))
