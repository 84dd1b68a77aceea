"""A small regular language that always matches in linear time.

Patterns come from template authors and are tried on strangers' answers in the
bot's own process. Python's ``re`` backtracks: ``(a+)+$`` would hold the event
loop for minutes, and no time limit reaches into it. Here a pattern becomes a
state machine that reads each character once. What such a machine cannot do
(back references, look-around) is refused with a sentence.

The language: characters, ``.``, classes ``[a-z]`` and ``[^…]``, ``\\d \\w \\s``
(ASCII) and their opposites, groups, ``|``, and ``? * + {m} {m,} {m,n}``. A
pattern always covers the whole answer, so ``^`` and ``$`` are tolerated at its
two ends and change nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

_MOST_CHARACTERS: Final = 1_000
_MOST_STATES: Final = 2_000
_MOST_REPEATS: Final = 1_000
_LAST: Final = 0x10FFFF
_TOO_LARGE: Final = "The pattern is too large; shorten its repetitions."

Ranges = tuple[tuple[int, int], ...]  # sorted, not touching


class PatternInvalid(ValueError):
    """The pattern is not of this language; the text is a sentence for its author."""


class Pattern:
    """A compiled pattern. Two patterns of the same text are equal in all they do."""

    def __init__(self, text: str) -> None:
        """Raises PatternInvalid, saying what is wrong and at which character."""
        self.text = text
        self.machine = _compiled(text)

    def covers(self, answer: str) -> bool:
        """Whether the pattern describes the whole answer. Linear in its length."""
        return self.machine.accepts(answer)

    def allows(self, character: str) -> bool:
        """Whether any answer that the pattern covers may hold that character."""
        point = ord(character)
        return any(low <= point <= high for low, high in self.machine.alphabet)


@lru_cache(maxsize=512)
def _compiled(text: str) -> "_Machine":
    if len(text) > _MOST_CHARACTERS:
        raise PatternInvalid(f"A pattern has at most {_MOST_CHARACTERS} characters.")
    return _Machine(_Parser(text).parse())


# --- what a pattern says: a tree -------------------------------------------------


@dataclass(frozen=True, slots=True)
class _One:
    """One character of these ranges."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class _Sequence:
    parts: "tuple[_Node, ...]"


@dataclass(frozen=True, slots=True)
class _Choice:
    options: "tuple[_Node, ...]"


@dataclass(frozen=True, slots=True)
class _Repeat:
    part: "_Node"
    least: int
    most: int | None


_Node = _One | _Sequence | _Choice | _Repeat

_DIGIT: Final[Ranges] = ((48, 57),)
_WORD: Final[Ranges] = ((48, 57), (65, 90), (95, 95), (97, 122))
_SPACE: Final[Ranges] = ((9, 13), (32, 32))
_CLASSES: Final = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_CONTROLS: Final = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}


def _merged(ranges: list[tuple[int, int]]) -> Ranges:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def _opposite(ranges: Ranges) -> Ranges:
    opposite, start = [], 0
    for low, high in ranges:
        if start < low:
            opposite.append((start, low - 1))
        start = high + 1
    if start <= _LAST:
        opposite.append((start, _LAST))
    return tuple(opposite)


class _Parser:
    """Reads the text from left to right; groups may nest 50 deep."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._depth = text, 0, 0

    def parse(self) -> _Node:
        if self._text.startswith("^"):
            self._at = 1
        node = self._choice()
        if self._next() == "$" and self._at == len(self._text) - 1:
            self._at += 1
        if self._at < len(self._text):
            raise self._error(f"`{self._next()}` has no place here")
        return node

    def _next(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self) -> str:
        character = self._next()
        if not character:
            raise self._error("the pattern ends too early")
        self._at += 1
        return character

    def _error(self, what: str) -> PatternInvalid:
        return PatternInvalid(f"At character {self._at + 1} of the pattern, {what}.")

    def _choice(self) -> _Node:
        options = [self._sequence()]
        while self._next() == "|":
            self._at += 1
            options.append(self._sequence())
        return options[0] if len(options) == 1 else _Choice(tuple(options))

    def _sequence(self) -> _Node:
        parts: list[_Node] = []
        while (character := self._next()) and character not in "|)":
            if character == "$" and self._at == len(self._text) - 1:
                break
            parts.append(self._repeated(self._atom()))
        return parts[0] if len(parts) == 1 else _Sequence(tuple(parts))

    def _repeated(self, part: _Node) -> _Node:
        bounds = self._bounds()
        if bounds is None:
            return part
        if self._next() == "?":  # lazy: the same language
            self._at += 1
        if self._next() and self._next() in "*+?{":
            raise self._error("two repetitions follow each other")
        return _Repeat(part, *bounds)

    def _bounds(self) -> tuple[int, int | None] | None:
        character = self._next()
        if character and character in "*+?":
            self._at += 1
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[character]
        if character != "{":
            return None
        end = self._text.find("}", self._at)
        least, comma, most = self._text[self._at + 1 : max(end, 0)].partition(",")
        if end < 0 or not _is_count(least) or not (most == "" or _is_count(most)):
            raise self._error(r"`{` starts no repetition such as `{2,5}`; write `\{` to mean it")
        self._at = end + 1
        low = int(least)
        high = (int(most) if most else None) if comma else low
        if max(low, high or 0) > _MOST_REPEATS or (high is not None and high < low):
            raise self._error(f"a repetition goes up to {_MOST_REPEATS}, the smaller number first")
        return low, high

    def _atom(self) -> _Node:
        character = self._take()
        if character == "(":
            return self._group()
        if character == "[":
            return _One(self._set())
        if character == ".":
            return _One(_opposite(((10, 10),)))
        if character == "\\":
            return _One(self._escape())
        if character in "*+?{":
            self._at -= 1
            raise self._error(f"`{character}` has nothing to repeat")
        if character in "^$":
            self._at -= 1
            raise self._error(f"`{character}` stands inside; a pattern covers the whole answer")
        return _One(((ord(character), ord(character)),))

    def _group(self) -> _Node:
        if self._next() == "?":
            self._at += 1
            if self._next() != ":":
                raise self._error("look-around and named groups are not part of this language")
            self._at += 1
        self._depth += 1
        if self._depth > 50:
            raise self._error("groups are nested too deeply")
        node = self._choice()
        if self._next() != ")":
            raise self._error("a `)` is missing")
        self._at += 1
        self._depth -= 1
        return node

    def _escape(self) -> Ranges:
        character = self._take()
        if character.lower() in _CLASSES:
            ranges = _CLASSES[character.lower()]
            return ranges if character.islower() else _opposite(ranges)
        if character in _CONTROLS:
            character = _CONTROLS[character]
            return ((ord(character), ord(character)),)
        if character.isalnum():
            self._at -= 1
            raise self._error(f"`\\{character}` is not part of this language")
        return ((ord(character), ord(character)),)

    def _set(self) -> Ranges:
        negated = self._next() == "^"
        self._at += negated
        ranges: list[tuple[int, int]] = []
        first = True
        while first or self._next() != "]":
            ranges.extend(self._member())
            first = False
        self._at += 1
        merged = _merged(ranges)
        return _opposite(merged) if negated else merged

    def _member(self) -> Ranges:
        low = self._set_character()
        follows = self._text[self._at : self._at + 2]
        if follows[:1] != "-" or follows[1:] in ("]", ""):
            return low
        self._at += 1
        high = self._set_character()
        start, end = low[0][0], high[-1][1]
        if not _is_single(low) or not _is_single(high) or end < start:
            raise self._error("a range such as `a-z` goes from a lower to a higher character")
        return ((start, end),)

    def _set_character(self) -> Ranges:
        character = self._take()
        if character == "\\":
            return self._escape()
        return ((ord(character), ord(character)),)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4


def _is_single(ranges: Ranges) -> bool:
    return len(ranges) == 1 and ranges[0][0] == ranges[0][1]


# --- what a pattern does: a machine ----------------------------------------------


@dataclass(slots=True)
class _State:
    """``ranges`` empty: pass on without reading."""

    ranges: Ranges = ()
    to: list[int] = field(default_factory=list)


class _Machine:
    """Thompson's construction; sets of states are remembered while matching."""

    def __init__(self, tree: _Node) -> None:
        self._states: list[_State] = []
        self._built = 0
        self._end = self._add(_State())
        self._start = self._build(tree, self._end)
        self.alphabet = _merged([pair for state in self._states for pair in state.ranges])

    @property
    def start(self) -> frozenset[int]:
        return self._closure([self._start])

    def is_end(self, current: frozenset[int]) -> bool:
        return self._end in current

    def after(self, current: frozenset[int], character: str) -> frozenset[int]:
        return self._closure(self._reached(current, ord(character)))

    def readable(self, current: frozenset[int]) -> Ranges:
        """The characters that some answer goes on with, in order; ranges may overlap."""
        return tuple(sorted({pair for i in current for pair in self._states[i].ranges}))

    def accepts(self, answer: str) -> bool:
        current = self.start
        seen: dict[tuple[frozenset[int], str], frozenset[int]] = {}
        for character in answer:
            step = (current, character)
            if step not in seen:
                seen[step] = self.after(current, character)
            current = seen[step]
            if not current:
                return False
        return self.is_end(current)

    def _reached(self, current: frozenset[int], point: int) -> Iterator[int]:
        for index in current:
            state = self._states[index]
            if any(low <= point <= high for low, high in state.ranges):
                yield from state.to

    def _closure(self, reached: "Iterator[int] | list[int]") -> frozenset[int]:
        found: set[int] = set()
        waiting = list(reached)
        while waiting:
            index = waiting.pop()
            if index in found:
                continue
            found.add(index)
            if not self._states[index].ranges:
                waiting.extend(self._states[index].to)
        return frozenset(found)

    def _add(self, state: _State) -> int:
        if len(self._states) >= _MOST_STATES:
            raise PatternInvalid(_TOO_LARGE)
        self._states.append(state)
        return len(self._states) - 1

    def _build(self, node: _Node, then: int) -> int:
        """States for ``node`` that go on to ``then``; returns where to enter them."""
        self._built += 1  # an empty group costs no state, so repeating it is counted too
        if self._built > 2 * _MOST_STATES:
            raise PatternInvalid(_TOO_LARGE)
        match node:
            case _One(ranges):
                if not ranges:
                    raise PatternInvalid("A set in the pattern allows no character at all.")
                return self._add(_State(ranges, [then]))
            case _Sequence(parts):
                for part in reversed(parts):
                    then = self._build(part, then)
                return then
            case _Choice(options):
                return self._add(_State((), [self._build(option, then) for option in options]))
            case _Repeat(part, least, most):
                return self._repeat(part, least, most, then)

    def _repeat(self, part: _Node, least: int, most: int | None, then: int) -> int:
        if most is None:
            loop = self._add(_State((), [then]))
            self._states[loop].to.append(self._build(part, loop))
            then = loop
        else:
            leave = then
            for _ in range(most - least):
                then = self._add(_State((), [self._build(part, then), leave]))
        for _ in range(least):
            then = self._build(part, then)
        return then
