"""A developer files a form and gets a repository, all of it in three functions."""

import base64
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.aws_lambda.cloud import Cloud, cloud
from tests.journeys.world import World, body, open_world
from tests.localhub.openapi import validate


@pytest.fixture
def store(tmp_path: Path) -> str:
    """STORE_URL; a real MongoDB or SQLite, as the environment of the tests says."""
    return os.environ.get("LAMBDA_STORE_URL", f"sqlite:///{tmp_path / 'data' / 'bot.db'}")


@pytest.fixture
async def world(tmp_path: Path, store: str) -> AsyncIterator[World]:
    settings = {"STORE_URL": store, "PROGRESS_INTERVAL_MS": "1"}
    async with open_world(
        tmp_path, validator=validate, start_bot=False, settings=settings
    ) as world:
        yield world
        await world.hub.idle()
        assert world.hub.problems == [], "\n".join(world.hub.problems)


@pytest.fixture
async def aws(world: World, tmp_path: Path) -> AsyncIterator[Cloud]:
    async with cloud(tmp_path, world.environment, port=world.webhook_port) as aws:
        yield aws


async def test_a_filed_form_becomes_a_repository(world: World, aws: Cloud) -> None:
    """The schedule reads the catalog; from then on webhooks do everything."""
    done = await aws.scheduled("*")
    assert "catalog" in done["done"]
    await world.catalog_is_read()
    number = await world.file(body())
    await world.until(number, "is ready")
    status, file = await world.api("GET", "/repos/acme/money-kit/contents/README.md")
    assert status == 200
    assert base64.b64decode(file["content"]) == b"# money-kit\n\nOwned by payments.\n"
    assert len(await world.comments(number)) == 1
    assert set(aws.answers) == {202}
    assert set(aws.endpoint.invoked) == {"render"}
