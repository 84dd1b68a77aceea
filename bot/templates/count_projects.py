"""Figures from the projects' records."""

from collections.abc import Mapping, Sequence

from bot.projects import ProjectRecords
from bot.templates.figures import Figures
from bot.templates.version_record import TemplateVersion


class CountProjects:
    """Counts how many projects use each template."""

    def __init__(self, projects: ProjectRecords) -> None:
        self._projects = projects

    async def __call__(self, versions: Sequence[TemplateVersion]) -> Mapping[str, Figures]:
        """Figures by the version's id."""
        return {
            each.id: Figures(projects=await self._projects.count_of(each.template))
            for each in versions
        }
