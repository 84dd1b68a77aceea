"""Which host renders what: one per template, the least used closed, a spare always warm."""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor

from .errors import RendererUnavailable
from .incoming import encode_template
from .inside.limits import Limits
from .isolation import Isolation
from .render_host import RenderHost
from .template import Template

_CLOSING = "the renderer is closing"


class HostPool:
    """At most ``max_hosts`` hosts with a template, and one spare without."""

    def __init__(
        self, isolation: Isolation, limits: Limits, *, max_hosts: int, log: Callable[[str], None]
    ) -> None:
        self._isolation, self._limits = isolation, limits
        self._max_hosts, self._log = max_hosts, log
        self._spawner = ThreadPoolExecutor(1, thread_name_prefix="render-hosts")
        self._hosts: OrderedDict[str, asyncio.Task[RenderHost]] = OrderedDict()
        self._idle: dict[str, asyncio.TimerHandle] = {}
        self._spare: asyncio.Task[RenderHost] | None = None
        self._live: set[RenderHost] = set()
        self._closing: set[asyncio.Task[str]] = set()
        self._closed = False

    def warm(self) -> None:
        """A spare host is being started, unless there is one."""
        if self._spare is None and not self._closed:
            self._spare = asyncio.create_task(self._start())

    async def _start(self) -> RenderHost:
        host = await RenderHost.start(self._isolation, self._limits, self._spawner)
        self._live.add(host)
        if self._closed:
            self._close(host)
            raise RendererUnavailable(_CLOSING)
        return host

    @contextlib.asynccontextmanager
    async def shared(self, identity: str, template: Template) -> AsyncIterator[RenderHost]:
        """The host of the template called ``identity``; it stays for the next render.

        A host that turned out dead is forgotten, so that the next call gets another.

        Raises:
            RendererUnavailable: no process can be started.
            Fault: the template takes too long to load.
            HostDied: the process could not take the template.
        """
        host = await self._host_of(identity, template)
        host.in_use += 1
        try:
            yield host
        finally:
            host.in_use -= 1
            if host.usable:
                self._rest(identity, host)
            else:
                self._forget(identity, host)

    @contextlib.asynccontextmanager
    async def alone(self, template: Template) -> AsyncIterator[RenderHost]:
        """A host for one render that runs a stranger's programs; nothing else ever uses it."""
        host = await self._loaded(template)
        try:
            yield host
        finally:
            self._close(host)

    async def _host_of(self, identity: str, template: Template) -> RenderHost:
        starting = self._hosts.get(identity)
        if starting is None:
            starting = asyncio.create_task(self._loaded(template))
            self._hosts[identity] = starting
        self._hosts.move_to_end(identity)
        self._stop_timer(identity)
        self._make_room()
        try:
            return await asyncio.shield(starting)
        except BaseException:
            if starting.done() and self._hosts.get(identity) is starting:
                del self._hosts[identity]
            if starting.cancelled():  # not its caller was cancelled: we were closed
                raise RendererUnavailable(_CLOSING) from None
            raise

    async def _loaded(self, template: Template) -> RenderHost:
        host = await self._take_spare()
        self.warm()
        try:
            await host.load(await asyncio.to_thread(encode_template, template, self._limits))
        except BaseException:
            self._close(host)
            raise
        return host

    async def _take_spare(self) -> RenderHost:
        if self._closed:
            raise RendererUnavailable(_CLOSING)
        self.warm()
        spare, self._spare = self._spare, None
        assert spare is not None  # noqa: S101  # warm() has just set it
        try:
            return await spare
        except RendererUnavailable:  # it may be long ago that it was tried
            return await self._start()

    def _ready(self, identity: str) -> RenderHost | None:
        """The host, unless it is still starting or could not."""
        starting = self._hosts.get(identity)
        if starting is None or not starting.done() or starting.cancelled():
            return None
        return None if starting.exception() else starting.result()

    def _make_room(self) -> None:
        for identity in list(self._hosts):
            if len(self._hosts) <= self._max_hosts:
                return
            host = self._ready(identity)
            if host is not None and not host.in_use:
                self._forget(identity, host)

    def _rest(self, identity: str, host: RenderHost) -> None:
        if host.in_use or host.closed.is_set():
            return
        self._stop_timer(identity)
        loop = asyncio.get_running_loop()
        self._idle[identity] = loop.call_later(self._limits.idle_s, self._forget, identity, host)
        self._make_room()

    def _stop_timer(self, identity: str) -> None:
        if timer := self._idle.pop(identity, None):
            timer.cancel()

    def _forget(self, identity: str, host: RenderHost) -> None:
        """Close the host; the next render of the template starts another."""
        if self._ready(identity) is host:
            del self._hosts[identity]
            self._stop_timer(identity)
        self._close(host)

    def _close(self, host: RenderHost) -> None:
        if host.closed.is_set():
            return
        self._live.discard(host)
        closing = asyncio.create_task(host.close())
        host.closed.set()
        self._closing.add(closing)
        closing.add_done_callback(self._tell_complaint)

    def _tell_complaint(self, closing: "asyncio.Task[str]") -> None:
        self._closing.discard(closing)
        if not closing.cancelled() and (complaint := closing.result()):
            self._log(f"a render process complained: {complaint}")

    async def close(self) -> None:
        """No process is left, and none is started again."""
        self._closed = True
        tasks = [*self._hosts.values(), *([self._spare] if self._spare else [])]
        self._hosts.clear()
        self._spare = None
        for timer in self._idle.values():
            timer.cancel()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for host in list(self._live):
            self._close(host)
        while self._closing:
            await asyncio.gather(*self._closing, return_exceptions=True)
        await asyncio.to_thread(self._spawner.shutdown)
