"""What each kind of work may touch on GitHub: one table, and nothing more is ever asked for.

A token is minted for repositories and permissions, so a stolen one opens little.
Each entry says which endpoints need it. Source of the needs: GitHub docs,
"Permissions required for GitHub Apps" (github-facts, section 1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.github.port import Repository, RepositoryName

LEVELS = ("read", "write", "admin")

Permissions = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a token is for. ``repositories`` None means the whole installation.

    ``if_granted`` is added as far as the installation has it: an owner who has not
    accepted a new permission yet must not stop what needs only the old ones.
    """

    repositories: tuple[RepositoryName | int, ...] | None
    permissions: Permissions
    if_granted: Permissions = ()

    @classmethod
    def of(
        cls,
        repositories: Sequence[RepositoryName | int] | None,
        permissions: Mapping[str, str],
        *,
        if_granted: Mapping[str, str] | None = None,
    ) -> "Scope":
        """The scope; the same repositories and permissions give an equal one."""
        return cls(
            None if repositories is None else tuple(repositories),
            tuple(sorted(permissions.items())),
            tuple(sorted((if_granted or {}).items())),
        )

    def body(self, granted: Mapping[str, str]) -> dict[str, Any]:
        """The request's body for an installation that has these permissions."""
        extra = {name: level for name, level in self.if_granted if _covers(granted, name, level)}
        body: dict[str, Any] = {"permissions": dict(self.permissions) | extra}
        if self.repositories is not None:
            ids = [each for each in self.repositories if isinstance(each, int)]
            names = [each.name for each in self.repositories if isinstance(each, RepositoryName)]
            body |= {"repository_ids": ids} if ids else {}
            body |= {"repositories": names} if names else {}
        return body


def _covers(granted: Mapping[str, str], name: str, level: str) -> bool:
    has = granted.get(name)
    return has in LEVELS and LEVELS.index(has) >= LEVELS.index(level)


# Looking around: a repository by name (metadata), somebody's role in it (metadata), teams
# and their members (members), the custom properties that are defined.
LOOKING = Scope.of(
    None,
    {"metadata": "read", "members": "read"},
    if_granted={"organization_custom_properties": "read"},
)

# Creating a repository: it has no id yet, so nothing narrower exists.
CREATING = Scope.of(
    None,
    {"administration": "write"},
    if_granted={"repository_custom_properties": "write"},
)


def thread(repository: RepositoryName) -> Scope:
    """Issues, comments, labels and reactions of a repository, and reading its files."""
    return Scope.of(
        (repository,),
        {"issues": "write", "contents": "read"},
        if_granted={"pull_requests": "write"},  # comments on pull requests need one of the two
    )


def writing(repository: RepositoryName, *, workflows: bool) -> Scope:
    """A commit on a branch; touching workflow files needs a permission of its own."""
    extra = {"workflows": "write"} if workflows else {}
    return Scope.of((repository,), {"contents": "write"} | extra)


def checking(repository: RepositoryName) -> Scope:
    """Check runs of a repository, and nothing else."""
    return Scope.of((repository,), {"checks": "write"})


def reviewing(repository: RepositoryName) -> Scope:
    """Reading pull requests, their reviews and commits."""
    return Scope.of((repository,), {"pull_requests": "read", "contents": "read"})


def proposing(repository: RepositoryName) -> Scope:
    """Opening pull requests and editing their text."""
    return Scope.of((repository,), {"pull_requests": "write", "contents": "read"})


def running(repository: RepositoryName) -> Scope:
    """Asking for workflow runs and reading them."""
    return Scope.of((repository,), {"actions": "write"})


def deploying(repository: RepositoryName) -> Scope:
    """Making deployments, and hearing and saying how they go."""
    return Scope.of((repository,), {"deployments": "write"})


def project(repository: Repository) -> Scope:
    """Everything that setting up one repository takes, under one token.

    One scope and not one a step: a form's whole way to a repository may cost 14
    requests, and each scope costs a request for its token. It opens that one
    repository, by id, so not another that takes its name later: its content and
    workflows, its teams, ruleset, environments and topics (administration; members
    to read the team), and its check run.
    """
    return Scope.of(
        (repository.id,),
        {
            "administration": "write",
            "checks": "write",
            "contents": "write",
            "members": "read",
            "workflows": "write",
        },
    )
