"""What goes wrong on purpose, and that everything is well again afterwards."""

import asyncio

import aiohttp
import pytest

from bot.localhub import Fault
from tests.localhub.client import asking
from tests.localhub.fixtures import Scene

CATALOG = "/repos/acme/catalog"
ISSUES = "/repos/{owner}/{repo}/issues"


@pytest.mark.parametrize("status", [500, 502, 503, 429, 403])
async def test_a_status_is_answered_once_and_nothing_is_done(scene: Scene, status: int) -> None:
    """The call after it succeeds, and the issue exists once."""
    fault = Fault(method="POST", route=ISSUES, status=status, retry_after_s=7)
    scene.hub.faults.rest.append(fault)
    async with asking(scene.hub, scene.token()) as bot:
        struck = await bot(f"POST {CATALOG}/issues", {"title": "x"})
        await bot.ok(f"POST {CATALOG}/issues", {"title": "x"})
        listed = await bot.ok(f"GET {CATALOG}/issues")
    assert (struck.status, struck.headers["Retry-After"]) == (status, "7")
    assert len(listed) == 1


async def test_only_the_chosen_calls_are_struck(scene: Scene) -> None:
    """The second and third of four."""
    fault = Fault(method="GET", route="/repos/{owner}/{repo}", first=2, times=2, status=502)
    scene.hub.faults.rest.append(fault)
    async with asking(scene.hub, scene.token()) as bot:
        statuses = [(await bot(f"GET {CATALOG}")).status for _ in range(4)]
    assert statuses == [200, 502, 502, 200]


@pytest.mark.parametrize(("drop", "made"), [("before", 0), ("after", 1)])
async def test_a_lost_connection_may_or_may_not_have_had_an_effect(
    scene: Scene, drop: str, made: int
) -> None:
    """The caller cannot tell; only looking can."""
    fault = Fault(method="POST", route=ISSUES, drop=drop)  # type: ignore[arg-type]  # words of the table
    scene.hub.faults.rest.append(fault)
    async with asking(scene.hub, scene.token()) as bot:
        with pytest.raises(aiohttp.ClientError):
            await bot(f"POST {CATALOG}/issues", {"title": "x"})
        assert len(await bot.ok(f"GET {CATALOG}/issues")) == made


async def test_a_call_can_be_held_until_the_test_lets_go(scene: Scene) -> None:
    """Others go on meanwhile."""
    go = asyncio.Event()
    scene.hub.faults.rest.append(Fault(route="/meta", until=go))
    async with asking(scene.hub, scene.token()) as bot:
        slow = asyncio.create_task(bot("GET /meta"))
        assert (await bot(f"GET {CATALOG}")).status == 200
        assert not slow.done()
        go.set()
        assert (await slow).status == 200


async def test_github_can_be_down_altogether(scene: Scene) -> None:
    """Every route is 503, webhooks fail, and afterwards it is as it was."""
    scene.app.webhook_url = f"{scene.hub.url}/nobody"
    scene.hub.faults.down = True
    async with asking(scene.hub, scene.token()) as bot:
        assert (await bot(f"GET {CATALOG}")).status == 503
        scene.hub.create_issue(scene.owner, "acme/catalog", "x")
        await scene.hub.idle()
        scene.hub.faults.clear()
        assert (await bot(f"GET {CATALOG}")).status == 200
    assert [one.ok for one in scene.hub.deliveries_of(scene.app)] == [False]


async def test_every_request_is_recorded_with_its_route(scene: Scene) -> None:
    """Tests and benchmarks count by route and status."""
    async with asking(scene.hub, scene.token()) as bot:
        await bot(f"GET {CATALOG}/labels")
        await bot("GET /nowhere")
    seen = [(one.method, one.route, one.status) for one in scene.hub.requests]
    assert seen == [("GET", "/repos/{owner}/{repo}/labels", 200), ("GET", "", 404)]
