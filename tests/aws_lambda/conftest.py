"""The render function and the endpoint it is invoked through, one for each module."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from bot.aws_lambda.remote_renderer import RenderFunction
from bot.localhub.cloud import aws_environment
from bot.rendering import Elsewhere, Renderer
from tests.aws_lambda.functions import function
from tests.aws_lambda.invoke_endpoint import InvokeEndpoint, invoke_endpoint


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def render_endpoint(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[InvokeEndpoint]:
    """``render`` in a process of its own, whose environment is empty, behind Invoke."""
    log = tmp_path_factory.mktemp("render") / "log"
    async with function("render", {}, log) as render, invoke_endpoint(render) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def exchange(render_endpoint: InvokeEndpoint) -> Iterator[RenderFunction]:
    """One client for the module, as one container has: to make one takes long."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in aws_environment(render_endpoint.url).items():
            environment.setenv(name, value)
        yield RenderFunction("render")


@pytest.fixture
def endpoint(render_endpoint: InvokeEndpoint) -> Iterator[InvokeEndpoint]:
    """The endpoint, which is itself again after the test."""
    yield render_endpoint
    render_endpoint.instead = None


@pytest_asyncio.fixture(loop_scope="module")
async def renderer(endpoint: InvokeEndpoint, exchange: RenderFunction) -> AsyncIterator[Renderer]:
    """A renderer that renders in the function."""
    async with Renderer(isolation=Elsewhere(exchange)) as renderer:
        yield renderer
