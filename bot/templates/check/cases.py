"""The projects in which a template's own ``verify`` commands are run."""

import re
from collections.abc import Sequence
from typing import Final

from bot.forms import Form, FormInvalid, sample_answers
from bot.templates.check.factors import Factor, Value, factors, texts_of
from bot.templates.check.pairs import all_pairs
from bot.templates.check.verdict import VerifyCase
from bot.templates.definition import TemplateDefinition

MOST_CASES: Final = 12
_LONGEST_ID: Final = 60


def verify_cases(
    form: Form, definition: TemplateDefinition
) -> tuple[tuple[VerifyCase, ...], tuple[str, ...]]:
    """The cases, and what they leave out; none where the template has nothing to verify.

    Every value of every choice and box stands in one of them at least. The first is
    what the form shows by itself.
    """
    if not definition.manifest.verify:
        return (), ()
    found = [factor for factor in factors(form, definition) if factor.is_choice]
    rows = all_pairs([len(factor.values) for factor in found], most=1)
    cases: dict[str, VerifyCase] = {}
    for row in rows.rows[:MOST_CASES]:
        chosen = [(factor, factor.values[index]) for factor, index in zip(found, row, strict=True)]
        try:
            answers = sample_answers(form, texts_of(form, chosen))
        except FormInvalid:
            continue
        id_ = _id(chosen, taken=cases)
        said = ", ".join(f"{f.label}: {v.said}" for f, v in _unusual(chosen))
        cases[id_] = VerifyCase(id=id_, said=said, answers=answers.to_json())
    cut = len(rows.rows) - MOST_CASES
    left_out = (f"`verify` is run in {MOST_CASES} projects; {cut} more would have every option.",)
    return tuple(cases.values()), left_out if cut > 0 else ()


def _unusual(chosen: Sequence[tuple[Factor, Value]]) -> list[tuple[Factor, Value]]:
    return [(factor, value) for factor, value in chosen if value != factor.values[0]]


def _id(chosen: Sequence[tuple[Factor, Value]], taken: "dict[str, VerifyCase]") -> str:
    """``default``, ``java-version-21``: letters, digits and hyphens."""
    parts = [part for factor, value in _unusual(chosen) for part in _parts(factor, value)]
    words = re.sub(r"[^A-Za-z0-9]+", "-", "-".join(parts)).strip("-").lower()
    name = words[:_LONGEST_ID].strip("-") or "default"
    numbered = (f"{name}-{number}" for number in range(2, MOST_CASES + 2))
    return name if name not in taken else next(each for each in numbered if each not in taken)


def _parts(factor: Factor, value: Value) -> tuple[str, ...]:
    if value.said == "ticked":
        return (factor.slug,)
    if value.said == "not ticked":
        return ("no", factor.slug)
    return (factor.slug, value.said)
