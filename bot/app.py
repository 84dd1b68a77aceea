"""The composition root: the one file that sees everything and wires it.

Nothing below it reads the environment or picks an adapter; nothing above it
(the command line, tests) builds a part of its own.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web
from cachetools import LRUCache
from prometheus_client import CollectorRegistry

from bot.audit import AuditLog
from bot.clock import Clock, SystemClock
from bot.commands import OnComment, Place, Standing
from bot.github.port import GitHub
from bot.organization.current import CurrentOrganization
from bot.progress import ProgressReporter, Sticky, View
from bot.progress.audit_view import audit_comment
from bot.progress.generate_view import generate_check, generate_comment
from bot.projects import (
    GENERATE,
    GENERATE_STEPS,
    GenerateServices,
    OnRequest,
    ProjectRecords,
    RequestCommands,
    RequestRecords,
    Requests,
    StartGenerate,
    repository_of,
    undo_generate,
)
from bot.projects.check_request import CheckRequest
from bot.queue.port import Queue
from bot.queue.queue_sqlite import SqliteQueue
from bot.receive import Metrics, Receiving, receive_app
from bot.rendering import Renderer
from bot.runs import Engine, RunKind, RunRecords
from bot.settings import Settings
from bot.store.port import Store
from bot.store.sqlite_file import SqliteFile
from bot.store.store_sqlite import SqliteStore
from bot.templates.on_push import OnCatalogPush
from bot.templates.registration import Registration
from bot.templates.render_version import RenderVersion
from bot.templates.source import TemplateSource
from bot.templates.version_record import TemplateVersions
from bot.work.dispatch import Dispatcher
from bot.work.events import CommentMade
from bot.work.ordering import ordering
from bot.work.sweep import Scheduled, Sweep, schedule
from bot.work.table import event_table
from bot.work.worker import Worker, WorkerLimits

RENDERED_KEPT = 32  # renders in memory between two steps of a run
SWEEP_S = 30.0
CATALOG_S = 300.0  # what events did not tell of the catalog is seen after this
BACKLOG = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """Everything that runs or is asked from outside."""

    settings: Settings
    store: Store
    queue: Queue
    web: web.Application
    worker: Worker
    jobs: Sequence[Scheduled]
    clock: Clock
    registration: Registration
    runs: RunRecords
    engine: Engine
    start: StartGenerate
    projects: ProjectRecords
    audit: AuditLog


@asynccontextmanager
async def open_store(
    settings: Settings, *, clock: Clock | None = None
) -> AsyncIterator[tuple[Store, Queue]]:
    """The store and the queue; one file serves both where they name the same."""
    settings.store_path.parent.mkdir(parents=True, exist_ok=True)
    settings.queue_path.parent.mkdir(parents=True, exist_ok=True)
    file = SqliteFile(settings.store_path)
    same = settings.queue_path == settings.store_path
    store = SqliteStore(file)
    queue = SqliteQueue(
        file if same else SqliteFile(settings.queue_path), clock=clock or SystemClock()
    )
    try:
        yield store, queue
    finally:
        await queue.close()
        await store.close()


@asynccontextmanager
async def open_bot(
    settings: Settings, *, clock: Clock | None = None, github: GitHub | None = None
) -> AsyncIterator[Bot]:
    """Wire the bot; what it opened is closed when the block ends.

    ``github`` replaces the real client, for tests of the services alone.
    """
    clock = clock or SystemClock()
    metrics = Metrics(CollectorRegistry())
    async with AsyncExitStack() as stack:
        store, queue = await stack.enter_async_context(open_store(settings, clock=clock))
        if github is None:
            from bot.github.wire import open_github

            session = await stack.enter_async_context(aiohttp.ClientSession())
            github = open_github(settings, session, clock=clock, metrics=metrics)
        renderer = await stack.enter_async_context(Renderer())
        bot, reporter = _wire(settings, store, queue, github, renderer, clock, metrics)
        stack.push_async_callback(reporter.close)
        yield bot


@asynccontextmanager
async def serving(bot: Bot, listening: socket.socket, *, worker: bool) -> AsyncIterator[None]:
    """Take webhooks on the socket, and work them off if ``worker``."""
    runner = web.AppRunner(bot.web, access_log=None, auto_decompress=False, shutdown_timeout=10)
    await runner.setup()
    try:
        await web.SockSite(runner, listening, backlog=BACKLOG).start()
        if worker:
            async with working(bot):
                yield
        else:
            yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def working(bot: Bot) -> AsyncIterator[None]:
    """Work off the queue and keep the schedule; what is under way ends before this does."""
    work = asyncio.create_task(bot.worker.run())
    jobs = [asyncio.ensure_future(job) for job in schedule(bot.jobs, clock=bot.clock)]
    try:
        yield
    finally:
        bot.worker.stop()
        for job in jobs:
            job.cancel()
        for task in (work, *jobs):
            with suppress(asyncio.CancelledError):
                await task


def listening_socket(host: str, port: int) -> socket.socket:
    """A bound socket, so that the address is known before anything serves on it."""
    listening = socket.create_server((host, port), backlog=BACKLOG)
    listening.setblocking(False)
    return listening


def run_fast(main: Coroutine[Any, Any, None]) -> None:
    """Run on uvloop where it is installed (it is, except on Windows)."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(main)
    else:
        uvloop.run(main)


def _wire(
    settings: Settings,
    store: Store,
    queue: Queue,
    github: GitHub,
    renderer: Renderer,
    clock: Clock,
    metrics: Metrics,
) -> tuple[Bot, ProgressReporter]:
    documents, catalog = store.documents, settings.catalog_repository
    audit = AuditLog(documents, clock=clock)
    runs, projects = RunRecords(documents), ProjectRecords(documents)
    requests_kept = RequestRecords(documents)
    organization = CurrentOrganization(documents, github.contents, github.issues, catalog)
    versions = TemplateVersions(documents)
    source = TemplateSource(versions, github.contents, catalog)
    sticky = Sticky(github, documents)
    generate = GenerateServices(
        github=github,
        render=RenderVersion(source, renderer, organization.get),
        projects=projects,
        audit=audit,
        clock=clock,
        rendered=LRUCache(maxsize=RENDERED_KEPT),
    )
    kind: RunKind[GenerateServices] = RunKind(
        name=GENERATE, title="Generate", steps=GENERATE_STEPS, undo=undo_generate
    )
    views = {GENERATE: View(generate_comment, generate_check, repository_of)}
    reporter = ProgressReporter(
        sticky, views, clock=clock, interval_s=settings.progress_interval_s
    )
    engine = Engine(
        runs, [(kind, generate)], reporter=reporter, durations=metrics, clock=clock
    )
    start = StartGenerate(runs=runs, engine=engine, queue=queue, audit=audit, clock=clock)
    requests = Requests(
        records=requests_kept,
        runs=runs,
        check=CheckRequest(templates=source, organization=organization.get, github=github),
        start=start,
        sticky=sticky,
    )
    commands = RequestCommands(
        requests=requests,
        records=requests_kept,
        runs=runs,
        projects=projects,
        engine=engine,
        start=start,
        generate=generate,
        github=github,
    )
    registration = Registration(
        github=github,
        documents=documents,
        organization=organization,
        versions=versions,
        catalog=catalog,
        clock=clock,
    )
    table = event_table(
        on_request=OnRequest(requests, catalog=catalog),
        on_comment=_on_comment(commands, organization, github, sticky, audit, settings),
        on_catalog_push=OnCatalogPush(registration, catalog=catalog),
    )
    worker = Worker(
        queue,
        store.deliveries,
        Dispatcher(table, store.deliveries, metrics),
        engine,
        clock=clock,
        limits=WorkerLimits(concurrency=settings.workers, visibility_s=settings.lease_seconds),
    )
    sweep = Sweep(store.deliveries, runs, queue, clock=clock)
    receiving = Receiving(
        secret=settings.webhook_secret,
        served=frozenset(login.lower() for login in settings.organizations),
        store=store,
        queue=queue,
        key_of=ordering(str(catalog)),
        clock=clock,
        metrics=metrics,
    )
    bot = Bot(
        settings=settings,
        store=store,
        queue=queue,
        web=receive_app(receiving),
        worker=worker,
        jobs=(
            Scheduled("catalog", CATALOG_S, lambda: registration.refresh()),
            Scheduled("sweep", SWEEP_S, sweep.once),
        ),
        clock=clock,
        registration=registration,
        runs=runs,
        engine=engine,
        start=start,
        projects=projects,
        audit=audit,
    )
    return bot, reporter


def _on_comment(
    commands: RequestCommands,
    organization: CurrentOrganization,
    github: GitHub,
    sticky: Sticky,
    audit: AuditLog,
    settings: Settings,
) -> OnComment:
    """The commands of the table, each with what it does."""

    async def tell_audit(comment: CommentMade, _words: Sequence[str]) -> str:
        subject = await commands.subject_of(comment)
        return audit_comment(await audit.for_subject(subject, limit=20))

    return OnComment(
        threads=_threads(commands, settings),
        organization=organization.get,
        execute={
            "status": lambda comment, _: commands.status(comment),
            "audit": tell_audit,
            "retry": lambda comment, _: commands.retry(comment),
            "undo": lambda comment, words: commands.undo(comment, confirmed=bool(words)),
            "approve": lambda comment, _: commands.approve(comment),
        },
        github=github,
        sticky=sticky,
    )


def _threads(
    commands: RequestCommands, settings: Settings
) -> Callable[[CommentMade], Coroutine[Any, Any, Standing | None]]:
    catalog = str(settings.catalog_repository).lower()

    async def standing(comment: CommentMade) -> Standing | None:
        if str(comment.repository).lower() == catalog:
            team, project = await commands.team_and_project(comment)
            return Standing(Place.REQUEST, team, project)
        known = await commands.projects.of_repository(str(comment.repository))
        return Standing(Place.PROJECT, known.team, comment.repository) if known else None

    return standing
