"""A developer files a form and gets a finished repository, over HTTP, on real git objects."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.world import CATALOG, World, body, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world


async def test_a_filed_form_becomes_a_repository_that_git_can_clone(
    world: World, tmp_path: Path
) -> None:
    number = await world.file(body())
    text = await world.until(number, "is ready")
    assert len(await world.comments(number)) == 1
    url = world.hub.url.replace("://", f"://dana:{world.dana.token}@")
    clone = await asyncio.create_subprocess_exec(
        "git", "clone", "-q", f"{url}/acme/money-kit.git", str(tmp_path / "clone")
    )
    assert await clone.wait() == 0, text
    made = tmp_path / "clone"
    assert (made / "README.md").read_text() == "# money-kit\n\nOwned by payments.\n"
    assert (made / "src/logo.png").read_bytes().startswith(b"\x89PNG")
    assert (made / ".github/workflows/ci.yml").exists()
    assert os.access(made / "greet.sh", os.X_OK)
    assert not os.access(made / "README.md", os.X_OK)
    status, issue = await world.api("GET", f"/repos/{CATALOG}/issues/{number}")
    assert (status, issue["state"]) == (200, "closed")
