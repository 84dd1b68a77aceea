"""A project deploys, somebody reports, over HTTP: the owners hear of it, and ``/status`` tells."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.store.port import Documents
from bot.templates.health.evidence import EvidenceRecords, Source
from bot.templates.health.report_record import ReportRecords
from bot.templates.version_record import TemplateVersions
from tests.journeys.world import CATALOG, World, body, open_world
from tests.localhub.openapi import validate

PROJECT = "/repos/acme/money-kit"
REPORTS = f"/repos/{CATALOG}/issues?labels=paved-road:report&state=all"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, validator=validate) as world:
        yield world
        await world.hub.idle()
        assert world.hub.problems == [], "\n".join(world.hub.problems)


async def test_a_report_becomes_an_issue_of_the_owners_and_is_closed_with_it(
    world: World,
) -> None:
    number = await world.file(body())
    await world.until(number, "is ready")
    await world.comment(number, "/report `greet.sh` greets nobody @acme/payments")
    thanks = await world.until(number, "Thank you.")
    (issue,) = await told(world, REPORTS)
    assert issue["html_url"] in thanks
    assert sorted(each["name"] for each in issue["labels"]) == [
        "paved-road:report",
        "team:platform",
    ]
    assert "```text\n`greet.sh` greets nobody @acme/payments\n```" in issue["body"]
    await world.comment(number, "/status")
    await world.until(number, "1 person has an open report: −4 points")

    await told(world, f"/repos/{CATALOG}/issues/{issue['number']}", state="closed")
    await world.until_recorded(no_report_is_open)
    await world.comment(number, "/status")
    text = await world.until(number, "health 84 of 100, from 1 observation")
    assert "open report" not in text


async def test_a_deployment_of_a_project_says_something_of_its_template(world: World) -> None:
    number = await world.file(body())
    await world.until(number, "is ready")
    made = await told(world, f"{PROJECT}/deployments", ref="main", required_contexts=[])
    for state in ("in_progress", "failure"):
        await told(world, f"{PROJECT}/deployments/{made['id']}/statuses", state=state)
    await world.until_recorded(a_deployment_failed)
    await world.comment(number, "/status")
    await world.until(number, "The newest deployment of 1 project failed: −14 points")


async def told(world: World, path: str, **given: Any) -> Any:
    """GitHub's answer to petra, who asks, makes or changes something."""
    method = "GET" if not given else "PATCH" if "/issues/" in path else "POST"
    status, answer = await world.api(method, path, json=given or None)
    assert status in (200, 201), answer
    return answer


async def no_report_is_open(documents: Documents) -> bool:
    return not any(each.open for each in await ReportRecords(documents).everything())


async def a_deployment_failed(documents: Documents) -> bool:
    (version,) = [
        each.id
        for each in await TemplateVersions(documents).all_offered()
        if each.template == "greeter"
    ]
    found = await EvidenceRecords(documents).of_version(version)
    return any(each.source is Source.DEPLOYMENT and not each.good for each in found)
