"""Of the mistakes that authors make, how many are told at their very line."""

import asyncio
import logging
from collections.abc import Sequence

import pytest

from bot.linting import Linters
from bot.rendering import Limits, Renderer
from tests.templates.checking import FakeLinters, told, verdict_on
from tests.templates.defects.base import FOLDER
from tests.templates.defects.catalogue import DEFECTS, GROUPS
from tests.templates.defects.defect import Defect

LEAST_RATE = 0.95


async def missed(defect: Defect, renderer: Renderer, linters: Linters) -> str:
    """What is wrong with the verdict on the template with that defect; empty where nothing is."""
    verdict = await verdict_on(
        defect.texts(),
        renderer,
        folder=FOLDER,
        linters=linters if defect.linted else FakeLinters(),
    )
    wanted = (defect.rule, defect.path, defect.line())
    found = told(verdict.problems)
    if wanted not in found:
        return f"{defect.id}: {wanted} is not among {[str(each) for each in verdict.problems]}"
    problem = verdict.problems[found.index(wanted)]
    if defect.says not in problem.message:
        return f"{defect.id}: {problem.message!r} does not say {defect.says!r}"
    surplus = {rule for rule, *_ in found} - {defect.rule} - defect.more
    return f"{defect.id}: also told {surplus}" if surplus else ""


async def missed_of(defects: Sequence[Defect]) -> list[str]:
    """What is wrong with the verdicts, two at a time."""
    quick = Limits(wall_s=12.0, cpu_s=2)  # the endless loop is among them
    turns = asyncio.Semaphore(2)
    async with (
        Renderer(log=lambda _: None, limits=quick) as renderer,
        Linters(log=lambda _: None) as linters,
    ):

        async def one(defect: Defect) -> str:
            async with turns:
                return await missed(defect, renderer, linters)

        return [each for each in await asyncio.gather(*map(one, defects)) if each]


MISSED: dict[str, list[str]] = {}


@pytest.mark.parametrize("group", GROUPS)
async def test_every_defect_is_told_at_its_line(group: str) -> None:
    """The file, the line, the rule, what it comes with; and nothing that is no defect."""
    MISSED[group] = await missed_of(GROUPS[group])
    assert MISSED[group] == []


async def test_the_rate_of_defects_told_at_their_line() -> None:
    """Counted over all groups, whether a test above failed or not."""
    for group in GROUPS.keys() - MISSED.keys():
        MISSED[group] = await missed_of(GROUPS[group])
    faults = sum(map(len, MISSED.values()))
    rate = 1 - faults / len(DEFECTS)
    logging.getLogger(__name__).warning("%.1f%% of %d defects", rate * 100, len(DEFECTS))
    assert rate >= LEAST_RATE
    assert len(DEFECTS) >= 45
    assert len({each.id for each in DEFECTS}) == len(DEFECTS)
