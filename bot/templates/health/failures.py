"""What failed last, with links for those who may follow them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.github.port import Repositories, RepositoryName
from bot.progress.health_view import Failure
from bot.projects import ProjectRecords
from bot.templates.health.evidence import Evidence, EvidenceRecords, Source
from bot.templates.health.may_name import may_name

SHOWN: Final = 5
_OF_PROJECTS: Final = (Source.FIRST_BUILD, Source.DEPLOYMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestFailures:
    """Reads them for an issue in the catalog, which many may read."""

    evidence: EvidenceRecords
    projects: ProjectRecords
    repositories: Repositories
    catalog: RepositoryName

    async def __call__(self, version: str) -> Sequence[Failure]:
        """The newest failures, the last one first; a project that few can see is not named."""
        failed = [each for each in await self.evidence.of_version(version) if not each.good]
        newest = sorted(failed, key=lambda each: (-each.at_s, each.id))[:SHOWN]
        before = ""
        if any(each.source in _OF_PROJECTS for each in newest):
            catalog = await self.repositories.find(self.catalog)
            before = catalog.visibility if catalog else ""
        return [await self._shown(each, before) for each in newest]

    async def _shown(self, evidence: Evidence, before: str) -> Failure:
        if evidence.source not in _OF_PROJECTS:  # happened in the catalog itself
            return Failure(source=evidence.source, url=evidence.url, name="")
        project = await self.projects.get(evidence.whose)
        name = RepositoryName.of(project.full_name) if project else None
        repository = await self.repositories.find(name) if name else None
        if repository is None or not may_name(of=repository.visibility, before=before):
            return Failure(source=evidence.source, url="", name="")
        return Failure(source=evidence.source, url=evidence.url, name=str(repository.name))
