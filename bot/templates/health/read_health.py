"""Health, read from the records; what forms and README show of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.projects import ProjectRecords
from bot.templates.figures import Figures
from bot.templates.health.evidence import EvidenceRecords
from bot.templates.health.formula import Health, health_of
from bot.templates.health.report_record import ReportRecords
from bot.templates.health.satisfaction import Satisfaction
from bot.templates.version_record import TemplateVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadHealth:
    """The health of a version as the records give it now."""

    evidence: EvidenceRecords
    reports: ReportRecords

    async def __call__(self, version: str) -> Health:
        """Computed anew each time: there is nothing else that could be out of date."""
        return health_of(
            await self.evidence.of_version(version), reporters=await self.reports.reporters(version)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthFigures:
    """The ``ReadFigures`` of registration."""

    health: ReadHealth
    satisfaction: Satisfaction
    projects: ProjectRecords

    async def __call__(self, versions: Sequence[TemplateVersion]) -> Mapping[str, Figures]:
        """Figures by the version's id."""
        return {each.id: await self._of(each) for each in versions}

    async def _of(self, version: TemplateVersion) -> Figures:
        liked = await self.satisfaction.of_version(version.id)
        return Figures(
            projects=await self.projects.count_of(version.template),
            health=(await self.health(version.id)).score,
            likes=liked.likes,
            dislikes=liked.dislikes,
        )
