"""A web side for every test that needs no other."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.receive.web_side import WebSide, web_side


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[WebSide]:
    async with web_side(tmp_path / "bot.db") as side:
        yield side
