"""The whole bot, from its settings: what is opened, and in which order it is wired."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import aiohttp
from aiohttp import web
from prometheus_client import CollectorRegistry

from bot.app.comments_wiring import wire_comments
from bot.app.delivery_wiring import count_open
from bot.app.deployments_wiring import Deployments, wire_deployments
from bot.app.health_wiring import Health, health_jobs, wire_health
from bot.app.missed_wiring import missed_jobs
from bot.app.open_renderer import open_renderer
from bot.app.open_store import open_store
from bot.app.parts import Parts, Shared, share
from bot.app.projects_wiring import Projects, wire_projects
from bot.app.settings_wiring import DeploySettings, wire_settings
from bot.app.templates_wiring import Templates, wire_templates
from bot.audit import AuditLog
from bot.clock import Clock, SystemClock
from bot.github.port import GitHub
from bot.github.redact import Redactor
from bot.github.wire import open_github
from bot.progress import ProgressReporter
from bot.projects import OnRequest, ProjectRecords, StartGenerate
from bot.queue.port import Queue
from bot.receive import Metrics, Receiving, receive_app
from bot.runs import Engine, RunRecords
from bot.settings import Settings
from bot.setup import web_address
from bot.setup.first_catalog import OfferFirstCatalog, OnInstalled
from bot.setup.pages import security_headers, setup_page
from bot.store.port import Store
from bot.templates.health.from_projects import OnDeployment, OnFirstBuild
from bot.templates.pull_requests.on_pull_request import OnPullRequest, OnReview
from bot.templates.pull_requests.on_workflow_run import OnVerifyRun
from bot.templates.registration import OnCatalogPush, Registration
from bot.work.dispatch import Dispatcher
from bot.work.events import is_read
from bot.work.holder import new_holder
from bot.work.lease import Leases
from bot.work.ordering import ordering
from bot.work.schedule import Scheduled
from bot.work.sweep import Sweep
from bot.work.table import event_table
from bot.work.wake import Wake
from bot.work.worker import Worker, WorkerLimits

SWEEP_S = 30.0
WAKE_S = 2.0
CATALOG_S = 300.0  # what events did not tell of the catalog is seen after this


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """Everything that runs or is asked from outside."""

    settings: Settings
    store: Store
    queue: Queue
    web: web.Application
    worker: Worker
    jobs: Sequence[Scheduled]
    leases: Leases
    clock: Clock
    registration: Registration
    runs: RunRecords
    engine: Engine
    reporter: ProgressReporter
    start: StartGenerate
    projects: ProjectRecords
    audit: AuditLog


@asynccontextmanager
async def open_bot(
    settings: Settings,
    *,
    clock: Clock | None = None,
    github: GitHub | None = None,
    redactor: Redactor | None = None,
    key_refused: Callable[[], None] = lambda: None,
) -> AsyncIterator[Bot]:
    """Wire the bot; what it opened is closed when the block ends.

    ``redactor`` is what the logs go through; it learns every token. ``github``
    replaces the real client, for tests of the services alone. ``key_refused`` hears
    when GitHub does not take our key: it may have been replaced.
    """
    clock = clock or SystemClock()
    metrics = Metrics(CollectorRegistry())
    async with AsyncExitStack() as stack:
        store, queue = await stack.enter_async_context(open_store(settings, clock=clock))
        if github is None:
            session = await stack.enter_async_context(aiohttp.ClientSession())
            github = open_github(
                settings,
                session,
                documents=store.documents,
                clock=clock,
                metrics=metrics,
                redactor=redactor,
                key_refused=key_refused,
            )
        parts = Parts(
            settings=settings,
            store=store,
            queue=queue,
            github=github,
            renderer=await stack.enter_async_context(open_renderer(settings)),
            clock=clock,
            metrics=metrics,
        )
        shared = share(parts)
        stack.push_async_callback(shared.reporter.close)
        yield _wire(parts, shared)


def _wire(parts: Parts, shared: Shared) -> Bot:
    health = wire_health(parts, shared)
    templates = wire_templates(parts, shared, health)
    projects = wire_projects(parts, shared, health)
    deployments = wire_deployments(parts, shared, health)
    settings = wire_settings(parts, shared)
    first_catalog = OfferFirstCatalog(
        github=parts.github,
        documents=parts.store.documents,
        organization=shared.organization,
        audit=shared.audit,
        catalog=parts.catalog,
    )
    dispatcher = _dispatcher(
        parts,
        shared,
        health=health,
        templates=templates,
        projects=projects,
        deployments=deployments,
        settings=settings,
        first_catalog=first_catalog,
    )
    sweep = Sweep(parts.store.deliveries, shared.runs, parts.queue, clock=parts.clock)
    wake = Wake(shared.runs, parts.queue, clock=parts.clock)
    return Bot(
        settings=parts.settings,
        store=parts.store,
        queue=parts.queue,
        web=_web(parts),
        worker=_worker(parts, shared, dispatcher),
        jobs=(
            Scheduled("catalog", CATALOG_S, templates.registration.keep_in_line, at_start=True),
            Scheduled("sweep", SWEEP_S, sweep.once, at_start=True),
            Scheduled("wake", WAKE_S, wake.once, needed=wake.needed),
            *missed_jobs(parts, shared, templates.registration),
            *health_jobs(parts, shared, health, templates.withdraw),
            Scheduled("first-catalog", CATALOG_S, first_catalog, at_start=True),
        ),
        leases=Leases(parts.store.documents, clock=parts.clock, holder=new_holder()),
        clock=parts.clock,
        registration=templates.registration,
        runs=shared.runs,
        engine=shared.engine,
        reporter=shared.reporter,
        start=projects.start,
        projects=shared.projects,
        audit=shared.audit,
    )


def _dispatcher(
    parts: Parts,
    shared: Shared,
    *,
    health: Health,
    templates: Templates,
    projects: Projects,
    deployments: Deployments,
    settings: DeploySettings,
    first_catalog: OfferFirstCatalog,
) -> Dispatcher:
    """Who hears of which event."""
    start_check = templates.start_check
    table = event_table(
        on_request=OnRequest(projects.requests, catalog=parts.catalog),
        on_comment=wire_comments(
            parts,
            shared,
            projects.commands,
            deployments,
            withdraw=templates.withdraw,
            report=health.report,
            settings=settings.command,
        ),
        on_catalog_push=OnCatalogPush(templates.registration, catalog=parts.catalog),
        on_pull_request=OnPullRequest(start=start_check, begun=shared.organization.is_known),
        on_review=OnReview(start=start_check, runs=shared.runs),
        on_check_button=templates.on_button,
        on_verify_run=OnVerifyRun(start=start_check, runs=shared.runs),
        on_first_build=OnFirstBuild(
            observe=health.observe, projects=shared.projects, runs=shared.runs
        ),
        on_deployment=OnDeployment(observe=health.observe, projects=shared.projects),
        on_deployment_status=deployments.on_status,
        on_deploy_run=deployments.on_run,
        on_report_issue=health.report_issues,
        on_settings_push=settings.check.on_push,
        on_settings_pull_request=settings.check.on_pull_request,
        on_installed=OnInstalled(offer=first_catalog),
    )
    return Dispatcher(table, parts.store.deliveries, parts.metrics)


def _worker(parts: Parts, shared: Shared, dispatcher: Dispatcher) -> Worker:
    settings = parts.settings
    limits = WorkerLimits(
        concurrency=settings.workers,
        visibility_s=settings.lease_seconds,
        attempts=settings.attempts,
        first_delay_s=settings.first_retry_s,
        stop_s=settings.stop_seconds,
    )
    return Worker(
        parts.queue,
        parts.store.deliveries,
        dispatcher,
        shared.engine,
        clock=parts.clock,
        limits=limits,
        retried=parts.metrics.retried,
        check_store=parts.store.check,
    )


def _web(parts: Parts) -> web.Application:
    return receive_app(
        Receiving(
            secret=parts.settings.webhook_secret,
            served=frozenset(login.lower() for login in parts.settings.organizations),
            store=parts.store,
            queue=parts.queue,
            key_of=ordering(str(parts.catalog)),
            is_needed=lambda head: is_read(head.event, head.action),
            clock=parts.clock,
            metrics=parts.metrics,
            at_scrape=(count_open(parts),),
            routes=(web.get("/setup", _setup_page(parts)),),
        )
    )


def _setup_page(parts: Parts) -> Callable[[web.Request], Awaitable[web.Response]]:
    """What ``/setup`` says once the bot has its credentials."""
    github = web_address(parts.settings.github_api_url)
    installed = f"{github}/organizations/{parts.catalog.owner}/settings/installations"
    page = setup_page(installed_url=installed)

    async def show(_request: web.Request) -> web.Response:
        return web.Response(text=page, content_type="text/html", headers=security_headers())

    return show
