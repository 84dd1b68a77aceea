"""What every part of the hub needs: the records, the clock, look-ups, who may what."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.localhub.actions.logs import JobLogs
from bot.localhub.actions.runner import Nobody, Runner
from bot.localhub.actor import Actor
from bot.localhub.changes import Changes
from bot.localhub.git.objects import GitRepository
from bot.localhub.git.repositories import GitRepositories
from bot.localhub.refusal import Refused, not_found
from bot.localhub.signed_addresses import SignedAddresses
from bot.localhub.state.apps import App, Installation
from bot.localhub.state.discussions import Comment, Issue, PullRequest
from bot.localhub.state.people import ROLE_OF_PERMISSION, Organization, Role, Team, User
from bot.localhub.state.repositories import Repository
from bot.localhub.state.world import World


class HubClock(Protocol):
    """The time, in Unix seconds."""

    def now_s(self) -> float:
        """Unix time in seconds."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A webhook that is due: for one App, already as the bytes that get signed.

    ``guid`` stays the same when it is delivered again.
    """

    guid: str
    app: App
    installation: Installation | None
    repository_id: int | None
    event: str
    action: str | None
    payload: bytes
    redelivery: bool = False


class HubCore:
    """State and look-ups. Operations and JSON shapes build on it."""

    def __init__(self, folder: Path, *, clock: HubClock, url: str = "http://localhost") -> None:
        self.folder, self.clock, self.url = folder, clock, url
        self.world = World(folder)
        self.git_repositories = GitRepositories(folder / "git")
        self.signed = SignedAddresses(folder / "addresses-key")
        self.job_logs = JobLogs(folder / "job-logs")
        self.changes = Changes()
        self.runner: Runner = Nobody()
        self.waiting_manifests: dict[str, str] = {}  # brought by a browser, not confirmed yet
        self.send: Callable[[Outgoing], None] = lambda _outgoing: None

    @property
    def api_url(self) -> str:
        """The root of the REST API."""
        return f"{self.url}/api/v3"

    def now_s(self) -> float:
        """Unix time in seconds, by the hub's clock."""
        return self.clock.now_s()

    def close(self) -> None:
        """Close files; everything is saved already."""
        self.git_repositories.close()
        self.world.close()

    # Look-ups. Each raises Refused 404 where there is nothing.

    def user(self, login: str) -> User:
        """The user or bot of that login."""
        found = self.world.users.find(login.lower())
        if found is None:
            raise not_found()
        return found

    def organization(self, login: str) -> Organization:
        """The organisation of that login."""
        found = self.world.organizations.find(login.lower())
        if found is None:
            raise not_found()
        return found

    def team(self, organization: str, slug: str) -> Team:
        """The team of that slug."""
        found = self.world.teams.find((organization.lower(), slug))
        if found is None:
            raise not_found()
        return found

    def repository(self, repository: "str | Repository") -> Repository:
        """The repository of that very ``owner/name``; old names do not count."""
        if isinstance(repository, Repository):
            return repository
        found = self.world.repositories.find(repository.lower())
        if found is None:
            raise not_found()
        return found

    def network(self, repository: Repository) -> list[Repository]:
        """The repository, its forks, and what it is a fork of: they share their objects."""
        return [one for one in self.world.repositories if one.network == repository.network]

    def issue(self, repository: "str | Repository", number: int) -> Issue:
        """An issue or pull request by its number."""
        found = self.world.issues.find((self.repository(repository).id, number))
        if found is None:
            raise not_found()
        return found

    def pull(self, repository: "str | Repository", number: int) -> Issue:
        """A pull request by its number."""
        found = self.issue(repository, number)
        if found.pull is None:
            raise not_found()
        return found

    def head_of(self, base: Repository, pull: PullRequest) -> Repository | None:
        """Where a pull request's branch is; None when that fork is gone."""
        if pull.head_repository_id is None:
            return base
        return self.world.repositories.get(pull.head_repository_id)

    def comment(self, repository: "str | Repository", comment_id: int) -> Comment:
        """A comment by its id."""
        found = self.world.comments.get(comment_id)
        if found is None or found.repository_id != self.repository(repository).id:
            raise not_found()
        return found

    def git(self, repository: Repository) -> GitRepository:
        """The repository's git objects."""
        return self.git_repositories.open(repository.id)

    # Who may what.

    def role(self, user: User, repository: Repository) -> Role:
        """A person's strongest role: by organisation, team (parents too), grant, or public."""
        organization = self.world.organizations.find(repository.owner.lower())
        granted = [ROLE_OF_PERMISSION[repository.collaborators.get(user.id, "none")]]
        granted.append(Role.NONE if repository.private else Role.READ)
        if user.login.lower() == repository.owner.lower():
            granted.append(Role.ADMIN)
        if organization is not None and user.id in organization.members:
            if organization.members[user.id] == "admin":
                return Role.ADMIN
            granted.append(ROLE_OF_PERMISSION[organization.default_permission])
            granted += self._team_roles(user, repository)
        return max(granted)

    def _team_roles(self, user: User, repository: Repository) -> list[Role]:
        roles = []
        for team in self.world.teams.of(repository.owner.lower()):
            line: Team | None = team if user.id in team.members else None
            while line is not None:
                roles.append(ROLE_OF_PERMISSION[line.repositories.get(repository.id, "none")])
                line = self.world.teams.get(line.parent_id) if line.parent_id else None
        return roles

    def team_members(self, team: Team) -> dict[int, str]:
        """User ids of a team and its child teams, with their role in it."""
        members = dict(team.members)
        for child in self.world.teams.of(team.organization.lower()):
            if child.parent_id == team.id:
                for user_id in self.team_members(child):
                    members.setdefault(user_id, "member")
        return members

    def may_see(self, actor: Actor | None, repository: Repository) -> bool:
        """Whether the actor (None: nobody in particular) may know that it exists."""
        if actor is None:
            return not repository.private
        if actor.token is None:
            return self.role(actor.user, repository) >= Role.READ
        if not repository.private:
            return True
        return self.in_scope(actor, repository)

    def in_scope(self, actor: Actor, repository: Repository) -> bool:
        """Whether an App's token reaches this repository."""
        if actor.installation is None or actor.token is None:
            return False
        if actor.installation.account.lower() != repository.owner.lower():
            return False
        chosen = actor.token.repository_ids
        narrowed = chosen is None or repository.id in chosen
        return narrowed and actor.installation.reaches(repository.id)

    def require(self, actor: Actor, repository: Repository, role: Role) -> None:
        """Raise Refused unless a person has at least ``role``.

        An App's permission was settled at the door, by the table of routes.
        """
        if actor.app is not None:
            return
        has = self.role(actor.user, repository)
        if has is Role.NONE:
            raise not_found()
        if has < role:
            raise Refused(403, f"Must have {role.word} rights to Repository.")
        if repository.archived and role > Role.READ:
            raise Refused(403, "Repository was archived so is read-only.")

    # Telling open pages.

    def tell(self, repository: Repository, what: str, *, issue: Issue | None = None) -> None:
        """Wake the pages of a repository, and of one of its issues."""
        self.changes.publish(f"repo:{repository.full_name}", what)
        if issue is not None:
            self.changes.publish(f"issue:{repository.full_name}#{issue.number}", what)
