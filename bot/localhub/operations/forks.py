"""Forks: a person's or another organisation's copy that shares the git objects."""

from bot.localhub.actor import Actor, Who, acting
from bot.localhub.operations.repositories import RepositoryOperations
from bot.localhub.refusal import Refused
from bot.localhub.shapes.repositories import DEFAULT_FLAGS, full_repository
from bot.localhub.state.people import Role
from bot.localhub.state.repositories import Repository
from bot.localhub.webhooks.payloads import emit


class ForkOperations(RepositoryOperations):
    """Make forks and find them."""

    def fork(
        self,
        actor: Who,
        repository: str | Repository,
        *,
        organization: str | None = None,
        name: str | None = None,
        default_branch_only: bool = False,
    ) -> Repository:
        """The actor's fork, in their own account or an organisation's; the one that is there.

        Its branches start where the repository's are. Raises Refused 403 for a private
        repository that does not allow forks, or for no right to the account.
        """
        found, who = self.repository(repository), acting(actor)
        self.require(who, found, Role.READ)
        self._check_forkable(who, found)
        owner = self._owner_of_fork(who, organization)
        known = self.fork_of(found, owner)
        if known is not None:
            return known
        made = self._make_fork(who, found, owner, self._free_fork_name(owner, name or found.name))
        self._copy_refs(found, made, default_branch_only=default_branch_only)
        about = {"forkee": full_repository(self, made) | {"public": not made.private}}
        emit(self, "fork", None, about, sender=who, repository=found)
        emit(self, "repository", "created", {}, sender=who, repository=made)
        self.tell(found, "fork")
        return made

    def fork_of(self, repository: Repository, owner: str) -> Repository | None:
        """What that account has of the repository's network, if it is another repository."""
        for one in self.network(repository):
            if one.owner.lower() == owner.lower() and one.id != repository.id:
                return one
        return None

    def may_fork(self, repository: Repository) -> bool:
        """Whether those who read it may fork it: public ones always, others when they say so."""
        allowed = repository.flags.get("allow_forking", DEFAULT_FLAGS["allow_forking"])
        return not repository.private or allowed

    def _check_forkable(self, who: Actor, repository: Repository) -> None:
        if not self.may_fork(repository):
            raise Refused(403, "The repository exists, but forking is disabled.")
        if self.git(repository).is_empty:
            raise Refused(403, "The repository exists, but it contains no Git content.")
        if who.app is not None and not who.may("contents", "read"):
            raise Refused(403, "Resource not accessible by integration")

    def _owner_of_fork(self, who: Actor, organization: str | None) -> str:
        if organization is None:
            if who.app is not None:
                raise Refused(403, "Resource not accessible by integration")
            return who.user.login
        owner = self.organization(organization)
        if who.app is None and who.user.id not in owner.members:
            raise Refused(403, "You need to be a member of the organization.")
        reached = who.installation.account if who.installation else ""
        if who.app is not None and reached.lower() != owner.login.lower():
            raise Refused(403, "Resource not accessible by integration")
        return owner.login

    def _free_fork_name(self, owner: str, name: str) -> str:
        """The name, or with a number behind it where the account has that name already."""
        wanted, number = name, 1
        while self.world.repositories.find(f"{owner}/{wanted}".lower()) is not None:
            wanted, number = f"{name}-{number}", number + 1
        return self.free_name(owner, wanted)

    def _make_fork(self, who: Actor, found: Repository, owner: str, name: str) -> Repository:
        made = Repository(
            id=self.world.next_id(),
            owner=owner,
            name=name,
            visibility="private" if found.visibility == "internal" else found.visibility,
            description=found.description,
            homepage=found.homepage,
            default_branch=found.default_branch,
            flags={"has_issues": False},
            parent_id=found.id,
            network_id=found.network,
            created_at_s=self.now_s(),
            updated_at_s=self.now_s(),
            pushed_at_s=found.pushed_at_s,
        )
        self.git_repositories.fork(found.id, made.id, default_branch=found.default_branch)
        self.add_made(who, made)
        return made

    def _copy_refs(self, found: Repository, made: Repository, *, default_branch_only: bool) -> None:
        source, target = self.git(found), self.git(made)
        chosen = {f"refs/heads/{found.default_branch}": source.branch(found.default_branch)}
        if not default_branch_only:
            chosen |= source.refs("refs/heads/") | source.refs("refs/tags/")
        for ref, sha in chosen.items():
            if sha is not None:
                target.set_ref(ref, sha)
