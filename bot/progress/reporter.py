"""Shows runs on GitHub while they go: at most one edit an interval, and always the last.

Edits in between are a courtesy: they run beside the steps, hold nothing up, and
a failed one is only logged. The settling report is owed and may raise.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from bot.clock import Clock
from bot.runs.record import Run

log = structlog.get_logger(__name__)


Show = Callable[[Run], Awaitable[None]]  # puts a run where people look; twice is like once


@dataclass(slots=True)
class _Live:
    """A run that is being shown: the newest state not shown yet, and the task that shows it."""

    newest: Run
    shown: Run | None
    stopped: asyncio.Event
    task: asyncio.Task[None] | None = None


class ProgressReporter:
    """The engine's ``Reporter``: what is shown where is the business of each kind."""

    def __init__(self, *, clock: Clock, interval_s: float) -> None:
        """``interval_s`` lies at least between two shows of a run."""
        self._shows: dict[str, Show] = {}
        self._clock = clock
        self._interval_s = interval_s
        self._live: dict[str, _Live] = {}

    def add(self, kind: str, show: Show) -> None:
        """Runs of this kind are shown so. For the composition root, before any run."""
        self._shows[kind] = show

    def progress(self, run: Run) -> None:
        """Show this soon; the newest state wins."""
        live = self._live.get(run.id)
        if live is None:
            live = self._live[run.id] = _Live(run, None, asyncio.Event())
            live.task = asyncio.create_task(self._follow(live))
        live.newest = run

    async def settle(self, run: Run) -> None:
        """Show the run as it stands and return when it is seen. May raise RetryLater."""
        await self._stop(run.id)
        await self._shows[run.kind](run)

    async def rest(self) -> None:
        """Show what is due and follow nothing until the next ``progress``.

        For a process that is about to be frozen: what it would show later, it never shows.
        """
        stopped = await asyncio.gather(*map(self._stop, list(self._live)))
        await asyncio.gather(*(self._show_newest(live) for live in stopped if live is not None))

    async def close(self) -> None:
        """Stop following every run; their records are shown by whoever goes on."""
        for run_id in list(self._live):
            await self._stop(run_id)

    async def _follow(self, live: _Live) -> None:
        """Show the first state at once, so that the person sees the work begin."""
        while not live.stopped.is_set():
            await self._show_newest(live)
            pause = asyncio.ensure_future(self._clock.sleep(self._interval_s))
            stop = asyncio.ensure_future(live.stopped.wait())
            await asyncio.wait({pause, stop}, return_when=asyncio.FIRST_COMPLETED)
            pause.cancel()
            stop.cancel()

    async def _show_newest(self, live: _Live) -> None:
        if live.newest is live.shown:
            return
        run = live.shown = live.newest
        try:
            await self._shows[run.kind](run)
        except Exception as error:  # noqa: BLE001 - a courtesy; settle() reports in earnest
            log.info("progress not shown", run=run.id, reason=type(error).__name__)

    async def _stop(self, run_id: str) -> _Live | None:
        """Let an edit under way finish: cancelled halfway, it could be made twice."""
        live = self._live.pop(run_id, None)
        if live is not None and live.task is not None:
            live.stopped.set()
            await live.task
        return live
