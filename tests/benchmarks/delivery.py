"""What the figures of a busy team cost: 10,000 deployments in 90 days, and as many before.

On the real store, with stages. The reference is the same question where nothing lies further
back: what is older should cost nothing.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from bot.deployments import (
    By,
    Deployment,
    DeploymentRecords,
    DeploymentState,
    FindDeployments,
    Stage,
    StageState,
)
from bot.deployments.metrics import figures_of
from bot.store.port import Documents
from bot.store.sqlite_file import SqliteFile
from bot.store.store_sqlite import SqliteStore
from tests.benchmarks.figure import Figure
from tests.deployments.metrics.records import DAY_S, START_S, deployment

MANY = 10_000
DAYS = 90
PROJECTS = 40
TURNS = 5
TARGET_MS = 1000
TOGETHER = 500  # writes that are durable at once


async def measure() -> list[Figure]:
    """Medians in milliseconds, from the question to the figures."""
    async with _store() as documents:
        await _fill(documents, since_day=0)
        alone_ms, found = await _median_ms(lambda: _summarised(documents))
        await _fill(documents, since_day=-DAYS - 31)
        with_older_ms, still = await _median_ms(lambda: _summarised(documents))
    return [
        Figure(
            name=f"delivery figures of a team's {found:,} deployments, {MANY:,} older",
            value=with_older_ms,
            unit="ms",
            reference=alone_ms,
            ratio=with_older_ms / alone_ms,
            target=f"< {TARGET_MS:,} ms",
            met=with_older_ms < TARGET_MS and found == still == MANY,
        )
    ]


@asynccontextmanager
async def _store() -> AsyncIterator[Documents]:
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(SqliteFile(Path(folder) / "bot.db"))
        try:
            yield store.documents
        finally:
            await store.close()


async def _fill(documents: Documents, *, since_day: int) -> None:
    records = DeploymentRecords(documents)
    made = [_made(number, since_day) for number in range(MANY)]
    for start in range(0, MANY, TOGETHER):
        await asyncio.gather(*(records.put(each) for each in made[start : start + TOGETHER]))


def _made(number: int, since_day: int) -> Deployment:
    at_h = (since_day + number * DAYS / MANY) * 24
    start_s = START_S + at_h * 3600
    return deployment(
        f"deploy-{since_day}-{number:06}",
        DeploymentState.ROLLED_BACK if number % 9 == 0 else DeploymentState.SUCCEEDED,
        at_h=at_h,
        took_h=0.2,
        commit=f"{number:x}",
        committed_h=at_h - number % 50,
        project=str(number % PROJECTS),
        stages=tuple(
            Stage(
                name=name,
                state=StageState.SUCCEEDED,
                started_at_s=start_s,
                ended_at_s=start_s + 60,
                note="It answered 60 times.",
            )
            for name in ("build", "canary", "health", "promotion")
        ),
    )


async def _summarised(documents: Documents) -> int:
    now_s = START_S + DAYS * DAY_S
    found = await FindDeployments(documents).since(
        now_s - DAYS * DAY_S, now_s=now_s, by=By.TEAM, of="payments"
    )
    figures = figures_of(found, environment="production", now_s=now_s, days=DAYS)
    return figures.judged + figures.unknown


async def _median_ms(do: Callable[[], Awaitable[int]]) -> tuple[float, int]:
    taken_s: list[float] = []
    found = 0
    for _ in range(TURNS):
        began_s = time.perf_counter()
        found = await do()
        taken_s.append(time.perf_counter() - began_s)
    return statistics.median(taken_s) * 1000, found
