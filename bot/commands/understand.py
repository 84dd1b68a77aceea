"""From what was typed to a command of the table, a hint, or nothing that concerns us."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from bot.commands.grammar import Typed
from bot.commands.table import COMMANDS, Command, Place, command_of
from bot.commands.usage import fit
from bot.progress.inert import inert

CLOSE = 0.75  # similarity of a mistyped verb; `/retyr` is 0.8 like `/retry`, `/cc` like nothing


@dataclass(frozen=True, slots=True)
class Given:
    """A command of the table with words that fit it. Whether the person may is asked next."""

    command: Command
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hint:
    """A near miss. ``suggestion`` is a line to copy that is understood where it was asked."""

    sentence: str
    suggestion: str


def understand(
    typed: Typed, place: Place, commands: Sequence[Command] = COMMANDS
) -> Given | Hint | None:
    """The command, a hint for somebody who meant one, or None for another bot's business."""
    command = command_of(typed.verb, commands)
    if command is None:
        return _near_miss(typed, place, commands)
    if place not in command.where:
        return _elsewhere(command, place)
    problem = fit(typed.words, command.grammar)
    if problem and not (command.bare and not typed.words):
        return _hint(f"{inert(str(typed))} was not understood: {problem}.", command.example)
    return Given(command, typed.words)


def _near_miss(typed: Typed, place: Place, commands: Sequence[Command]) -> Hint | None:
    here = {command.name: command for command in commands if place in command.where}
    close = difflib.get_close_matches(typed.verb.lower(), here, n=1, cutoff=CLOSE)
    if not close:
        return None
    meant, row = Typed(close[0], typed.words), here[close[0]]
    as_typed = not fit(meant.words, row.grammar) and inert(str(meant)) == f"`{meant}`"
    suggestion = str(meant) if as_typed else row.example
    return _hint(f"{inert(f'/{typed.verb}')} is not a command.", suggestion)


def _elsewhere(command: Command, place: Place) -> Hint:
    where = " or ".join(each.value for each in Place if each in command.where)
    return Hint(
        f"`/{command.name}` works in {where}, not in {place.value}. `/help` lists what works here.",
        "/help",
    )


def _hint(sentence: str, suggestion: str) -> Hint:
    return Hint(f"{sentence} Did you mean {inert(suggestion)}?", suggestion)
