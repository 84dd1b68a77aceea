"""kill -9 at every request that changes something: one repository, one comment, one record.

The bot is a process of its own. Each way of dying is played at each of its writes
in turn, in one request: the write never reached GitHub, or it did and the answer
was lost. After each kill a new process goes on.
"""

import asyncio
from pathlib import Path

import pytest

from bot.app import open_store
from bot.localhub import Fault
from bot.projects import ProjectRecords
from bot.projects.start_generate import GENERATE
from bot.runs import RunRecords, RunState
from bot.settings import Settings
from tests.journeys.world import CATALOG, World, body, open_world

WRITES = [
    ("POST", "/repos/{owner}/{repo}/issues/{issue_number}/comments"),
    ("POST", "/orgs/{org}/repos"),
    ("POST", "/repos/{owner}/{repo}/git/blobs"),
    ("POST", "/repos/{owner}/{repo}/git/trees"),
    ("POST", "/repos/{owner}/{repo}/git/commits"),
    ("PATCH", "/repos/{owner}/{repo}/git/refs/{ref}"),
    ("PUT", "/orgs/{org}/teams/{team_slug}/repos/{owner}/{repo}"),
    ("POST", "/repos/{owner}/{repo}/rulesets"),
    ("PUT", "/repos/{owner}/{repo}/topics"),
    ("PATCH", "/repos/{owner}/{repo}/issues/{issue_number}"),
    ("PATCH", "/repos/{owner}/{repo}/issues/comments/{comment_id}"),
    ("POST", "/repos/{owner}/{repo}/check-runs"),
]


# A killed worker's message is free again after the lease; a dozen deaths are no poison here.
QUICK = {"LEASE_SECONDS": "2", "PROGRESS_INTERVAL_MS": "50", "ATTEMPTS": "100"}


class Gate(asyncio.Event):
    """Holds a request at the door and tells that one has come."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = asyncio.Event()

    async def wait(self) -> bool:  # type: ignore[override]  # asyncio's own says Literal[True]
        self.reached.set()
        return await super().wait()


async def die_at_each_write(world: World, *, effect: bool) -> int:
    """File a form and kill the bot at every write of the way; returns the issue."""
    process = await world.start_process(**QUICK)
    await world.catalog_is_checked()  # or the first kill comes while the form is being filed
    gates = [Gate() for _ in WRITES]
    for (method, route), gate in zip(WRITES, gates, strict=True):
        world.hub.faults.rest.append(
            Fault(method=method, route=route, until=gate, drop=None if effect else "before")
        )
    number = await world.file(body())
    left = list(gates)
    while left:
        waits = [asyncio.ensure_future(gate.reached.wait()) for gate in left]
        done = asyncio.ensure_future(world.until(number, "is ready"))
        await asyncio.wait([*waits, done], timeout=180, return_when=asyncio.FIRST_COMPLETED)
        for wait in [*waits, done]:
            wait.cancel()
        reached = [gate for gate in left if gate.reached.is_set()]
        assert reached, f"stuck before {WRITES[gates.index(left[0])]}"
        await world.kill(process)
        for gate in reached:
            gate.set()
            left.remove(gate)
        process = await world.start_process(**QUICK)
    await world.until(number, "is ready")
    await world.hub.idle()
    return number


@pytest.mark.slow
@pytest.mark.parametrize(
    "effect",
    [
        pytest.param(False, marks=pytest.mark.thorough, id="before-the-effect"),
        pytest.param(True, id="after-the-effect"),
    ],
)
async def test_however_often_it_dies_everything_is_made_once(tmp_path: Path, effect: bool) -> None:
    async with open_world(tmp_path, start_bot=False) as world:
        number = await die_at_each_write(world, effect=effect)

        assert await world.repositories() == [CATALOG, "acme/money-kit"]
        (text,) = await world.comments(number)
        assert "is ready" in text
        _, commits = await world.api("GET", "/repos/acme/money-kit/commits")
        _, checks = await world.api(
            "GET", f"/repos/acme/money-kit/commits/{commits[0]['sha']}/check-runs"
        )
        ours = [one for one in checks["check_runs"] if one["app"]["slug"] == "paved-road"]
        assert [each["conclusion"] for each in ours] == ["success"]
        _, rulesets = await world.api("GET", "/repos/acme/money-kit/rulesets")
        assert len(rulesets) == 1

        async with open_store(Settings.from_env(world.environment)) as (store, queue):
            projects = await ProjectRecords(store.documents).page()
            assert [each.full_name for each in projects] == ["acme/money-kit"]
            every = await RunRecords(store.documents).page()
            runs = [each for each in every if each.kind == GENERATE]
            assert [each.state for each in runs] == [RunState.SUCCEEDED]
            assert not await queue.dead()
