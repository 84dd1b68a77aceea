"""Which answers a problem comes with, in words: one choice, two together, or an odd text."""

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations
from typing import Final

from bot.forms import Question
from bot.templates.check.hostile import Odd
from bot.templates.check.trials import Trial
from bot.written import code

_LONGEST: Final = 60
_MOST_NAMED: Final = 3
_ANSWERED: Final = ("filled in", "left empty")  # less likely to matter than a choice

Choice = tuple[str, str]


def happens_with(tried: Sequence[Trial], bad: Collection[int]) -> str:
    """``It happens with Java version: 25.``, with a space before; empty where it always does.

    ``tried`` are all rows that were rendered, ``bad`` the numbers of those with the problem.
    """
    rows = [trial for trial in tried if trial.is_row]
    wrong = [trial for trial in rows if trial.number in bad]
    if not wrong or rows[0].number in bad:
        return ""
    fine = [trial for trial in rows if trial.number not in bad]
    found = next(_explaining(wrong, fine), None) or _differences(wrong[0], rows[0])
    said = " and ".join(f"{label}: {value}" for label, value in found)
    return f" It happens with {said}." if said else ""


def _explaining(wrong: Sequence[Trial], fine: Sequence[Trial]) -> Iterator[tuple[Choice, ...]]:
    """Choices that all the wrong ones share and no fine one has, the fewest first."""
    shared = [
        each
        for each in sorted(wrong[0].choices.items(), key=lambda each: each[1] in _ANSWERED)
        if all(trial.choices.get(each[0]) == each[1] for trial in wrong)
    ]
    for size in (1, 2):
        for some in combinations(shared, size):
            if not any(_has(trial, some) for trial in fine):
                yield some


def _has(trial: Trial, some: Sequence[Choice]) -> bool:
    return all(trial.choices.get(label) == value for label, value in some)


def _differences(trial: Trial, usual: Trial) -> tuple[Choice, ...]:
    found = [each for each in trial.choices.items() if usual.choices.get(each[0]) != each[1]]
    return tuple(found[:_MOST_NAMED])


def such_as(question: Question, odd: Odd) -> str:
    """``an answer to Title such as `--a` ``, for the middle of a sentence."""
    text = " ".join(odd.text.split())
    if len(text) > _LONGEST and len(set(text)) < _MOST_NAMED:
        return f"an answer of {len(odd.text)} characters to {question.label}"
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return f"an answer to {question.label} such as {code(shown)}"
