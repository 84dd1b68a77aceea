"""All projects of ``cases``, made once as ``paved-road template render`` makes them."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.rendering import Renderer
from bot.templates import offline
from tests.catalog.cases import CASES, CATALOG, Case


@pytest.fixture(scope="session")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Case, Path]:
    """The folder of each case's project."""
    root = tmp_path_factory.mktemp("projects")

    async def make() -> None:
        async with Renderer() as renderer:
            for case in CASES:
                given = {"project_slug": case.slug, "team": "payments", "cost_center": "CC-100"}
                folder = CATALOG / "templates" / case.template
                await offline.render_to(folder, {**given, **case.answers}, root / case.id, renderer)

    asyncio.run(make())
    return {case: root / case.id for case in CASES}
