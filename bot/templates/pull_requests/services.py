"""What the steps of a check may use."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.audit import AuditLog
from bot.clock import Clock
from bot.github.port import File, GitHub, RepositoryName
from bot.organization import Organization
from bot.runs import Run
from bot.store.port import Json
from bot.templates.check import Verdict
from bot.templates.check.known_verdict import Verdicts
from bot.templates.definition import TemplateDefinition
from bot.templates.pull_requests.records import Checks
from bot.templates.version_record import TemplateVersions

CHECK = "check"  # the kind of run


class CheckContent(Protocol):
    """Checks the files of a template's folder. Never raises for what they hold."""

    async def __call__(
        self, template: str, files: Sequence[File], organization: Organization
    ) -> Verdict:
        """The verdict on this content."""
        ...


class RenderCase(Protocol):
    """Makes the project of a verify case."""

    async def __call__(
        self,
        definition: TemplateDefinition,
        answers: Mapping[str, Json],
        organization: Organization,
    ) -> Sequence[File]:
        """The project's files. Raises bot.errors.UserError where it cannot be made."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckServices:
    """``tell`` shows a run that is still in a step; ``concluded`` hears that a check has ended."""

    github: GitHub
    catalog: RepositoryName
    organization: Callable[[], Awaitable[Organization]]
    checks: Checks
    verdicts: Verdicts
    versions: TemplateVersions
    check: CheckContent
    render_case: RenderCase
    tell: Callable[[Run], None]
    concluded: Callable[[], Awaitable[None]]
    audit: AuditLog
    clock: Clock

    async def is_member(self, team: str, login: str) -> bool:
        """Whether GitHub lists the person in that team of the organisation now."""
        return await self.github.people.is_team_member(self.catalog.owner, team, login)
