"""What renders refused, as problems: every fault of every file, once, with what it comes with."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.problems import Problem
from bot.rendering import RenderError
from bot.templates.check.blame import happens_with, such_as
from bot.templates.check.odd_answers import OddAnswers
from bot.templates.check.renders import HOPELESS, Kitchen, Made
from bot.templates.check.rules import breaks
from bot.templates.check.trials import Trial

_MOST_SURVEYS: Final = 10
_UNDEFINED: Final = "undefined-variable"

_Key = tuple[str, int, str, str]  # path, line, rule, variable


@dataclass(slots=True)
class _Fault:
    message: str
    trials: set[int] = field(default_factory=set)


class _Table:
    """Faults by their place; what a render met and what a survey saw of one thing is one."""

    def __init__(self) -> None:
        self.all: dict[_Key, _Fault] = {}

    def note(self, error: RenderError, trial: Trial | None) -> None:
        """Add it; ``trial`` is known to have met it, None that it was only seen."""
        key = self._same(_key(error)) or _key(error)
        fault = self.all.setdefault(key, _Fault(_sentence(error)))
        if trial is not None:
            fault.trials.add(trial.number)

    def _same(self, key: _Key) -> _Key | None:
        """The fault that is there already, where a render tells the line of a whole expression."""
        path, line, rule, variable = key
        if rule != _UNDEFINED or key in self.all:
            return None
        near = [
            each
            for each in self.all
            if (each[0], each[2], each[3]) == (path, rule, variable) and each[1] >= line
        ]
        return min(near, default=None)


async def faults(kitchen: Kitchen, made: Sequence[Made]) -> list[Problem]:
    """Everything that rows of choices met, and what is wrong where none of them led."""
    rows = [each for each in made if each.trial.is_row]
    table = _Table()
    is_lost = bool(rows) and rows[0].error is not None
    for each, errors in await _surveys(kitchen, rows):
        for error in errors:
            table.note(error, each.trial if each.error is not None else None)
    for each in rows:
        if each.error is not None:
            table.note(each.error, each.trial)
    tried = [each.trial for each in rows]
    return [_problem(key, fault, tried, is_lost=is_lost) for key, fault in table.all.items()]


async def _surveys(
    kitchen: Kitchen, rows: Sequence[Made]
) -> list[tuple[Made, tuple[RenderError, ...]]]:
    """The first row always, and those that failed."""
    wanted = [
        each
        for number, each in enumerate(rows)
        if (number == 0 or each.error is not None)
        and not (each.error is not None and each.error.rule in HOPELESS)
    ][:_MOST_SURVEYS]
    found = await asyncio.gather(*(kitchen.survey(each.trial) for each in wanted))
    return list(zip(wanted, found, strict=True))


def _problem(key: _Key, fault: _Fault, tried: Sequence[Trial], *, is_lost: bool) -> Problem:
    path, line, rule, _ = key
    said = happens_with(tried, fault.trials)
    if not fault.trials and not is_lost:
        said = " No answer that was tried leads there."
    return breaks(rule, path, fault.message + said, line=line)


async def odd_faults(
    made: Sequence[Made], odd: OddAnswers, known: Sequence[Problem]
) -> list[Problem]:
    """What only odd answers meet, each with the answer that is to blame."""
    met = {(each.path, each.line, each.rule) for each in known}
    failed_twins = {
        each.trial.number for each in made if each.trial.is_twin and each.error is not None
    }
    found: dict[tuple[str, int, str], Problem] = {}
    for each in made:
        if not each.trial.odd or each.error is None or each.trial.twin in failed_twins:
            continue
        for problem in await _blamed(each, each.error, odd):
            place = (problem.path, problem.line, problem.rule)
            if place not in met:
                found.setdefault(place, problem)
    return list(found.values())


async def _blamed(made: Made, error: RenderError, odd: OddAnswers) -> list[Problem]:
    guilty = [
        (each, each.error) for each in (await odd.alone(made)).values() if each.error is not None
    ]
    if not guilty and error.rule == "collision":  # two answers were the same: our doing
        return []
    if not guilty:
        return [_odd_problem(error, "It happens with odd answers together.", "")]
    return [_odd_problem(met, *_odd_words(each, odd)) for each, met in guilty]


def _odd_words(made: Made, odd: OddAnswers) -> tuple[str, str]:
    question, answer = odd.odd(made)
    said = f"It happens with {such_as(question, answer)}."
    if question.group != "variable" or question.kind not in ("line", "text"):
        return said, ""
    return said, (
        f" If nobody should answer so, give `{question.name}` a `pattern` or bounds in "
        "`template.yml`."
    )


def _odd_problem(error: RenderError, said: str, advice: str) -> Problem:
    path, line, rule, _ = _key(error)
    return breaks(rule, path, f"{_sentence(error)} {said}{advice}", line=line)


def _key(error: RenderError) -> _Key:
    return error.path or ".", error.line or 1, error.rule, error.variable or ""


def _sentence(error: RenderError) -> str:
    """The renderer's words without the place, which stands beside them."""
    where = f"{error.path}, line {error.line}: " if error.line else f"{error.path}: "
    message = error.message.removeprefix(where)
    return message[:1].upper() + message[1:]
