"""``docs/delivery-metrics.md`` explains the figures as they are computed and shown."""

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from bot.deployments import Action, Deployment, DeploymentState, Stage, StageState
from bot.deployments.metrics import DeliveryFigures, changes_of, figures_of, lead_time_s
from bot.deployments.metrics.describe import MONTH_DAYS, NEWEST, QUARTER_DAYS
from bot.deployments.metrics.figures import WEEKS
from bot.progress.delivery_view import Column, DeliveryShown, delivery_status
from bot.progress.words import duration
from bot.receive import Metrics
from tests.deployments.metrics.records import deployment

TEXT = (Path(__file__).parents[3] / "docs" / "delivery-metrics.md").read_text()
WORDS = " ".join(TEXT.split())
ROW = re.compile(
    r"^\| (\d+ Nov [\d:]+) \| (\w+) \| `(\w+)` \| (\d+ Nov [\d:]+) \| (\d+ Nov [\d:]+) \| (.+) \|$",
    re.MULTILINE,
)


def seconds(told: str) -> float:
    """Unix time of ``9 Nov 10:24`` in the example's year."""
    when = dt.datetime.strptime(f"{told} 2026", "%d Nov %H:%M %Y")
    return when.replace(tzinfo=dt.UTC).timestamp()


NOW_S = seconds("30 Nov 12:00")


def example() -> list[Deployment]:
    """The deployments of the example's table."""
    return [_deployment(str(number), *row) for number, row in enumerate(ROW.findall(TEXT), start=1)]


def _deployment(
    id_: str, at: str, what: str, commit: str, committed: str, ended: str, outcome: str
) -> Deployment:
    state, _, why = outcome.partition(":")
    made = deployment(
        id_, DeploymentState(state.replace(" ", "-")), at_h=0, commit=commit, action=Action(what)
    )
    failed_at = re.search(r"failed at (.+)", why)
    return replace(
        made,
        created_at_s=seconds(at),
        committed_at_s=seconds(committed),
        ended_at_s=seconds(ended),
        stages=(_failed_check(seconds(failed_at[1])),) if failed_at else (),
    )


def _failed_check(at_s: float) -> Stage:
    return Stage(name="health", state=StageState.FAILED, started_at_s=at_s, ended_at_s=at_s)


def figures() -> DeliveryFigures:
    return figures_of(example(), environment="production", now_s=NOW_S, days=30)


def test_the_figures_of_the_example_are_those_that_status_shows() -> None:
    assert len(example()) == 9
    shown = DeliveryShown(
        environment="production",
        first_environment="dev",
        columns=[Column(title="30 days", figures=figures())],
        weeks=[],
        newest=example()[:1],
    )
    table = delivery_status(shown).split("\n\n")[1]
    assert table.startswith("| | 30 days |\n")
    assert table in TEXT


def test_the_sentences_of_the_example_are_true() -> None:
    changes = {each.deployment.id: each for each in changes_of(example())}
    leads = [lead_time_s(changes[id_].deployment) for id_ in ("1", "3", "4", "8")]
    one, three, four, eight = (duration(each) for each in leads if each is not None)
    assert f"They took {one}, {three}, {four} and {eight} from the commit" in WORDS
    two, undone, failed = (duration(changes[id_].recovery_s or 0) for id_ in ("2", "4", "7"))
    assert f"`b2` was recovered from in {two} by its own rollback" in WORDS
    assert f"`d4` in {undone} by the command, `f6` in {failed} by the next success" in WORDS
    assert f"{figures().failed} of the {figures().judged} changes that are judged" in WORDS
    assert f"{figures().arrived} deployments, {figures().a_week:.1f} a week" in WORDS


def test_every_other_number_is_told() -> None:
    words = {5: "five", 12: "twelve"}
    assert f"a chart of the last {words[WEEKS]} weeks" in WORDS
    assert f"the {words[NEWEST]} newest deployments" in WORDS
    assert f"the last {QUARTER_DAYS} days (four or five months)" in WORDS
    assert f"_{MONTH_DAYS} days_".replace("_", "*") in WORDS


def test_every_figure_of_prometheus_is_told_with_its_labels() -> None:
    metrics = Metrics(CollectorRegistry())
    metrics.deployment_done("dev", "succeeded", 1.0, 1.0)
    metrics.deployments_open([])
    told = dict(re.findall(r"^\| `(paved_road_\w+)\{([\w,]+)\}` \|", TEXT, re.MULTILINE))
    real = {}
    for family in text_string_to_metric_families(metrics.text().decode()):
        if family.name.endswith("_created"):  # when the series began, which the client adds
            continue
        if family.name.startswith("paved_road_deployment"):
            name = f"{family.name}_total" if family.type == "counter" else family.name
            labels = {label for sample in family.samples for label in sample.labels}
            real[name] = labels - {"le"}
    assert {name: set(labels.split(",")) for name, labels in told.items()} == real
