"""``docs/health.md`` explains the number as it is computed."""

import re
from pathlib import Path

from bot.organization import HealthPolicy
from bot.templates.health.evidence import Source
from bot.templates.health.formula import (
    ENOUGH,
    REPORT_COSTS,
    REPORTS_COST_AT_MOST,
    START_ALL,
    START_GOOD,
    WEIGHTS,
    YOUNGEST,
    health_of,
)
from bot.templates.health.judge import MARGIN
from bot.templates.health.report_template import MOST_A_DAY
from tests.templates.health.test_formula import many

TEXT = (Path(__file__).parents[3] / "docs" / "health.md").read_text()
ROWS = {
    "verify commands": Source.VERIFY,
    "making projects": Source.GENERATION,
    "first builds": Source.FIRST_BUILD,
    "deployments": Source.DEPLOYMENT,
}


def example() -> dict[str, list[int]]:
    """The numbers of the example's table by the row's name."""
    rows = re.findall(r"^\| ([a-z ]+?) \|((?: *\d* \|){5})$", TEXT, re.MULTILINE)
    return {name: [int(number) for number in re.findall(r"\d+", cells)] for name, cells in rows}


def test_the_example_is_computed_as_the_bot_computes_it() -> None:
    rows = example()
    evidence = []
    good_points, all_points = rows["start"]
    for name, source in ROWS.items():
        good, bad, weighs, to_good, to_all = rows[name]
        evidence += many(source, good, bad)
        assert weighs == WEIGHTS[source]
        assert (to_good, to_all) == (weighs * good, weighs * (good + bad))
        good_points, all_points = good_points + to_good, all_points + to_all
    assert [good_points, all_points] == rows["together"]

    health = health_of(evidence, reporters=2)
    assert f"The health is **{health.score}**" in TEXT
    assert f"rounded up {-(-100 * good_points // all_points)}." in TEXT
    assert health.costliest is Source.FIRST_BUILD
    (costs,) = [each.costs for each in health.tallies if each.source is health.costliest]
    assert f"first builds cost most: {costs} points" in " ".join(TEXT.split())


def test_the_weights_are_told() -> None:
    told = re.findall(r"^\| ([a-z ]+): .*\| (\d+) \|$", TEXT, re.MULTILINE)
    assert {ROWS[name]: int(weight) for name, weight in told} == dict(WEIGHTS)


def test_every_other_number_is_told() -> None:
    words = {3: "three", 5: "five", 20: "twenty"}
    text = " ".join(TEXT.split())
    assert f"starts with {START_GOOD} good points of {START_ALL}" in text
    assert f"the {words[YOUNGEST]} youngest" in text
    assert f"costs {REPORT_COSTS} points, at most {REPORTS_COST_AT_MOST} together" in text
    assert f"At least {words[ENOUGH]} observations" in text
    assert f"is {MARGIN} points above" in text
    assert f"report {words[MOST_A_DAY]} times a day" in text
    policy = HealthPolicy()
    assert f"unhealthy_below: {policy.unhealthy_below} #" in text
    assert f"withdraw_below: {policy.withdraw_below} #" in text
