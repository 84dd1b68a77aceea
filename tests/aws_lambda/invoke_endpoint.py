"""Plays the Invoke operation of Lambda's API for one function.

Source: AWS Lambda API Reference, "Invoke": the path, ``X-Amz-Function-Error`` with the
error as payload, and ``TooManyRequestsException`` with status 429.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.aws_lambda.functions import Function, FunctionError

MOST_BYTES = 6 * 1024 * 1024

Reply = Callable[[web.Request], Awaitable[web.Response]]


@dataclass
class InvokeEndpoint:
    """The endpoint; ``instead`` replaces what the function would answer."""

    function: Function
    url: str = ""
    instead: Reply | None = None
    invoked: list[str] = field(default_factory=list)

    async def reply(self, request: web.Request) -> web.Response:
        self.invoked.append(request.match_info["name"])
        if self.instead is not None:
            return await self.instead(request)
        payload = await request.read()
        if len(payload) > MOST_BYTES:
            return refused(413, "RequestTooLargeException")
        try:
            answer = web.json_response(await self.function.invoke(await request.json()))
        except FunctionError as error:
            return failed(error.type, error.message)
        assert isinstance(answer.body, bytes)
        if len(answer.body) > MOST_BYTES:
            return failed("Function.ResponseSizeTooLarge", "Response payload size exceeded.")
        return answer


def refused(status: int, type_: str) -> web.Response:
    """AWS itself refuses."""
    return web.json_response(
        {"Type": "User", "message": "no"}, status=status, headers={"x-amzn-ErrorType": type_}
    )


def failed(type_: str, message: str) -> web.Response:
    """The function failed; the invocation itself was answered."""
    told: dict[str, Any] = {"errorType": type_, "errorMessage": message}
    return web.json_response(told, headers={"X-Amz-Function-Error": "Unhandled"})


@asynccontextmanager
async def invoke_endpoint(function: Function) -> AsyncIterator[InvokeEndpoint]:
    """The endpoint on a port of its own."""
    endpoint = InvokeEndpoint(function)
    app = web.Application(client_max_size=4 * MOST_BYTES)
    app.add_routes([web.post("/2015-03-31/functions/{name}/invocations", endpoint.reply)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        endpoint.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield endpoint
    finally:
        await runner.cleanup()
