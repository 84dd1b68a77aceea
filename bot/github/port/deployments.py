"""Deployments as GitHub keeps them: one commit to one environment, and what is said of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.github.port.names import RepositoryName


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDeployment:
    """What to create. ``run`` and ``action`` become the payload that whoever deploys reads."""

    commit: str
    environment: str
    run: str
    action: str
    description: str
    production: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentStatus:
    """One word of whoever deploys; later ones have greater ids. Texts are a stranger's."""

    id: int
    state: str
    description: str
    environment_url: str
    log_url: str
    told_at_s: float


class Deployments(Protocol):
    """Deployments of a repository."""

    async def create(self, repository: RepositoryName, new: NewDeployment) -> int:
        """Create it without merging anything and without waiting for checks; its id.

        Raises Rejected where GitHub does not know the commit.
        """
        ...

    async def find(
        self, repository: RepositoryName, *, commit: str, environment: str, run: str
    ) -> int | None:
        """The id of the deployment that carries our run in its payload, or None."""
        ...

    async def statuses(
        self, repository: RepositoryName, deployment: int
    ) -> Sequence[DeploymentStatus]:
        """What was said of it, newest first, at most a hundred. Raises NotFound."""
        ...

    async def add_status(
        self, repository: RepositoryName, deployment: int, *, state: str, description: str
    ) -> None:
        """Say something of it ourselves; ``description`` has at most 140 characters."""
        ...
