"""Wiring of how templates are checked, offered and withdrawn."""

from dataclasses import dataclass

from bot.app.health_wiring import Health
from bot.app.parts import Parts, Shared
from bot.linting import Linters
from bot.templates.check.check_content import CheckContent, RenderProject
from bot.templates.health.from_runs import CheckEnded
from bot.templates.health.read_health import HealthFigures
from bot.templates.pull_requests.on_check_button import OnCheckButton
from bot.templates.pull_requests.services import CHECK, CheckServices
from bot.templates.pull_requests.show_check import ShowCheck
from bot.templates.pull_requests.start_check import StartCheck
from bot.templates.pull_requests.steps import CHECK_KIND
from bot.templates.registration import Registration
from bot.templates.registration.head import HeadRecord
from bot.templates.registration.offers import Offers
from bot.templates.registration.pending import Pending
from bot.templates.registration.publish import Publish
from bot.templates.tell_projects import TELL, TELL_KIND, TellProjects, TellServices, shown_nowhere
from bot.templates.withdraw import Withdraw


@dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """What the events use of it."""

    start_check: StartCheck
    on_button: OnCheckButton
    registration: Registration
    withdraw: Withdraw


def wire_templates(parts: Parts, shared: Shared, health: Health) -> Templates:
    """The checks, the registration and the telling; their runs are made known."""
    start_check = StartCheck(
        runs=shared.runs,
        checks=shared.checks,
        engine=shared.engine,
        queue=parts.queue,
        clock=parts.clock,
        catalog=parts.catalog,
    )
    tell = TellProjects(
        runs=shared.runs,
        engine=shared.engine,
        queue=parts.queue,
        clock=parts.clock,
        catalog=parts.catalog,
    )
    registration = _registration(parts, shared, health, start_check, tell)
    shared.engine.add(TELL_KIND, TellServices(projects=shared.projects, notices=shared.notices))
    shared.reporter.add(TELL, shown_nowhere)
    return Templates(
        start_check=start_check,
        on_button=_add_checks(parts, shared, health, start_check, registration),
        registration=registration,
        withdraw=Withdraw(
            versions=shared.versions,
            organization=shared.organization.get,
            people=parts.github.people,
            tell=tell,
            refresh=lambda: registration.refresh(anyway=True),
            audit=shared.audit,
            clock=parts.clock,
            catalog=parts.catalog,
        ),
    )


def _add_checks(
    parts: Parts,
    shared: Shared,
    health: Health,
    start: StartCheck,
    registration: Registration,
) -> OnCheckButton:
    """Make runs of checks known to the engine and the reporter."""
    show = ShowCheck(
        catalog=parts.catalog,
        sticky=shared.sticky,
        verdicts=shared.verdicts,
        checks=shared.checks,
        projects=shared.projects,
    )
    services = CheckServices(
        github=parts.github,
        catalog=parts.catalog,
        organization=shared.organization.get,
        checks=shared.checks,
        verdicts=shared.verdicts,
        versions=shared.versions,
        check=CheckContent(parts.renderer, Linters()),
        render_case=RenderProject(parts.renderer),
        tell=shared.reporter.progress,
        concluded=registration.look_again,
        audit=shared.audit,
        clock=parts.clock,
    )
    ended = CheckEnded(observe=health.observe, verdicts=shared.verdicts)
    shared.engine.add(CHECK_KIND, services, ended=ended)
    shared.reporter.add(CHECK, show)
    return OnCheckButton(
        start=start,
        runs=shared.runs,
        show=show,
        verdicts=shared.verdicts,
        sticky=shared.sticky,
        people=parts.github.people,
        app_id=parts.settings.app_id,
    )


def _registration(
    parts: Parts,
    shared: Shared,
    health: Health,
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
