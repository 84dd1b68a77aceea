"""Renderers for tests: one per kind of isolation and module, because starting one takes time."""

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.rendering import Isolation, Limits, PlainProcess, Renderer, detect_isolation

QUICK = Limits(wall_s=4.0, cpu_s=3)


@pytest.fixture(scope="session")
def sandbox() -> Isolation:
    """Bubblewrap, or a loud skip; in CI its absence is a failure."""
    found = detect_isolation()
    if found.name == "bubblewrap":
        return found
    reason = f"needs bubblewrap: apt-get install bubblewrap ({found.note})"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandboxed(sandbox: Isolation) -> AsyncIterator[Renderer]:
    """A renderer in the sandbox, with bounds that make waiting short."""
    async with Renderer(isolation=sandbox, limits=QUICK) as renderer:
        yield renderer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plain() -> AsyncIterator[Renderer]:
    """A renderer in the fallback, a plain process."""
    async with Renderer(isolation=PlainProcess("for tests"), limits=QUICK) as renderer:
        yield renderer


@pytest.fixture(params=["sandbox", "process"])
def renderer(request: pytest.FixtureRequest) -> Renderer:
    """Each kind in turn: what Jinja's own sandbox must hold, it holds in both."""
    name = "sandboxed" if request.param == "sandbox" else "plain"
    found: Renderer = request.getfixturevalue(name)
    return found
