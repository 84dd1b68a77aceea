"""Moving refs: what may move, and what the world hears when it did."""

from collections.abc import Collection, Mapping

from bot.localhub.actor import Actor, Who, acting
from bot.localhub.git.diff import changed_paths
from bot.localhub.git.history import is_ancestor, log
from bot.localhub.git.objects import Change, GitRepository, MissingPath, Signature
from bot.localhub.operations.rules import RuleChecks
from bot.localhub.operations.suites import SuiteOperations
from bot.localhub.refusal import Refused, invalid
from bot.localhub.shapes.basics import Json, iso
from bot.localhub.shapes.git import user_of
from bot.localhub.shapes.pulls import pull as pull_shape
from bot.localhub.shapes.repositories import html_url, pushed_repository
from bot.localhub.state.discussions import Issue, PullRequest
from bot.localhub.state.people import Role, User
from bot.localhub.state.repositories import Repository
from bot.localhub.webhooks.payloads import emit

NO_COMMIT = "0" * 40
WORKFLOWS = ".github/workflows"
MOST_COMMITS_IN_PUSH = 2048  # of a push event; GitHub docs, "Webhook events and payloads"
WEB_FLOW = ("GitHub", "noreply@github.com")  # the committer of what the site itself commits


class RefOperations(SuiteOperations, RuleChecks):
    """Create, move and delete refs; commit files on a branch."""

    starts_workflows = True  # not while the scene of a test is set

    def after_push(
        self, who: Actor, repository: Repository, ref: str, before: str | None, after: str
    ) -> None:
        """A ref has moved; the operations above these start workflows."""

    def after_pull(self, who: Actor, repository: Repository, issue: Issue, action: str) -> None:
        """Something happened to a pull request; the same."""

    def create_ref(self, actor: Who, repository: str | Repository, ref: str, sha: str) -> str:
        """``refs/…`` exists and points to ``sha``. Raises Refused."""
        found = self.repository(repository)
        git = self._git_for_write(acting(actor), found)
        if git.is_empty:
            raise Refused(409, "Git Repository is empty.")
        if not ref.startswith("refs/") or ref.count("/") < 2:
            raise Refused(422, "Reference name must start with 'refs/' and have two slashes.")
        if git.kind(sha) is None:
            raise Refused(422, "Object does not exist")
        if git.ref(ref) is not None:
            raise Refused(422, "Reference already exists")
        self._move(acting(actor), found, ref, None, sha)
        return sha

    def update_ref(
        self, actor: Who, repository: str | Repository, ref: str, sha: str, *, force: bool
    ) -> str:
        """``refs/…`` points to ``sha``; without ``force`` only by a fast-forward."""
        found = self.repository(repository)
        git = self._git_for_write(acting(actor), found)
        before = git.ref(ref)
        if before is None:
            raise Refused(422, "Reference does not exist")
        if git.kind(sha) is None:
            raise Refused(422, "Object does not exist")
        forced = ref.startswith("refs/heads/") and not is_ancestor(git, before, sha)
        if forced and not force:
            raise Refused(422, "Update is not a fast forward")
        self._move(acting(actor), found, ref, before, sha, forced=forced)
        return sha

    def push_ref(
        self,
        actor: Who,
        repository: str | Repository,
        ref: str,
        before: str | None,
        after: str | None,
    ) -> None:
        """One ref of a ``git push`` moves from what the pusher saw. Raises Refused."""
        found = self.repository(repository)
        git = self._git_for_write(acting(actor), found)
        if git.ref(ref) != before:
            raise Refused(422, "fetch first")
        if after is None and ref == f"refs/heads/{found.default_branch}":
            raise Refused(422, "refusing to delete the current branch")
        moves = before is not None and after is not None and ref.startswith("refs/heads/")
        forced = moves and not is_ancestor(git, before or "", after or "")
        self._move(acting(actor), found, ref, before, after, forced=forced)

    def delete_ref(self, actor: Who, repository: str | Repository, ref: str) -> None:
        """``refs/…`` is gone."""
        found = self.repository(repository)
        git = self._git_for_write(acting(actor), found)
        before = git.ref(ref)
        if before is None:
            raise Refused(422, "Reference does not exist")
        if ref == f"refs/heads/{found.default_branch}":
            raise Refused(422, "Cannot delete the default branch")
        self._move(acting(actor), found, ref, before, None)

    def commit_files(
        self,
        actor: Who,
        repository: str | Repository,
        branch: str,
        files: Mapping[str, bytes | None],
        *,
        message: str,
        start: str | None = None,
        author: Signature | None = None,
        committer: Signature | None = None,
        executables: Collection[str] = (),
    ) -> str:
        """One commit on the branch with these files (None deletes), and its id.

        A branch that does not exist starts at commit ``start``, or with nothing in an
        empty repository. A file that exists keeps its mode; of the new ones,
        ``executables`` may be run. Raises Refused.
        """
        found, who = self.repository(repository), acting(actor)
        git = self._git_for_write(who, found)
        head = git.branch(branch)
        parent = head or start
        if parent is None and not git.is_empty:
            raise Refused(404, f"Branch {branch} not found")
        modes = {path: "100755" if path in executables else "100644" for path in files}
        changes: dict[str, Change] = {
            path: None if content is None else (modes[path], git.add_blob(content))
            for path, content in files.items()
        }
        base = git.commit(parent).tree if parent else None
        changes = {p: self._keep_mode(git, base, p, change) for p, change in changes.items()}
        try:
            tree = git.write_tree(base, changes)
        except MissingPath as gone:
            raise Refused(422, f"{gone} does not exist on {branch}") from gone
        sha = self.commit_tree(
            who,
            found,
            tree,
            parents=(parent,) if parent else (),
            message=message,
            author=author,
            committer=committer,
        )
        self._move(who, found, f"refs/heads/{branch}", head, sha)
        return sha

    def commit_tree(
        self,
        who: Actor,
        repository: Repository,
        tree: str,
        *,
        parents: tuple[str, ...],
        message: str,
        author: Signature | None = None,
        committer: Signature | None = None,
        by_site: bool = True,
    ) -> str:
        """A commit object; verified when an App names no author, or the site commits.

        Source: GitHub docs, "About commit signature verification", bots.
        """
        now_s = int(self.now_s())
        mine = signature_of(who.user, now_s)
        site = Signature(name=WEB_FLOW[0], email=WEB_FLOW[1], at_s=now_s)
        custom = author is not None or committer is not None
        return self.git(repository).add_commit(
            tree=tree,
            parents=parents,
            message=message,
            author=author or mine,
            committer=committer or author or (site if by_site else mine),
            sign=not custom and (by_site or who.app is not None),
        )

    def _git_for_write(self, who: Actor, repository: Repository) -> GitRepository:
        self.require(who, repository, Role.WRITE)
        if who.app is not None and repository.archived:
            raise Refused(403, "Repository was archived so is read-only.")
        return self.git(repository)

    @staticmethod
    def _keep_mode(git: GitRepository, base: str | None, path: str, change: Change) -> Change:
        old = git.find(base, path) if base and change else None
        if change is None or old is None or old.type != "blob":
            return change
        return (old.mode, change[1])

    def _move(
        self,
        who: Actor,
        repository: Repository,
        ref: str,
        before: str | None,
        after: str | None,
        *,
        forced: bool = False,
    ) -> None:
        git = self.git(repository)
        if ref.startswith("refs/pull/"):
            raise Refused(422, "deny updating a hidden ref")
        self.check_rules(who, repository, ref, before, after, forced=forced)
        if after is None:
            git.delete_ref(ref)
        else:
            self._check_workflows(who, repository, before, after)
            if ref.startswith("refs/heads/") and not git.branches():
                self._begin(repository, ref.removeprefix("refs/heads/"))
            try:
                git.set_ref(ref, after)
            except ValueError as bad:
                raise invalid("Reference", "ref", "invalid") from bad
        self.pushed(who, repository, ref, before, after, forced=forced)

    def _begin(self, repository: Repository, branch: str) -> None:
        """The first branch of an empty repository is its default branch."""
        if branch != repository.default_branch:
            repository.default_branch = branch
            self.world.repositories.put(repository)
            self.git(repository).set_head(branch)

    def _check_workflows(
        self, who: Actor, repository: Repository, before: str | None, after: str
    ) -> None:
        """Without ``workflows`` no App changes workflow files, however it commits."""
        if who.app is None or who.may("workflows", "write"):
            return
        git = self.git(repository)
        before = before or git.branch(repository.default_branch)
        if git.peel(after) is None:
            return
        old, new = (
            git.find(git.commit(sha).tree, WORKFLOWS) if sha else None for sha in (before, after)
        )
        if new is not None and (old is None or old.sha != new.sha):
            raise Refused(
                403,
                "Resource not accessible by integration",
                headers={"X-Accepted-GitHub-Permissions": "contents=write,workflows=write"},
            )

    def pushed(
        self,
        who: Actor,
        repository: Repository,
        ref: str,
        before: str | None,
        after: str | None,
        *,
        forced: bool = False,
    ) -> None:
        """Everybody hears that a ref has moved: Apps, open pull requests, check suites."""
        repository.pushed_at_s = repository.updated_at_s = self.now_s()
        self.world.repositories.put(repository)
        short = ref.removeprefix("refs/heads/").removeprefix("refs/tags/")
        kind = "tag" if ref.startswith("refs/tags/") else "branch"
        if before is None or after is None:
            about: Json = {"ref": short, "ref_type": kind, "pusher_type": "user"}
            if before is None:
                about |= {"master_branch": repository.default_branch, "description": None}
            event = "create" if before is None else "delete"
            emit(self, event, None, about, sender=who, repository=repository)
        emit(
            self,
            "push",
            None,
            lambda: self._push(who, repository, ref, before, after, forced=forced),
            sender=who,
            repository=repository,
        )
        if kind == "branch" and after is not None:
            self._follow_pulls(who, repository, short, after)
            self.request_checks(who, repository, short, before, after)
        if after is not None and self.starts_workflows:
            self.after_push(who, repository, ref, before, after)
        self.tell(repository, "push")

    def _push(
        self,
        who: Actor,
        repository: Repository,
        ref: str,
        before: str | None,
        after: str | None,
        *,
        forced: bool,
    ) -> Json:
        git, page = self.git(repository), html_url(self, repository)
        head = git.peel(after) if after else None
        known = before or git.branch(repository.default_branch)
        without = known if known != head else (before or None)
        new = list(log(git, head, without=without))[:MOST_COMMITS_IN_PUSH][::-1] if head else []
        commits = [self._pushed_commit(repository, commit.sha) for commit in new]
        newest = commits[-1] if commits and commits[-1]["id"] == head else None
        return {
            "repository": pushed_repository(self, repository),
            "ref": ref,
            "before": before or NO_COMMIT,
            "after": after or NO_COMMIT,
            "base_ref": None,
            "created": before is None,
            "deleted": after is None,
            "forced": forced,
            "compare": f"{page}/compare/{(before or NO_COMMIT)[:12]}...{(after or NO_COMMIT)[:12]}",
            "commits": commits,
            "head_commit": newest or (self._pushed_commit(repository, head) if head else None),
            "pusher": {"name": who.user.login, "email": signature_of(who.user, 0).email},
        }

    def _pushed_commit(self, repository: Repository, sha: str) -> Json:
        git = self.git(repository)
        commit = git.commit(sha)
        before = git.commit(commit.parents[0]).tree if commit.parents else None
        files = changed_paths(git, before, commit.tree)
        return {
            "id": sha,
            "tree_id": commit.tree,
            "distinct": True,
            "message": commit.message,
            "timestamp": iso(commit.committer.at_s),
            "url": f"{html_url(self, repository)}/commit/{sha}",
            "author": self._pusher(commit.author),
            "committer": self._pusher(commit.committer),
            **{
                word: [path for path, status in files.items() if status == word]
                for word in ("added", "removed", "modified")
            },
        }

    def _pusher(self, signature: Signature) -> Json:
        """A name and address, with the account where the address belongs to one."""
        account = user_of(self, signature)
        known = {"username": account.login} if account else {}
        return {"name": signature.name, "email": signature.email} | known

    def _follow_pulls(self, who: Actor, repository: Repository, branch: str, head: str) -> None:
        """Open pull requests from the branch, to forks and from them too, have the new head."""
        for base in self.network(repository):
            fork_id = None if base.id == repository.id else repository.id
            for issue in self.world.issues.of(base.id):
                if issue.pull is None or issue.state != "open":
                    continue
                here = (issue.pull.head_repository_id, issue.pull.head_ref) == (fork_id, branch)
                if here and issue.pull.head_sha != head:
                    self._follow(who, base, issue, issue.pull, head)

    def _follow(
        self, who: Actor, base: Repository, issue: Issue, pull: PullRequest, head: str
    ) -> None:
        before, pull.head_sha = pull.head_sha, head
        issue.updated_at_s = self.now_s()
        self.world.issues.put(issue)
        self.git(base).set_ref(f"refs/pull/{issue.number}/head", head)
        about = {
            "number": issue.number,
            "before": before,
            "after": head,
            "pull_request": pull_shape(self, base, issue),
        }
        emit(self, "pull_request", "synchronize", about, sender=who, repository=base)
        self.tell(base, "synchronize", issue=issue)
        self.after_pull(who, base, issue, "synchronize")


def signature_of(user: User, at_s: int) -> Signature:
    """How an account signs commits: with GitHub's no-reply address."""
    email = f"{user.id}+{user.login}@users.noreply.github.com"
    return Signature(name=user.name, email=email, at_s=at_s)
