"""The record of a project: what the organisation knows about a repository we made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from bot.store.collections import PROJECTS
from bot.store.keep import change, put
from bot.store.port import Documents, Json


class ProjectState(StrEnum):
    """ACTIVE from its registration on; UNDONE once its request was undone."""

    ACTIVE = "active"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who asked. ``corporate_identity`` is empty where single sign-on gives none."""

    id: int
    login: str
    corporate_identity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """What cost and inventory reports group by."""

    application: str
    product: str
    organization: str
    cost_center: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project; ``id`` is its repository's id as text, which survives renames."""

    id: str
    name: str
    full_name: str
    description: str
    organization: str
    author: Author
    tags: Tags
    team: str
    business_unit: str
    template: str
    template_version: str
    template_commit: str
    template_version_id: str  # of the template version it was made from
    first_commit: str  # the one that our content came with
    repository_url: str
    visibility: str
    cloud_provider: str  # empty where nothing is deployed
    image: str  # link to the newest image; empty until there is one
    last_deployment: Mapping[str, Json] | None
    state: ProjectState
    request: str  # the issue that asked for it: owner/catalog#7
    created_at_s: float
    updated_at_s: float
    settings: Mapping[str, Json] = field(default_factory=dict)

    @property
    def is_deployed(self) -> bool:
        """Whether it is made to run somewhere, and so has settings."""
        return bool(self.cloud_provider)


class ProjectRecords:
    """Projects on the ``Documents`` port."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def put(self, project: Project) -> None:
        """Save the project; saving the same again changes nothing."""
        await put(self._documents, PROJECTS.name, project.id, msgspec.to_builtins(project))

    async def change(self, id_: str, decide: Callable[[Project], Project]) -> None:
        """The project reads what ``decide`` makes of it, whatever others write meanwhile.

        ``decide`` is pure: it may be asked again. A project that is not there stays so.
        """

        def changed(known: Mapping[str, Json] | None) -> Mapping[str, Json] | None:
            if known is None:
                return None
            data: Mapping[str, Json] = msgspec.to_builtins(decide(msgspec.convert(known, Project)))
            return data

        await change(self._documents, PROJECTS.name, id_, changed)

    async def get(self, id_: str) -> Project | None:
        """The project, or None."""
        found = await self._documents.get(PROJECTS.name, id_)
        return msgspec.convert(found.data, Project) if found else None

    async def of_repository(self, full_name: str) -> Project | None:
        """The project of ``owner/name`` in any spelling, or None.

        Of several that had the name one after the other, the one that has it now.
        """
        found = await self._documents.find(PROJECTS.name, {"full_name": full_name.lower()})
        projects = [msgspec.convert(each.data, Project) for each in found]
        return max(
            projects,
            key=lambda each: (each.state is ProjectState.ACTIVE, each.created_at_s),
            default=None,
        )

    async def count_of(self, template: str) -> int:
        """How many active projects came of that template."""
        return await self._documents.count(
            PROJECTS.name, {"template": template, "state": ProjectState.ACTIVE.value}
        )

    async def of_template(
        self, template: str, *, after: str = "", limit: int = 100
    ) -> Sequence[Project]:
        """Active projects of that template in order of id."""
        found = await self._documents.find(
            PROJECTS.name,
            {"template": template, "state": ProjectState.ACTIVE.value},
            after=after,
            limit=limit,
        )
        return [msgspec.convert(each.data, Project) for each in found]

    async def page(self, *, after: str = "", limit: int = 100) -> Sequence[Project]:
        """All projects in order of id."""
        found = await self._documents.find(PROJECTS.name, {}, after=after, limit=limit)
        return [msgspec.convert(each.data, Project) for each in found]
