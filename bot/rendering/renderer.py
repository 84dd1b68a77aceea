"""The front of rendering: a template and answers in, the new repository's files out."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Protocol, Self, TypeVar

from .elsewhere import Elsewhere, RemoteHosts
from .errors import RenderError, describe
from .incoming import check_template, encode_request, identity_of
from .inside.fault import Fault
from .inside.limits import Limits
from .isolation import Isolation, detect_isolation
from .pool import HostPool
from .render_host import HostDied
from .template import JSON, Allowed, Rendered, Template
from .trace import Trace, traces

Answer = TypeVar("Answer")

_warn = logging.getLogger(__name__).warning

_ATTEMPTS = 3  # a host, and the spare after it, can die of something else than this render

_MAY_BE_ALLOWED = frozenset({"hook-not-allowed", "extension-not-allowed"})

# Extensions of cookiecutter's own: no stranger's code, so no isolation is asked for.
_HARMLESS = tuple(f"cookiecutter.extensions.{n}Extension" for n in ("Time", "UUID", "RandomString"))


class Host(Protocol):
    """Holds one template and renders it; see ``RenderHost``."""

    async def render(self, request: bytes, template: Template) -> Rendered:
        """The files. Raises Fault, HostDied."""
        ...

    async def survey(self, request: bytes) -> list[Fault]:
        """What is wrong. Raises Fault, HostDied."""
        ...


class Hosts(Protocol):
    """Where the renderer gets hosts from; see ``HostPool``."""

    def shared(self, identity: str, template: Template) -> AbstractAsyncContextManager[Host]:
        """A host that others may use as well."""
        ...

    def alone(self, template: Template) -> AbstractAsyncContextManager[Host]:
        """A host that is never used again."""
        ...

    async def close(self) -> None:
        """No host is left."""
        ...


class Renderer:
    """Renders templates in isolated processes that it keeps warm. Use with ``async with``.

    Args:
        isolation: how processes are kept apart; None finds the best that works here.
        limits: what a template and a render may use.
        max_hosts: how many templates stay warm at once, a process each.
        log: takes one sentence for the operator; a weak isolation is told through it.
    """

    def __init__(
        self,
        *,
        isolation: Isolation | None = None,
        limits: Limits = Limits(),  # noqa: B008  # frozen
        max_hosts: int = 4,
        log: Callable[[str], None] = _warn,
    ) -> None:
        self._isolation, self._limits = isolation, limits
        self._max_hosts, self._log = max_hosts, log
        self._pool: Hosts | None = None
        self._starting = asyncio.Lock()

    @property
    def isolation(self) -> Isolation:
        """How renders are kept apart; known from ``start`` on.

        Raises:
            RuntimeError: the renderer was not started.
        """
        if self._isolation is None:
            raise RuntimeError("the renderer was not started")
        return self._isolation

    async def start(self) -> None:
        """The isolation is known and a process is being warmed; harmless to repeat."""
        async with self._starting:
            if self._pool is None:
                self._pool = await self._start()

    async def _start(self) -> Hosts:
        if self._isolation is None:
            self._isolation = await asyncio.to_thread(detect_isolation)
        found = self._isolation
        if found.note:
            self._log(f"Rendering isolation: {found.name}: {found.note}")
        if isinstance(found, Elsewhere):
            return RemoteHosts(found.exchange, self._limits)
        pool = HostPool(found, self._limits, max_hosts=self._max_hosts, log=self._log)
        pool.warm()
        return pool

    async def close(self) -> None:
        """No process of ours is left; renders under way end with RendererUnavailable."""
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def render(
        self,
        template: Template,
        answers: Mapping[str, JSON],
        *,
        allowed: Allowed = Allowed(),  # noqa: B008  # frozen
    ) -> Rendered:
        """The same files for the same template and answers, each time.

        Args:
            answers: values by the names that cookiecutter.json declares; what is left
                out gets its default. They are data: no expression in them is run.
            allowed: what the platform team permits beyond rendering.

        Raises:
            RenderError: the template or the answers cannot be rendered.
            RendererUnavailable: no process could be started; worth another attempt.
        """
        granted = await self._granted(template, allowed)
        request = encode_request(answers, granted, self._limits)

        async def render(host: Host) -> Rendered:
            return await host.render(request, template)

        try:
            return await self._attempt(template, granted, render)
        except Fault as fault:
            raise self._described(fault, template, answers, allowed) from None

    async def survey(
        self,
        template: Template,
        answers: Mapping[str, JSON],
        *,
        allowed: Allowed = Allowed(),  # noqa: B008  # frozen
    ) -> tuple[RenderError, ...]:
        """Everything that is wrong with the template's text, in order of path and line.

        A render ends at the first thing that fails; here defaults, names and files are
        tried one by one with these answers, and names that nothing defines are found
        in branches too where no answer leads. Hooks are not run.

        Raises:
            RenderError: the template is refused before anything is tried.
            RendererUnavailable: no process could be started; worth another attempt.
        """
        granted = await self._granted(template, allowed)
        request = encode_request(answers, granted, self._limits, survey=True)

        async def survey(host: Host) -> list[Fault]:
            return await host.survey(request)

        try:
            faults = await self._attempt(template, granted, survey)
        except Fault as fault:
            raise self._described(fault, template, answers, allowed) from None
        errors = [self._described(fault, template, answers, allowed) for fault in faults]
        return tuple(sorted(errors, key=lambda error: (error.path or "", error.line or 0)))

    async def trace(
        self,
        template: Template,
        answers: Mapping[str, JSON],
        rendered: Rendered,
        paths: Collection[str],
        *,
        allowed: Allowed = Allowed(),  # noqa: B008  # frozen
    ) -> Mapping[str, Trace]:
        """Where each line of these paths of ``rendered`` came from; see Trace.

        ``rendered`` is what ``render`` made of the same answers. A path that is not in
        its sources (a hook made it) has no trace. Raises like ``render``.
        """
        granted = await self._granted(template, allowed)
        wanted = [path for path in paths if path in rendered.sources]
        request = encode_request(answers, granted, self._limits, only=wanted)

        async def render(host: Host) -> Rendered:
            return await host.render(request, template)

        try:
            marked = await self._attempt(template, granted, render)
        except Fault as fault:
            raise self._described(fault, template, answers, allowed) from None
        return await asyncio.to_thread(traces, template, rendered, marked, wanted)

    async def _granted(self, template: Template, allowed: Allowed) -> Allowed:
        """What this render may do; raises RenderError for a template that no process sees."""
        await self.start()
        await asyncio.to_thread(check_template, template, self._limits)
        return _granted(template, allowed, isolated=self._is_isolated())

    def _is_isolated(self) -> bool:
        return self.isolation.name == "bubblewrap"

    def _described(
        self, fault: Fault, template: Template, answers: Mapping[str, JSON], allowed: Allowed
    ) -> RenderError:
        needs_more = fault.rule in _MAY_BE_ALLOWED and _runs_programs(allowed)
        if needs_more and not self._is_isolated():
            fault.rule = "isolation-needed"
        return describe(fault, template, answers.keys())

    async def _attempt(
        self,
        template: Template,
        allowed: Allowed,
        ask: Callable[[Host], Awaitable[Answer]],
    ) -> Answer:
        pool = self._pool
        if pool is None:
            raise RuntimeError("the renderer was closed")
        identity = await asyncio.to_thread(identity_of, template)
        for _ in range(_ATTEMPTS):
            using = (
                pool.alone(template) if _runs_programs(allowed) else pool.shared(identity, template)
            )
            try:
                async with using as host:
                    return await ask(host)
            except HostDied:
                self._log("a render process ended unexpectedly and is replaced")
        raise Fault("crashed")


def _granted(template: Template, allowed: Allowed, *, isolated: bool) -> Allowed:
    """What this template needs of what it is allowed; a host is shared where that is nothing.

    Looking for the key's letters is enough: a spelling that hides it is granted
    nothing, and refused inside.
    """
    hooks = any(file.path.startswith("hooks/") for file in template.files)
    declared = (file.content for file in template.files if file.path == "cookiecutter.json")
    extensions = any(b'"_extensions"' in content for content in declared)
    return Allowed(
        hooks=allowed.hooks and isolated and hooks,
        extensions=tuple(
            name for name in allowed.extensions if name in _HARMLESS or (isolated and extensions)
        ),
    )


def _runs_programs(allowed: Allowed) -> bool:
    return allowed.hooks or any(name not in _HARMLESS for name in allowed.extensions)
