"""What one container keeps between its invocations: an event loop, and the bot opened on it.

Lambda freezes a container between two invocations and gives it one at a time, so
nothing may be left running when one ends, and one loop serves them all.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import structlog

from bot.aws_lambda.secrets import Secrets

log = structlog.get_logger(__name__)

T = TypeVar("T")
Result = TypeVar("Result")

# Opens what a function works with, under these variables; the callable is for when
# GitHub refuses our key.
Open = Callable[[Mapping[str, str], Callable[[], None]], AbstractAsyncContextManager[T]]


class Context(Protocol):
    """What Lambda tells of an invocation, as far as we ask."""

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the invocation is ended by force."""
        ...


class Deadline:
    """The end of an invocation on the loop's clock."""

    def __init__(self, context: Context) -> None:
        """To be made inside the loop."""
        self._loop = asyncio.get_running_loop()
        self.total_s = context.get_remaining_time_in_millis() / 1000
        self.at_s = self._loop.time() + self.total_s

    def left_s(self) -> float:
        """Seconds until the end; never below 0."""
        return max(self.at_s - self._loop.time(), 0.0)

    def before_end(self, reserve_s: float) -> asyncio.Timeout:
        """Cuts off what is within when ``reserve_s`` are left, with TimeoutError."""
        return asyncio.timeout_at(self.at_s - reserve_s)


@dataclass(slots=True)
class _Opened(Generic[T]):
    value: T
    variables: Mapping[str, str] = field(repr=False)
    stack: AsyncExitStack


class Container(Generic[T]):
    """Opens once, and anew when the variables have changed."""

    def __init__(self, secrets: Secrets, open_: Open[T]) -> None:
        self.secrets = secrets
        self._open = open_
        self._loop = asyncio.new_event_loop()
        self._opened: _Opened[T] | None = None

    def run(self, work: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        """Do the work of one invocation."""
        return self._loop.run_until_complete(work())

    async def current(self) -> T:
        """What was opened, under the newest variables that are known.

        Raises SecretUnavailable and what opening raises.
        """
        variables = await self.secrets.variables()
        if self._opened is not None and self._opened.variables == variables:
            return self._opened.value
        if self._opened is not None:
            log.info("opened anew", reason="the secret has changed")
            await self._close()
        stack = AsyncExitStack()
        try:
            value = await stack.enter_async_context(self._open(variables, self.secrets.doubt))
        except BaseException:
            await stack.aclose()
            raise
        self._opened = _Opened(value, variables, stack)
        return value

    def close(self) -> None:
        """Close all. Lambda never says when a container ends; this is for tests."""
        self._loop.run_until_complete(self._close())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    async def _close(self) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            await opened.stack.aclose()


class Kept(Generic[T]):
    """The container of a function, made at its first invocation."""

    def __init__(self, make: Callable[[], Container[T]]) -> None:
        self._make = make
        self._container: Container[T] | None = None

    def get(self) -> Container[T]:
        """The one there is from the first call on."""
        if self._container is None:
            self._container = self._make()
        return self._container

    def forget(self) -> None:
        """Close it, as if this container ended here."""
        container, self._container = self._container, None
        if container is not None:
            container.close()
