"""Pull requests between branches of one repository, or from a fork."""

from bot.localhub.actor import Actor, Who, acting
from bot.localhub.git.merge import Conflict, merged_tree
from bot.localhub.operations.issues import checked_body, checked_title
from bot.localhub.operations.reactions import ReactionOperations
from bot.localhub.operations.refs import WORKFLOWS
from bot.localhub.refusal import Refused, invalid
from bot.localhub.shapes.pulls import commits, files, pull_of
from bot.localhub.shapes.repositories import DEFAULT_FLAGS
from bot.localhub.state.discussions import Issue, IssueState, PullRequest
from bot.localhub.state.people import Role
from bot.localhub.state.repositories import Repository

METHOD_FLAG = {
    "merge": "allow_merge_commit",
    "squash": "allow_squash_merge",
    "rebase": "allow_rebase_merge",
}


class PullOperations(ReactionOperations):
    """Open, change and merge pull requests."""

    def create_pull_request(
        self,
        actor: Who,
        repository: str | Repository,
        *,
        title: str,
        head: str,
        base: str,
        body: str = "",
        draft: bool = False,
    ) -> Issue:
        """A new pull request. ``head`` is a branch, or ``owner:branch`` for one of a fork."""
        found, who = self.repository(repository), acting(actor)
        self.require(who, found, Role.READ)
        if found.archived:
            raise Refused(403, "Repository was archived so is read-only.")
        branch, source = head.rpartition(":")[2], self.head_repository(who, found, head)
        head_sha = self.git(source).branch(branch) if source else None
        base_sha = self.git(found).branch(base)
        if source is None or head_sha is None:
            raise invalid("PullRequest", "head", "invalid")
        if base_sha is None:
            raise invalid("PullRequest", "base", "invalid")
        fork = source if source.id != found.id else None
        if self.pull_between(found, fork, branch, base) is not None:
            problem = f"A pull request already exists for {source.owner}:{branch}."
            raise invalid("PullRequest", "base", "custom", problem)
        made = Issue(
            id=self.world.next_id(),
            repository_id=found.id,
            number=found.last_number + 1,
            title=checked_title(title),
            body=checked_body(body, "PullRequest"),
            author_id=who.user.id,
            app_id=who.app.id if who.app else None,
            pull=PullRequest(
                head_ref=branch,
                head_sha=head_sha,
                base_ref=base,
                base_sha=base_sha,
                head_repository_id=fork.id if fork else None,
                head_owner=fork.owner if fork else "",
                draft=draft,
            ),
            created_at_s=self.now_s(),
            updated_at_s=self.now_s(),
        )
        if not commits(self, found, made):
            problem = f"No commits between {base} and {branch}"
            raise invalid("PullRequest", "base", "custom", problem)
        self.next_number(found)
        self.world.issues.put(made)
        self.git(found).set_ref(f"refs/pull/{made.number}/head", head_sha)
        self.tell_issue(who, found, made, "opened")
        return made

    def head_repository(self, who: Actor, base: Repository, head: str) -> Repository | None:
        """Where ``branch`` or ``owner:branch`` is: the repository itself, or somebody's fork.

        None for a repository that is not there or that the asker may not see.
        """
        owner = head.rpartition(":")[0]
        if owner.lower() in {"", base.owner.lower()}:
            return base
        found = self.fork_of(base, owner)
        seen = found is not None and (who.app is not None or self.may_see(who, found))
        return found if seen else None

    def pull_between(
        self, repository: Repository, fork: Repository | None, head: str, base: str
    ) -> Issue | None:
        """The open pull request of these branches, or None. ``fork`` None: of one repository."""
        wanted = (fork.id if fork else None, head, base)
        for issue in self.open_pulls(repository):
            pull = pull_of(issue)
            if (pull.head_repository_id, pull.head_ref, pull.base_ref) == wanted:
                return issue
        return None

    def open_pulls(self, repository: str | Repository) -> list[Issue]:
        """Open pull requests, oldest first."""
        found = self.repository(repository)
        return [i for i in self.world.issues.of(found.id) if i.pull and i.state == "open"]

    def update_pull_request(
        self,
        actor: Who,
        repository: str | Repository,
        number: int,
        *,
        title: str | None = None,
        body: str | None = None,
        state: IssueState | None = None,
        base: str | None = None,
    ) -> Issue:
        """The pull request with what is given (None: as it was). Raises Refused."""
        found = self.repository(repository)
        issue = self.pull(found, number)
        pull = pull_of(issue)
        if base is not None and base != pull.base_ref:
            base_sha = self.git(found).branch(base)
            if base_sha is None or issue.state == "closed":
                raise invalid("PullRequest", "base", "invalid")
            pull.base_ref, pull.base_sha = base, base_sha
        if state == "open" and issue.state == "closed":
            source = self.head_of(found, pull)
            head = self.git(source).branch(pull.head_ref) if source else None
            if head is None:
                problem = f"state cannot be changed. The {pull.head_ref} branch was deleted."
                raise invalid("PullRequest", "state", "custom", problem)
            pull.head_sha = head
        return self.update_issue(actor, found, number, title=title, body=body, state=state)

    def merge_pull_request(
        self,
        actor: Who,
        repository: str | Repository,
        number: int,
        *,
        method: str = "merge",
        title: str | None = None,
        message: str | None = None,
        sha: str | None = None,
    ) -> str:
        """Merged; the id of the commit on the base branch. Raises Refused 403, 405, 409, 422.

        ``sha`` is the head that the merger has seen: another one is refused.
        """
        found, who = self.repository(repository), acting(actor)
        self.require(who, found, Role.WRITE)
        issue = self.pull(found, number)
        pull = pull_of(issue)
        self._check_mergeable(found, issue, method, sha)
        base = self.git(found).branch(pull.base_ref)
        ref = f"refs/heads/{pull.base_ref}"
        if base is None:
            raise Refused(405, "Pull Request is not mergeable")
        self._check_merge_rules(who, found, ref, base, issue)
        self._check_workflow_merge(who, found, issue)
        tree = self._merged_tree(found, base, pull.head_sha)
        owner = pull.head_owner or found.owner
        default = f"Merge pull request #{number} from {owner}/{pull.head_ref}"
        first = title or (f"{issue.title} (#{number})" if method == "squash" else default)
        text = message if message is not None else (issue.title if method == "merge" else "")
        made = self.commit_tree(
            who,
            found,
            tree,
            parents=(base,) if method == "squash" else (base, pull.head_sha),
            message=f"{first}\n\n{text}".strip(),
        )
        pull.merged_at_s, pull.merged_by_id, pull.merge_sha = self.now_s(), who.user.id, made
        pull.base_sha = base
        issue.state, issue.closed_at_s, issue.closed_by_id = "closed", self.now_s(), who.user.id
        issue.updated_at_s = self.now_s()
        self.world.issues.put(issue)
        self.git(found).set_ref(ref, made)
        self.pushed(who, found, ref, base, made)
        self.tell_issue(who, found, issue, "closed")
        if found.flags.get("delete_branch_on_merge") and pull.head_repository_id is None:
            self.delete_ref(who, found, f"refs/heads/{pull.head_ref}")
        return made

    def _check_mergeable(
        self, repository: Repository, issue: Issue, method: str, sha: str | None
    ) -> None:
        pull = pull_of(issue)
        if pull.merged or issue.state == "closed":
            raise Refused(405, "Pull Request is not mergeable")
        if pull.draft:
            raise Refused(405, "Pull Request is still a draft")
        if sha is not None and sha != pull.head_sha:
            raise Refused(409, "Head branch was modified. Review and try the merge again.")
        flag = METHOD_FLAG.get(method, "")
        if not repository.flags.get(flag, DEFAULT_FLAGS.get(flag, False)):
            raise Refused(405, f"{method.capitalize()} merges are not allowed on this repository.")

    def _check_merge_rules(
        self, who: Actor, repository: Repository, ref: str, base: str, issue: Issue
    ) -> None:
        pull = pull_of(issue)
        try:
            self.check_rules(who, repository, ref, base, pull.head_sha, merging=issue)
        except Refused as broken:
            raise Refused(405, broken.message) from broken

    def _check_workflow_merge(self, who: Actor, repository: Repository, issue: Issue) -> None:
        if who.app is None or who.may("workflows", "write"):
            return
        changed = (file.path for file in files(self, repository, issue))
        if any(path.startswith(f"{WORKFLOWS}/") for path in changed):
            raise Refused(403, "Resource not accessible by integration")

    def _merged_tree(self, repository: Repository, base: str, head: str) -> str:
        try:
            return merged_tree(self.git(repository), base, head)
        except Conflict as conflict:
            raise Refused(405, "Pull Request has merge conflicts") from conflict
