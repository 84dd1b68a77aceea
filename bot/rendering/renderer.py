"""The front of rendering: a template and answers in, the new repository's files out."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from .errors import describe
from .incoming import check_template, encode_request, identity_of
from .inside.fault import Fault
from .inside.limits import Limits
from .isolation import Isolation, detect_isolation
from .pool import HostPool
from .render_host import HostDied
from .template import JSON, Allowed, Rendered, Template

_warn = logging.getLogger(__name__).warning

_ATTEMPTS = 3  # a host, and the spare after it, can die of something else than this render

_MAY_BE_ALLOWED = frozenset({"hook-not-allowed", "extension-not-allowed"})

# Extensions of cookiecutter's own: no stranger's code, so no isolation is asked for.
_HARMLESS = tuple(f"cookiecutter.extensions.{n}Extension" for n in ("Time", "UUID", "RandomString"))


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
        self._pool: HostPool | None = None
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

    async def _start(self) -> HostPool:
        if self._isolation is None:
            self._isolation = await asyncio.to_thread(detect_isolation)
        found = self._isolation
        if found.note:
            self._log(f"Rendering isolation: {found.name}: {found.note}")
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
        await self.start()
        await asyncio.to_thread(check_template, template, self._limits)
        isolated = self.isolation.name == "bubblewrap"
        granted = _granted(template, allowed, isolated=isolated)
        request = encode_request(answers, granted, self._limits)
        try:
            return await self._attempt(template, request, granted)
        except Fault as fault:
            if fault.rule in _MAY_BE_ALLOWED and _runs_programs(allowed) and not isolated:
                fault.rule = "isolation-needed"
            raise describe(fault, template, answers.keys()) from None

    async def _attempt(self, template: Template, request: bytes, allowed: Allowed) -> Rendered:
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
                    return await host.render(request, template)
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
