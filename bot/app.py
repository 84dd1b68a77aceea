"""The composition root: the one file that sees everything and wires it.

Nothing below it reads the environment or picks an adapter; nothing above it
(the command line, tests) builds a part of its own.
"""

import asyncio
import gc
import importlib.util
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
from bot.errors import PortTaken
from bot.github.port import GitHub, RepositoryName
from bot.github.redact import Redactor
from bot.github.wire import open_github
from bot.linting import Linters
from bot.organization.current import CurrentOrganization
from bot.progress import ProgressReporter, ShowInThread, Sticky
from bot.progress.audit_view import audit_comment
from bot.progress.generate_view import generate_check, generate_comment
from bot.progress.notices import Notices
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
from bot.receive import Metrics, Receiving, receive_app, web_runner
from bot.rendering import Renderer
from bot.runs import Engine, Run, RunKind, RunRecords
from bot.settings import Settings
from bot.setup.pages import security_headers, setup_page
from bot.store.port import Store
from bot.store.sqlite_file import SqliteFile
from bot.store.store_sqlite import SqliteStore
from bot.templates.check.check_content import CheckContent, RenderProject
from bot.templates.check.known_verdict import Verdicts
from bot.templates.filed_form import FiledForms
from bot.templates.health.daily import Daily
from bot.templates.health.describe import DescribeTemplate
from bot.templates.health.evidence import EvidenceRecords
from bot.templates.health.failures import NewestFailures
from bot.templates.health.from_projects import OnDeployment, OnFirstBuild
from bot.templates.health.from_runs import CheckEnded, GenerationEnded
from bot.templates.health.judge import Judge
from bot.templates.health.observe import Observe
from bot.templates.health.on_report_issue import OnReportIssue
from bot.templates.health.read_health import HealthFigures, ReadHealth
from bot.templates.health.report_record import ReportRecords
from bot.templates.health.report_template import ReportTemplate
from bot.templates.health.satisfaction import Satisfaction
from bot.templates.health.thread_version import ThreadVersion
from bot.templates.health.watch import Watch
from bot.templates.pull_requests.on_check_button import OnCheckButton
from bot.templates.pull_requests.on_pull_request import OnPullRequest, OnReview
from bot.templates.pull_requests.on_workflow_run import OnVerifyRun
from bot.templates.pull_requests.records import Checks
from bot.templates.pull_requests.services import CHECK, CheckServices
from bot.templates.pull_requests.show_check import ShowCheck
from bot.templates.pull_requests.start_check import StartCheck
from bot.templates.pull_requests.steps import CHECK_KIND
from bot.templates.registration import OnCatalogPush, Registration
from bot.templates.registration.head import HeadRecord
from bot.templates.registration.offers import Offers
from bot.templates.registration.pending import Pending
from bot.templates.registration.publish import Publish
from bot.templates.render_version import RenderVersion
from bot.templates.source import TemplateSource
from bot.templates.tell_projects import TELL, TELL_KIND, TellProjects, TellServices, shown_nowhere
from bot.templates.version_record import TemplateVersions
from bot.templates.withdraw import Withdraw
from bot.work.dispatch import Dispatcher
from bot.work.events import CommentMade
from bot.work.ordering import ordering
from bot.work.sweep import Scheduled, Sweep, schedule
from bot.work.table import event_table
from bot.work.worker import Worker, WorkerLimits

RENDERED_KEPT = 32  # renders in memory between two steps of a run
SWEEP_S = 30.0
CATALOG_S = 300.0  # what events did not tell of the catalog is seen after this
HEALTH_S = 60.0  # owners hear this late of trouble, at the most
DAILY_S = 3600.0  # how late the day's work may begin
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
    settings: Settings,
    *,
    clock: Clock | None = None,
    github: GitHub | None = None,
    redactor: Redactor | None = None,
) -> AsyncIterator[Bot]:
    """Wire the bot; what it opened is closed when the block ends.

    ``redactor`` is what the logs go through; it learns every token. ``github``
    replaces the real client, for tests of the services alone.
    """
    clock = clock or SystemClock()
    metrics = Metrics(CollectorRegistry())
    async with AsyncExitStack() as stack:
        store, queue = await stack.enter_async_context(open_store(settings, clock=clock))
        if github is None:
            session = await stack.enter_async_context(aiohttp.ClientSession())
            github = open_github(settings, session, clock=clock, metrics=metrics, redactor=redactor)
        renderer = await stack.enter_async_context(Renderer())
        parts = _Parts(
            settings=settings,
            store=store,
            queue=queue,
            github=github,
            renderer=renderer,
            clock=clock,
            metrics=metrics,
        )
        bot, reporter = _wire(parts)
        stack.push_async_callback(reporter.close)
        yield bot


@asynccontextmanager
async def serving(bot: Bot, listening: socket.socket, *, worker: bool) -> AsyncIterator[None]:
    """Take webhooks on the socket, and work them off if ``worker``."""
    runner = web_runner(bot.web)
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
    """A bound socket, so that the address is known before anything serves on it.

    Raises PortTaken.
    """
    try:
        listening = socket.create_server((host, port), backlog=BACKLOG)
    except OSError as error:
        raise PortTaken(
            f"{host}:{port} cannot be listened on ({error.strerror}). Set HOST and PORT, or stop "
            "what listens there."
        ) from None
    listening.setblocking(False)
    return listening


def run_fast(main: Coroutine[Any, Any, None]) -> None:
    """Run on uvloop where it is installed (it is, except on Windows).

    What is loaded by now lives as long as the process: the garbage collector
    leaves it out, and looks at the rest less often, which shortens the slowest
    answers.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    loop = importlib.util.find_spec("uvloop")
    run = importlib.import_module("uvloop").run if loop else asyncio.run
    run(main)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """The adapters that were chosen, and what is built on them first."""

    settings: Settings
    store: Store
    queue: Queue
    github: GitHub
    renderer: Renderer
    clock: Clock
    metrics: Metrics

    @property
    def catalog(self) -> RepositoryName:
        """The catalog repository."""
        return self.settings.catalog_repository


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """Services that several subjects use."""

    audit: AuditLog
    runs: RunRecords
    projects: ProjectRecords
    requests: RequestRecords
    organization: CurrentOrganization
    templates: TemplateSource
    versions: TemplateVersions
    notices: Notices
    sticky: Sticky
    verdicts: Verdicts
    checks: Checks


@dataclass(frozen=True, slots=True, kw_only=True)
class _Health:
    """What follows how templates do."""

    evidence: EvidenceRecords
    reports: ReportRecords
    watch: Watch
    observe: Observe
    satisfaction: Satisfaction
    read: ReadHealth
    version_of: ThreadVersion
    report_issues: OnReportIssue


def _wire(parts: _Parts) -> tuple[Bot, ProgressReporter]:
    shared = _shared(parts)
    health = _health(parts, shared)
    generate = _generate(parts, shared)
    show_check = ShowCheck(
        catalog=parts.catalog,
        sticky=shared.sticky,
        verdicts=shared.verdicts,
        checks=shared.checks,
        projects=shared.projects,
    )
    reporter = ProgressReporter(
        {
            GENERATE: ShowInThread(
                sticky=shared.sticky,
                comment=generate_comment,
                check=generate_check,
                repository=repository_of,
            ),
            CHECK: show_check,
            TELL: shown_nowhere,
        },
        clock=parts.clock,
        interval_s=parts.settings.progress_interval_s,
    )
    look_again = _Later()
    kinds = _kinds(
        generate,
        _check_services(parts, shared, reporter.progress, look_again),
        TellServices(projects=shared.projects, notices=shared.notices),
    )
    engine = Engine(
        shared.runs,
        kinds,
        reporter=reporter,
        durations=parts.metrics,
        clock=parts.clock,
        ended={
            GENERATE: GenerationEnded(observe=health.observe, satisfaction=health.satisfaction),
            CHECK: CheckEnded(observe=health.observe, verdicts=shared.verdicts),
        },
    )
    start_check = StartCheck(
        runs=shared.runs,
        checks=shared.checks,
        engine=engine,
        queue=parts.queue,
        clock=parts.clock,
        catalog=parts.catalog,
    )
    tell = TellProjects(
        runs=shared.runs,
        engine=engine,
        queue=parts.queue,
        clock=parts.clock,
        catalog=parts.catalog,
    )
    registration = _registration(parts, shared, health, start_check, tell)
    withdraw = _withdraw(parts, shared, tell, registration)
    look_again.do = registration.look_again
    start = StartGenerate(
        runs=shared.runs, engine=engine, queue=parts.queue, audit=shared.audit, clock=parts.clock
    )
    requests = _requests(parts, shared, start)
    commands = RequestCommands(
        requests=requests,
        records=shared.requests,
        runs=shared.runs,
        projects=shared.projects,
        engine=engine,
        start=start,
        generate=generate,
        github=parts.github,
        describe_template=DescribeTemplate(
            version_of=health.version_of,
            versions=shared.versions,
            health=health.read,
            satisfaction=health.satisfaction,
        ),
    )
    table = event_table(
        on_request=OnRequest(requests, catalog=parts.catalog),
        on_comment=_on_comment(
            parts, shared, commands, withdraw=withdraw, report=_report(parts, shared, health)
        ),
        on_catalog_push=OnCatalogPush(registration, catalog=parts.catalog),
        on_pull_request=OnPullRequest(start=start_check),
        on_review=OnReview(start=start_check, runs=shared.runs),
        on_check_button=OnCheckButton(
            start=start_check,
            runs=shared.runs,
            show=show_check,
            verdicts=shared.verdicts,
            sticky=shared.sticky,
            people=parts.github.people,
            app_id=parts.settings.app_id,
        ),
        on_verify_run=OnVerifyRun(start=start_check, runs=shared.runs),
        on_first_build=OnFirstBuild(
            observe=health.observe, projects=shared.projects, runs=shared.runs
        ),
        on_deployment=OnDeployment(observe=health.observe, projects=shared.projects),
        on_report_issue=health.report_issues,
    )
    sweep = Sweep(parts.store.deliveries, shared.runs, parts.queue, clock=parts.clock)
    bot = Bot(
        settings=parts.settings,
        store=parts.store,
        queue=parts.queue,
        web=_web(parts),
        worker=_worker(parts, engine, Dispatcher(table, parts.store.deliveries, parts.metrics)),
        jobs=(
            Scheduled("catalog", CATALOG_S, registration.keep_in_line),
            Scheduled("sweep", SWEEP_S, sweep.once),
            *_health_jobs(parts, shared, health, withdraw),
        ),
        clock=parts.clock,
        registration=registration,
        runs=shared.runs,
        engine=engine,
        start=start,
        projects=shared.projects,
        audit=shared.audit,
    )
    return bot, reporter


class _Later:
    """A call to a service that is built after those who make it."""

    def __init__(self) -> None:
        self.do: Callable[[], Coroutine[Any, Any, None]] | None = None

    async def __call__(self) -> None:
        """Make the call."""
        if self.do is not None:
            await self.do()


def _kinds(
    generate: GenerateServices, check: CheckServices, tell: TellServices
) -> Sequence[tuple[RunKind[Any], Any]]:
    return (
        (
            RunKind(name=GENERATE, title="Generate", steps=GENERATE_STEPS, undo=undo_generate),
            generate,
        ),
        (CHECK_KIND, check),
        (TELL_KIND, tell),
    )


def _check_services(
    parts: _Parts, shared: _Shared, tell: Callable[[Run], None], concluded: _Later
) -> CheckServices:
    return CheckServices(
        github=parts.github,
        catalog=parts.catalog,
        organization=shared.organization.get,
        checks=shared.checks,
        verdicts=shared.verdicts,
        versions=shared.versions,
        check=CheckContent(parts.renderer, Linters()),
        render_case=RenderProject(parts.renderer),
        tell=tell,
        concluded=concluded,
        audit=shared.audit,
        clock=parts.clock,
    )


def _shared(parts: _Parts) -> _Shared:
    documents, contents = parts.store.documents, parts.github.contents
    versions = TemplateVersions(documents)
    notices = Notices(parts.github.issues, documents)
    return _Shared(
        audit=AuditLog(documents, clock=parts.clock),
        runs=RunRecords(documents),
        projects=ProjectRecords(documents),
        requests=RequestRecords(documents),
        organization=CurrentOrganization(documents, contents, notices, parts.catalog),
        templates=TemplateSource(versions, contents, parts.catalog),
        versions=versions,
        notices=notices,
        sticky=Sticky(parts.github, documents),
        verdicts=Verdicts(documents),
        checks=Checks(documents),
    )


def _health(parts: _Parts, shared: _Shared) -> _Health:
    documents = parts.store.documents
    evidence, reports, watch = (
        EvidenceRecords(documents),
        ReportRecords(documents),
        Watch(documents),
    )
    return _Health(
        evidence=evidence,
        reports=reports,
        watch=watch,
        observe=Observe(evidence, watch),
        satisfaction=Satisfaction(
            documents=documents,
            issues=parts.github.issues,
            sticky=shared.sticky,
            clock=parts.clock,
        ),
        read=ReadHealth(evidence=evidence, reports=reports),
        version_of=ThreadVersion(
            requests=shared.requests, projects=shared.projects, versions=shared.versions
        ),
        report_issues=OnReportIssue(
            reports=reports, watch=watch, issues=parts.github.issues, catalog=parts.catalog
        ),
    )


def _report(parts: _Parts, shared: _Shared, health: _Health) -> ReportTemplate:
    return ReportTemplate(
        version_of=health.version_of,
        reports=health.reports,
        watch=health.watch,
        organization=shared.organization.get,
        github=parts.github,
        notices=shared.notices,
        audit=shared.audit,
        clock=parts.clock,
        catalog=parts.catalog,
    )


def _health_jobs(
    parts: _Parts, shared: _Shared, health: _Health, withdraw: Withdraw
) -> Sequence[Scheduled]:
    judge = Judge(
        versions=shared.versions,
        health=health.read,
        failures=NewestFailures(
            evidence=health.evidence,
            projects=shared.projects,
            repositories=parts.github.repositories,
            catalog=parts.catalog,
        ),
        watch=health.watch,
        organization=shared.organization.get,
        notices=shared.notices,
        withdraw=withdraw,
        catalog=parts.catalog,
        clock=parts.clock,
    )
    daily = Daily(
        documents=parts.store.documents,
        judge=judge,
        report_issues=health.report_issues,
        clock=parts.clock,
    )
    return (
        Scheduled("health", HEALTH_S, judge.once),
        Scheduled("health-daily", DAILY_S, daily.once),
        Scheduled("satisfaction", DAILY_S, health.satisfaction.read_due),
    )


def _withdraw(
    parts: _Parts, shared: _Shared, tell: TellProjects, registration: Registration
) -> Withdraw:
    return Withdraw(
        versions=shared.versions,
        organization=shared.organization.get,
        people=parts.github.people,
        tell=tell,
        refresh=lambda: registration.refresh(anyway=True),
        audit=shared.audit,
        clock=parts.clock,
        catalog=parts.catalog,
    )


def _registration(
    parts: _Parts,
    shared: _Shared,
    health: _Health,
    start_check: StartCheck,
    tell: TellProjects,
) -> Registration:
    return Registration(
        github=parts.github,
        head=HeadRecord(parts.store.documents),
        organization=shared.organization,
        versions=shared.versions,
        offers=Offers(
            contents=parts.github.contents,
            versions=shared.versions,
            verdicts=shared.verdicts,
            tell=tell,
            catalog=parts.catalog,
            clock=parts.clock,
        ),
        publish=Publish(parts.github, parts.catalog),
        pending=Pending(
            start=start_check,
            verdicts=shared.verdicts,
            notices=shared.notices,
            catalog=parts.catalog,
        ),
        figures=HealthFigures(
            health=health.read, satisfaction=health.satisfaction, projects=shared.projects
        ),
        catalog=parts.catalog,
        clock=parts.clock,
    )


def _generate(parts: _Parts, shared: _Shared) -> GenerateServices:
    return GenerateServices(
        github=parts.github,
        render=RenderVersion(
            shared.templates,
            parts.renderer,
            shared.organization.get,
            watch=parts.metrics.render_done,
        ),
        projects=shared.projects,
        audit=shared.audit,
        clock=parts.clock,
        rendered=LRUCache(maxsize=RENDERED_KEPT),
    )


def _requests(parts: _Parts, shared: _Shared, start: StartGenerate) -> Requests:
    return Requests(
        records=shared.requests,
        runs=shared.runs,
        check=CheckRequest(
            forms=FiledForms(shared.versions),
            organization=shared.organization.get,
            github=parts.github,
        ),
        start=start,
        sticky=shared.sticky,
    )


def _worker(parts: _Parts, engine: Engine, dispatcher: Dispatcher) -> Worker:
    settings = parts.settings
    limits = WorkerLimits(
        concurrency=settings.workers,
        visibility_s=settings.lease_seconds,
        attempts=settings.attempts,
        first_delay_s=settings.first_retry_s,
    )
    return Worker(
        parts.queue,
        parts.store.deliveries,
        dispatcher,
        engine,
        clock=parts.clock,
        limits=limits,
        retried=parts.metrics.retried,
    )


def _web(parts: _Parts) -> web.Application:
    return receive_app(
        Receiving(
            secret=parts.settings.webhook_secret,
            served=frozenset(login.lower() for login in parts.settings.organizations),
            store=parts.store,
            queue=parts.queue,
            key_of=ordering(str(parts.catalog)),
            clock=parts.clock,
            metrics=parts.metrics,
            routes=(web.get("/setup", _setup_page),),
        )
    )


async def _setup_page(_request: web.Request) -> web.Response:
    return web.Response(text=setup_page(()), content_type="text/html", headers=security_headers())


def _on_comment(
    parts: _Parts,
    shared: _Shared,
    commands: RequestCommands,
    *,
    withdraw: Withdraw,
    report: ReportTemplate,
) -> OnComment:
    """The commands of the table, each with what it does."""

    async def tell_audit(comment: CommentMade, _words: Sequence[str]) -> str:
        subject = await commands.subject_of(comment)
        return audit_comment(await shared.audit.for_subject(subject, limit=20))

    return OnComment(
        threads=_threads(commands, str(parts.catalog).lower()),
        organization=shared.organization.get,
        execute={
            "status": lambda comment, _: commands.status(comment),
            "audit": tell_audit,
            "retry": lambda comment, _: commands.retry(comment),
            "undo": lambda comment, words: commands.undo(comment, confirmed=bool(words)),
            "approve": lambda comment, _: commands.approve(comment),
            "report": report,
            "withdraw": withdraw.command,
        },
        github=parts.github,
        sticky=shared.sticky,
    )


def _threads(
    commands: RequestCommands, catalog: str
) -> Callable[[CommentMade], Coroutine[Any, Any, Standing | None]]:
    async def standing(comment: CommentMade) -> Standing | None:
        if str(comment.repository).lower() == catalog:
            team, project = await commands.team_and_project(comment)
            return Standing(Place.REQUEST, team, project)
        known = await commands.projects.of_repository(str(comment.repository))
        return Standing(Place.PROJECT, known.team, comment.repository) if known else None

    return standing
