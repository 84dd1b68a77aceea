"""A developer files a form and gets a repository, all of it in three functions.

The store is MongoDB, as one that runs in Lambda needs it, and the queue SQS.
"""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.aws_lambda.cloud import Cloud, cloud
from tests.journeys.world import World, body, open_world
from tests.localhub.openapi import validate
from tests.mongo import server

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("journey")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(folder: Path) -> AsyncIterator[World]:
    settings = {"STORE_URL": server.fresh_url("mongodb"), "PROGRESS_INTERVAL_MS": "1"}
    async with open_world(folder, validator=validate, start_bot=False, settings=settings) as world:
        yield world
        await world.hub.idle()
        assert world.hub.problems == [], "\n".join(world.hub.problems)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def aws(world: World, folder: Path) -> AsyncIterator[Cloud]:
    async with cloud(folder, world.environment, port=world.webhook_port) as aws:
        # The schedule reads the catalog first; what it puts off is due at its next call.
        while "catalog" not in (await aws.scheduled("*"))["done"]:
            pass
        await world.catalog_is_read()
        yield aws


async def test_a_filed_form_becomes_a_repository(world: World, aws: Cloud) -> None:
    number = await world.file(body())
    await world.until(number, "is ready")
    status, file = await world.api("GET", "/repos/acme/money-kit/contents/README.md")
    assert status == 200
    assert base64.b64decode(file["content"]) == b"# money-kit\n\nOwned by payments.\n"
    assert len(await world.comments(number)) == 1
    assert set(aws.answers) == {202}
    assert set(aws.endpoint.invoked) == {"render"}


async def test_a_container_that_is_killed_costs_nothing_but_time(world: World, aws: Cloud) -> None:
    """Its message comes back after the lease, and the next container goes on with the run."""
    number = await world.file(body(**{"Repository name": "purse-kit"}))
    await world.until(number, "Making")
    await aws.work.kill()
    await aws.lost.wait()
    await world.until(number, "is ready")
    assert (await world.repositories()).count("acme/purse-kit") == 1
    assert len(await world.comments(number)) == 1
