"""GitHub stumbles, stalls, refuses and repeats itself; a request still ends once and well."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.localhub import Fault, WebhookFault
from tests.journeys.test_killed_anywhere import WRITES
from tests.journeys.world import CATALOG, World, body, open_world
from tests.localhub.openapi import validate


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Every exchange of bot and local GitHub is checked against GitHub's own description."""
    async with open_world(tmp_path, validator=validate) as world:
        yield world
        await world.hub.idle()
        assert world.hub.problems == [], "\n".join(world.hub.problems)


async def made_once(world: World, number: int) -> None:
    await world.until(number, "is ready")
    await world.hub.idle()
    assert await world.repositories() == [CATALOG, "acme/money-kit"]
    assert len(await world.comments(number)) == 1


async def test_an_undisturbed_request_follows_githubs_description(world: World) -> None:
    number = await world.file(body())
    await made_once(world, number)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"status": 502}, id="bad-gateway"),
        pytest.param({"status": 503, "times": 2}, id="unavailable-twice"),
        pytest.param({"status": 429, "retry_after_s": 1}, id="too-many-requests"),
        pytest.param({"status": 403, "retry_after_s": 1}, id="secondary-limit"),
        pytest.param({"drop": "before"}, id="cut-before-the-effect"),
        pytest.param({"drop": "after"}, id="cut-after-the-effect"),
        pytest.param({"delay_s": 0.3}, id="slow"),
    ],
)
async def test_every_write_stumbles_once(world: World, fault: dict[str, object]) -> None:
    world.hub.faults.rest += [
        Fault(method=method, route=route, **fault)  # type: ignore[arg-type]  # fields of a fault
        for method, route in WRITES
    ]
    number = await world.file(body())
    await made_once(world, number)


async def test_github_is_away_for_a_while_and_nothing_is_lost(world: World) -> None:
    """The webhook came through; then the first thing asked fails for a dozen attempts."""
    away = Fault(method="GET", route="/repos/{owner}/{repo}", status=503, times=12)
    world.hub.faults.rest.append(away)
    number = await world.file(body())
    await made_once(world, number)
    assert away.seen > 12


async def test_doubled_webhooks_have_one_effect(world: World) -> None:
    world.hub.faults.webhooks.append(WebhookFault(times=None, effect="double"))
    number = await world.file(body())
    await made_once(world, number)


async def test_an_edit_that_overtakes_the_opening_wins(world: World) -> None:
    """The form was filed wrong and mended at once; the two webhooks arrive swapped."""
    world.hub.faults.webhooks.append(WebhookFault(event="issues", action="opened", effect="swap"))
    number = await world.file(body(**{"Cost center": "CC-900"}))
    await world.edit(number, body())
    await made_once(world, number)


@pytest.mark.parametrize("plan", ["team", "free"])
async def test_a_smaller_plan_gets_what_it_offers(tmp_path: Path, plan: str) -> None:
    async with open_world(tmp_path, validator=validate, plan=plan) as world:
        number = await world.file(body())
        text = await world.until(number, "is ready")
        if plan == "free":
            assert "Left out, because the organisation does not offer it" in text
        assert await world.repositories() == [CATALOG, "acme/money-kit"]
        assert world.hub.problems == []
