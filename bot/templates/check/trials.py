"""The projects that a template is tried with: every option, all pairs of them, odd answers.

Rows of choices come first; in the first of them everything is as the form shows it.
Then odd answers, each beside a harmless twin: see ``hostile``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.forms import Answers, Form, FormInvalid, Question, sample_answers
from bot.templates.check.factors import Factor, Key, Value, factors, texts_of
from bot.templates.check.free_variables import is_free
from bot.templates.check.hostile import COMPARED, ROUNDS, Odd, Round, TakenApart, odd_answer
from bot.templates.check.pairs import all_pairs
from bot.templates.definition import TemplateDefinition

MOST_RENDERS: Final = 60
_LEAST_ROWS: Final = 20
_ROWS_WITH_MARKS: Final = 6
_SPLITS_LINES: Final = re.compile(rb"\bsplitlines\b|\bsplit\(\s*['\"]\\n")
_SPLITS: Final = re.compile(
    rb"\bsplit\b|\|\s*list\b|\bfor\b[^%]{0,80}\bin\s+cookiecutter\.\w+\s*-?%"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One project to make. ``choices`` are what is chosen, by label; ``odd`` the odd answers.

    ``twin`` is the number of the trial with harmless answers in their place.
    """

    number: int
    answers: Answers
    choices: Mapping[str, str] = field(default_factory=dict)
    odd: Mapping[Key, Odd] = field(default_factory=dict)
    round: Round | None = None
    twin: int | None = None
    is_twin: bool = False

    @property
    def is_row(self) -> bool:
        """Whether its answers are ones that people would give."""
        return self.round is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All trials in the order of their worth; the first ``covering`` hold every value once."""

    trials: tuple[Trial, ...]
    covering: int
    missed: int = 0
    factors: tuple[Factor, ...] = ()


def plan_trials(form: Form, definition: TemplateDefinition) -> Plan:
    """What to try, 60 projects as a rule, more only where one choice has more options.

    The same template gives the same plan. Raises FormInvalid where the form cannot be
    answered with examples.
    """
    found = factors(form, definition)
    planner = _Planner(form, definition, found)
    rounds = list(planner.rounds())
    renders = sum(_renders_of(round_) for round_, _ in rounds)
    rows = all_pairs(
        [len(factor.values) for factor in found], most=max(MOST_RENDERS - renders, _LEAST_ROWS)
    )
    for row in rows.rows[: rows.covering]:
        planner.add_row(row)
    for round_, odd in rounds:
        planner.add_odd(round_, odd, rows.rows[0])
    for row in rows.rows[rows.covering :]:
        planner.add_row(row)
    for round_, odd in rounds:
        if round_ == "marks":  # the worst of all: in every branch that a single option opens
            for row in rows.rows[1 : min(rows.covering, _ROWS_WITH_MARKS)]:
                planner.add_odd(round_, odd, row)
    return Plan(
        trials=tuple(planner.trials), covering=rows.covering, missed=rows.missed, factors=found
    )


def _renders_of(round_: Round) -> int:
    each = 2 if round_ in COMPARED else 1
    return each * _ROWS_WITH_MARKS if round_ == "marks" else each


class _Planner:
    """Numbers trials, leaves out what the organisation's rules forbid, and makes none twice."""

    def __init__(self, form: Form, definition: TemplateDefinition, found: Sequence[Factor]) -> None:
        self._form, self._definition, self._factors = form, definition, found
        self._apart = TakenApart(
            at_separators=any(_SPLITS.search(file.content) for file in definition.files),
            at_lines=any(_SPLITS_LINES.search(file.content) for file in definition.files),
        )
        self._known: dict[str, int] = {}
        self.trials: list[Trial] = []

    def add_row(self, row: Sequence[int]) -> None:
        chosen = self._chosen(row)
        choices = {factor.label: value.said for factor, value in chosen}
        try:
            answers = sample_answers(self._form, texts_of(self._form, chosen))
        except FormInvalid:
            if not self.trials:
                raise
            return
        self._add(Trial(number=len(self.trials), answers=answers, choices=choices))

    def rounds(self) -> Iterator[tuple[Round, dict[Key, Odd]]]:
        """The rounds in which any question allows an odd answer."""
        for round_ in ROUNDS:
            odd = {
                (question.group, question.name): found
                for question in self._form.questions
                if self._takes_part(question, round_)
                and (found := odd_answer(question, round_, self._apart))
            }
            if odd:
                yield round_, odd

    def _takes_part(self, question: Question, round_: Round) -> bool:
        name = "project_slug" if question.name == "repository_name" else question.name
        variable = self._definition.variable(name)
        if variable is None or question.group == "setting":
            return False
        if round_ in ("marks", "signs"):
            return is_free(variable) == (round_ == "marks")
        return True

    def add_odd(self, round_: Round, odd: Mapping[Key, Odd], row: Sequence[int]) -> None:
        chosen = self._chosen(row)
        texts = texts_of(self._form, chosen)
        choices = {factor.label: value.said for factor, value in chosen}
        twins = {key: each.twin for key, each in odd.items() if each.twin is not None}
        odds = {key: each.text for key, each in odd.items()}
        try:
            harmless = sample_answers(self._form, {**texts, **twins})
            hostile = sample_answers(self._form, {**texts, **odds})
        except FormInvalid:
            return
        twin = None
        if round_ in COMPARED:
            twin = self._add(
                Trial(
                    number=len(self.trials),
                    answers=harmless,
                    choices=choices,
                    round=round_,
                    is_twin=True,
                )
            )
        self._add(
            Trial(
                number=len(self.trials),
                answers=hostile,
                choices=choices,
                odd=odd,
                round=round_,
                twin=twin,
            )
        )

    def _chosen(self, row: Sequence[int]) -> list[tuple[Factor, Value]]:
        pairs = zip(self._factors, row, strict=True)
        return [(factor, factor.values[index]) for factor, index in pairs]

    def _add(self, trial: Trial) -> int:
        """The trial's number, or that of the one that has the same answers already."""
        known = self._known.setdefault(trial.answers.hash(), trial.number)
        if known == trial.number:
            self.trials.append(trial)
        return known
