"""The bot that has read the usual catalog."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.templates.health.world import HealthWorld, open_health_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[HealthWorld]:
    async with open_health_world(tmp_path) as opened:
        yield opened
