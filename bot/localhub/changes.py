"""Tells open pages that something they show has changed."""

import asyncio
from types import TracebackType
from typing import Self


class Subscription:
    """What happens on one topic since ``subscribe``, as an async iterator.

    Leave it with ``close`` or as a context manager. It ends when the hub closes.
    """

    def __init__(self, changes: "Changes", topic: str) -> None:
        self._changes, self.topic = changes, topic
        self._queue: asyncio.Queue[str | None] = asyncio.Queue(maxsize=64)

    def offer(self, what: str) -> None:
        """Note what happened; a listener that lags gets fewer wake-ups, not a backlog."""
        if not self._queue.full():
            self._queue.put_nowait(what)

    def end(self) -> None:
        """Let the listener know that nothing will ever happen any more."""
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    def close(self) -> None:
        """Stop listening."""
        self._changes.forget(self)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        what = await self._queue.get()
        if what is None:
            raise StopAsyncIteration
        return what

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Changes:
    """Topics that are published to and listened on.

    A topic is ``repo:owner/name`` (anything about the repository, its issues' titles
    and states included), ``issue:owner/name#7`` (pull requests too),
    ``checks:owner/name@SHA``, ``run:owner/name@ID`` (a workflow run with its jobs and
    logs), ``runs:owner/name@`` (all of them) or ``deliveries:app-slug``. What is sent is a word for
    what happened (``comment``, ``edited``, …); the listener reads the state itself.
    """

    def __init__(self) -> None:
        self._listeners: dict[str, list[Subscription]] = {}

    def publish(self, topic: str, what: str) -> None:
        """Wake everybody who listens on ``topic``."""
        for listener in self._listeners.get(topic, ()):
            listener.offer(what)

    def subscribe(self, topic: str) -> Subscription:
        """Listen from this moment on."""
        subscription = Subscription(self, topic)
        self._listeners.setdefault(topic, []).append(subscription)
        return subscription

    def listening(self, topic: str) -> int:
        """How many listen on ``topic``."""
        return len(self._listeners.get(topic, ()))

    def close(self) -> None:
        """End every subscription, so that no open page keeps the server from stopping."""
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.end()

    def forget(self, subscription: Subscription) -> None:
        """Stop telling this listener; one that is forgotten already is fine."""
        listeners = self._listeners.get(subscription.topic, [])
        if subscription in listeners:
            listeners.remove(subscription)
        if not listeners:
            self._listeners.pop(subscription.topic, None)
