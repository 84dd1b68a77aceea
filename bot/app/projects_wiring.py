"""Wiring of how a filed form becomes a project."""

from dataclasses import dataclass

from cachetools import LRUCache

from bot.app.health_wiring import Health
from bot.app.parts import Parts, Shared
from bot.progress import ShowInThread
from bot.progress.generate_view import generate_check, generate_comment
from bot.projects import (
    GENERATE,
    GENERATE_STEPS,
    GenerateServices,
    RequestCommands,
    Requests,
    StartGenerate,
    repository_of,
    undo_generate,
)
from bot.projects.check_request import CheckRequest
from bot.runs import RunKind
from bot.templates.filed_form import FiledForms
from bot.templates.health.describe import DescribeTemplate
from bot.templates.health.from_runs import GenerationEnded
from bot.templates.render_version import RenderVersion
from bot.templates.source import TemplateSource

RENDERED_KEPT = 32  # renders in memory between two steps of a run


@dataclass(frozen=True, slots=True, kw_only=True)
class Projects:
    """What the events use of it."""

    start: StartGenerate
    requests: Requests
    commands: RequestCommands


def wire_projects(parts: Parts, shared: Shared, health: Health) -> Projects:
    """Requests, their commands and the making; its runs are made known."""
    generate = _add_generate(parts, shared, health)
    start = StartGenerate(
        runs=shared.runs,
        engine=shared.engine,
        queue=parts.queue,
        audit=shared.audit,
        clock=parts.clock,
    )
    requests = Requests(
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
    commands = RequestCommands(
        requests=requests,
        records=shared.requests,
        runs=shared.runs,
        projects=shared.projects,
        engine=shared.engine,
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
    return Projects(start=start, requests=requests, commands=commands)


def _add_generate(parts: Parts, shared: Shared, health: Health) -> GenerateServices:
    """Make runs of generation known to the engine and the reporter."""
    services = GenerateServices(
        github=parts.github,
        render=RenderVersion(
            TemplateSource(shared.versions, parts.github.contents, parts.catalog),
            parts.renderer,
            shared.organization.get,
            watch=parts.metrics.render_done,
        ),
        projects=shared.projects,
        audit=shared.audit,
        clock=parts.clock,
        rendered=LRUCache(maxsize=RENDERED_KEPT),
    )
    shared.engine.add(
        RunKind(name=GENERATE, title="Generate", steps=GENERATE_STEPS, undo=undo_generate),
        services,
        ended=GenerationEnded(observe=health.observe, satisfaction=health.satisfaction),
    )
    shared.reporter.add(
        GENERATE,
        ShowInThread(
            sticky=shared.sticky,
            comment=generate_comment,
            check=generate_check,
            repository=repository_of,
        ),
    )
    return services
