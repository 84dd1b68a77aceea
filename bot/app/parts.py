"""What every subject is wired from: the adapters, and services that several use."""

from dataclasses import dataclass

from bot.audit import AuditLog
from bot.clock import Clock
from bot.github.port import GitHub, RepositoryName
from bot.organization.current import CurrentOrganization
from bot.progress import ProgressReporter, Sticky
from bot.progress.notices import Notices
from bot.projects import ProjectRecords, RequestRecords
from bot.queue.port import Queue
from bot.receive import Metrics
from bot.rendering import Renderer
from bot.runs import Engine, RunRecords
from bot.settings import Settings
from bot.store.port import Store
from bot.templates.check.known_verdict import Verdicts
from bot.templates.pull_requests.records import Checks
from bot.templates.version_record import TemplateVersions


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The adapters that were chosen."""

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
class Shared:
    """Services that several subjects use."""

    audit: AuditLog
    runs: RunRecords
    engine: Engine
    reporter: ProgressReporter
    projects: ProjectRecords
    requests: RequestRecords
    organization: CurrentOrganization
    versions: TemplateVersions
    notices: Notices
    sticky: Sticky
    verdicts: Verdicts
    checks: Checks


def share(parts: Parts) -> Shared:
    """Build what several subjects use; the engine knows no kind of run yet."""
    documents, contents = parts.store.documents, parts.github.contents
    runs, notices = RunRecords(documents), Notices(parts.github.issues, documents)
    reporter = ProgressReporter(clock=parts.clock, interval_s=parts.settings.progress_interval_s)
    return Shared(
        audit=AuditLog(documents, clock=parts.clock),
        runs=runs,
        engine=Engine(runs, reporter=reporter, durations=parts.metrics, clock=parts.clock),
        reporter=reporter,
        projects=ProjectRecords(documents),
        requests=RequestRecords(documents),
        organization=CurrentOrganization(documents, contents, notices, parts.catalog),
        versions=TemplateVersions(documents),
        notices=notices,
        sticky=Sticky(parts.github, documents),
        verdicts=Verdicts(documents),
        checks=Checks(documents),
    )
