"""An odd answer alone: which of several is to blame, found by rendering each by itself."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from bot.forms import Answers, Form, Question
from bot.templates.check.factors import Key
from bot.templates.check.hostile import Odd
from bot.templates.check.renders import Made, TrialRenderer
from bot.templates.check.side_by_side import all_of
from bot.templates.check.trials import Plan, Trial

_MOST_ALONE: Final = 12


class OddAnswers:
    """Renders odd answers one at a time, each at most once."""

    def __init__(self, rendering: TrialRenderer, form: Form, plan: Plan) -> None:
        self._rendering, self._form, self._plan = rendering, form, plan
        self._made: dict[int, dict[Key, Made]] = {}

    def question(self, key: Key) -> Question:
        """The question that an odd answer was given to."""
        found = self._form.question(*key)
        if found is None:
            raise LookupError(key)
        return found

    async def alone(self, made: Made) -> Mapping[Key, Made]:
        """What each odd answer of that trial makes by itself; itself where there is but one."""
        trial = made.trial
        if len(trial.odd) == 1:
            return dict.fromkeys(trial.odd, made)
        if trial.number not in self._made:
            keys = list(trial.odd)[:_MOST_ALONE]
            found = await all_of(self._rendering.make(self._only(trial, key)) for key in keys)
            self._made[trial.number] = {
                key: each for key, each in zip(keys, found, strict=True) if each is not None
            }
        return self._made[trial.number]

    def _only(self, trial: Trial, key: Key) -> Trial:
        base = self._plan.trials[trial.twin if trial.twin is not None else 0]
        return replace(
            trial,
            answers=_with(base.answers, trial.answers, key),
            odd={key: trial.odd[key]},
        )

    def odd(self, made: Made) -> tuple[Question, Odd]:
        """Question and answer of a trial with a single odd one."""
        (key, odd), *_ = made.trial.odd.items()
        return self.question(key), odd


def _with(base: Answers, odd: Answers, key: Key) -> Answers:
    group, name = key
    if group == "standard":
        changed: dict[str, Any] = {name: getattr(odd, name)}
        return replace(base, **changed)
    variables = {**base.variables, name: odd.variables[name]}
    return replace(base, variables=MappingProxyType(variables))
