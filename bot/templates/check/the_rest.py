"""Files that cannot be rendered hide nothing about the others: those are rendered without them."""

from collections.abc import Sequence
from typing import Final

from bot.problems import Problem
from bot.templates.check.renders import HOPELESS, Made, TrialRenderer
from bot.templates.check.trials import Plan

_SAID: Final = "Files that cannot be rendered were left out of the projects that were looked at."
_NOTHING: Final = "What comes out was not looked at, because nothing can be rendered yet."


async def make_the_rest(
    rendering: TrialRenderer, plan: Plan, made: Sequence[Made], faults: Sequence[Problem]
) -> tuple[TrialRenderer, list[Made]]:
    """The same projects where all rows came out, else projects without the faulty files.

    ``left_out`` of the renderer that made them says what was done. A second failure ends it.
    """
    failed = [each.error for each in made if each.trial.is_row and each.error is not None]
    if not failed:
        return rendering, list(made)
    faulty = {each.path for each in faults}
    if any(error.rule in HOPELESS or error.path not in faulty for error in failed):
        rendering.left_out.append(_NOTHING)
        return rendering, []
    rest = rendering.without(faulty)
    remade = await rest.make_all(plan)
    if not remade or remade[0].error is not None:
        rest.left_out.append(_NOTHING)
        return rest, []
    rest.left_out.append(_SAID)
    return rest, remade
