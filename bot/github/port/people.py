"""Who may do what, asked of GitHub at this moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from bot.github.port.names import RepositoryName


class Role(IntEnum):
    """GitHub's roles in order of power; custom roles count as the base they build on, or none."""

    NONE = 0
    READ = 1
    TRIAGE = 2
    WRITE = 3
    MAINTAIN = 4
    ADMIN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team of an organisation. ``parent`` is the slug of the team it lies in, or empty."""

    slug: str
    name: str
    parent: str = ""


class People(Protocol):
    """Who may do what, asked now."""

    async def role(self, repository: RepositoryName, login: str, *, user_id: int) -> Role:
        """The role of that very user (id and login agree); NONE when it cannot be told."""
        ...

    async def is_team_member(self, organization: str, team: str, login: str) -> bool:
        """Active member of the team (slug), directly or by a child team."""
        ...

    async def is_member(self, organization: str, login: str) -> bool:
        """Member of the organisation; False too when it cannot be told."""
        ...

    async def team_exists(self, organization: str, team: str) -> bool:
        """Whether the organisation has a team with that slug."""
        ...

    async def teams(self, organization: str) -> Sequence[Team]:
        """Every team that the App can see, in GitHub's order. Raises Forbidden."""
        ...
