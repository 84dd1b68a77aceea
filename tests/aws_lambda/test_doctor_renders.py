"""``paved-road doctor`` renders a small template where the bot would: in the function."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from bot.localhub.cloud import aws_environment
from tests.aws_lambda.invoke_endpoint import InvokeEndpoint, failed, refused
from tests.cli.test_command_line import run
from tests.journeys.world import World, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_world(tmp_path_factory.mktemp("world"), start_bot=False) as world:
        yield world


async def rendering(world: World, endpoint: InvokeEndpoint) -> Any:
    """What the doctor finds about rendering, with that function."""
    aws = aws_environment(endpoint.url) | {"RENDER_FUNCTION": "render"}
    _, out, err = await run("doctor", "--json", env=world.environment | aws)
    assert "Traceback" not in err
    (finding,) = [each for each in json.loads(out)["findings"] if each["name"] == "rendering"]
    return finding


async def test_a_function_that_renders_is_well(world: World, endpoint: InvokeEndpoint) -> None:
    found = await rendering(world, endpoint)
    assert (found["ok"], found["do"]) == (True, "")
    assert found["what"] == "Templates are rendered by the function render; hooks are refused."


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        pytest.param(refused(403, "AccessDeniedException"), "AccessDeniedException", id="denied"),
        pytest.param(refused(404, "ResourceNotFoundException"), "ResourceNotFound", id="none"),
        pytest.param(failed("Runtime.ExitError", "out of memory"), "ExitError", id="broken"),
        pytest.param(web.json_response({"answer": "?"}), "cannot be unpacked", id="another"),
    ],
)
async def test_one_that_does_not_is_named_with_the_reason(
    world: World, endpoint: InvokeEndpoint, reply: web.Response, reason: str
) -> None:
    async def instead(_request: web.Request) -> web.Response:
        return reply

    endpoint.instead = instead
    found = await rendering(world, endpoint)
    assert not found["ok"]
    assert found["what"].startswith("The function render renders no template: ")
    assert reason in found["what"]
    assert "RENDER_FUNCTION" in found["do"]
