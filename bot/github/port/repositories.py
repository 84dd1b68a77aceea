"""Repositories of a served organisation: what they are and what is done to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bot.github.port.names import RepositoryName


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository as GitHub describes it. ``homepage`` carries the mark of who made it."""

    id: int
    name: RepositoryName
    default_branch: str
    visibility: str
    homepage: str
    html_url: str
    archived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRepository:
    """What to create. ``homepage`` is the mark that tells our repository from another's."""

    name: RepositoryName
    description: str
    visibility: Literal["private", "internal", "public"]
    homepage: str
    properties: Mapping[str, str] = field(default_factory=dict)


class Repositories(Protocol):
    """Repositories of a served organisation."""

    async def find(self, name: RepositoryName) -> Repository | None:
        """The repository of that very name (not one a rename redirects to), or None."""
        ...

    async def create(self, new: NewRepository) -> Repository:
        """Create it with one first commit, so that git objects can follow. Raises NameTaken.

        Custom properties the organisation does not define are left out.
        """
        ...

    async def defined_properties(self, organization: str) -> frozenset[str]:
        """Names of the organisation's custom properties; raises Unavailable without them."""
        ...

    async def set_topics(self, repository: Repository, topics: Sequence[str]) -> None:
        """Replace the topics with these."""
        ...

    async def add_team(self, repository: Repository, team: str, permission: str) -> None:
        """Give a team (slug) ``pull``, ``triage``, ``push``, ``maintain`` or ``admin``."""
        ...

    async def protect_default_branch(
        self, repository: Repository, *, required_checks: Sequence[str]
    ) -> None:
        """Ensure one ruleset of ours on the default branch. Raises Unavailable."""
        ...

    async def ensure_environment(
        self, repository: Repository, environment: str, *, only_branch: str = ""
    ) -> None:
        """Ensure a deployment environment, to which workflows of that branch alone may deploy.

        Raises Unavailable where environments, or rules for their branches, are not offered.
        """
        ...

    async def delete(self, repository: Repository) -> None:
        """Delete it for good; one that is gone already is fine."""
        ...
