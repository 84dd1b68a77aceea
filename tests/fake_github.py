"""A GitHub in memory behind the bot's ports, for tests of the services alone.

It holds state, and tests ask what is true in it. Journeys use the local GitHub
over HTTP instead.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from bot.errors import Unavailable
from bot.github.port import (
    Attempt,
    Attempts,
    CheckRun,
    Comment,
    Commit,
    DeploymentStatus,
    File,
    GitHub,
    Issue,
    Job,
    NameTaken,
    NewDeployment,
    NewRepository,
    NotFound,
    PullRequest,
    Rejected,
    Repository,
    RepositoryName,
    Review,
    Role,
    Stale,
    Team,
    Tree,
    TreeEntry,
    WorkflowRun,
    WrittenComment,
)
from bot.github.port.checks import Place
from bot.github.tree_plan import blob_id, tree_id

COMMITTED_AT_S = 1_600_000_000.0


@dataclass
class FakeGitHub:
    """Everything in dictionaries. ``before`` may raise at any call, named by its method."""

    before: Callable[[str], None] = lambda _call: None
    after: Callable[[str], None] = lambda _call: None
    repositories: dict[str, Repository] = field(default_factory=dict)
    properties: dict[str, dict[str, str]] = field(default_factory=dict)
    defined: frozenset[str] | None = frozenset({"team", "cost_center"})
    topics: dict[str, list[str]] = field(default_factory=dict)
    team_access: dict[str, dict[str, str]] = field(default_factory=dict)
    protected: set[str] = field(default_factory=set)
    rulesets_offered: bool = True
    environments: dict[str, list[str]] = field(default_factory=dict)
    trees: dict[str, dict[str, File]] = field(default_factory=dict)  # commit id → files
    links: dict[str, dict[str, str]] = field(default_factory=dict)  # commit id → path → target
    heads: dict[str, str] = field(default_factory=dict)
    grown: set[str] = field(default_factory=set)  # commits that have a parent
    issues: dict[str, dict[int, Issue]] = field(default_factory=dict)
    vanished: set[str] = field(default_factory=set)  # repositories that answer 404
    comments: dict[int, tuple[str, int, str]] = field(default_factory=dict)
    reactions: dict[int, set[str]] = field(default_factory=dict)
    reaction_counts: dict[int, dict[str, int]] = field(default_factory=dict)
    labels: dict[str, set[str]] = field(default_factory=dict)
    checks: dict[int, CheckRun] = field(default_factory=dict)
    roles: dict[tuple[str, str], Role] = field(default_factory=dict)
    teams: dict[str, set[str]] = field(default_factory=dict)
    members: set[str] = field(default_factory=set)
    pulls: dict[int, PullRequest] = field(default_factory=dict)
    reviews: dict[int, list[Review]] = field(default_factory=dict)
    branches: dict[str, dict[str, File]] = field(default_factory=dict)  # beside the default one
    branch_heads: dict[tuple[str, str], str] = field(default_factory=dict)  # those with history
    pull_branches: dict[int, tuple[str, str]] = field(default_factory=dict)  # of our own pulls
    pull_bodies: dict[int, str] = field(default_factory=dict)
    workflow_runs: dict[int, WorkflowRun] = field(default_factory=dict)
    dispatched: dict[int, dict[str, str]] = field(default_factory=dict)  # the inputs of a run
    jobs: dict[int, list[Job]] = field(default_factory=dict)
    missing_workflows: set[str] = field(default_factory=set)  # files that somebody removed
    run_ids_told: bool = True  # whether a dispatch answers with the id of the run
    refs: dict[str, str] = field(default_factory=dict)  # heads/x, tags/x → commit
    strange: set[str] = field(default_factory=set)  # commits that are not on the default branch
    deployments: dict[int, NewDeployment] = field(default_factory=dict)
    statuses: dict[int, list[DeploymentStatus]] = field(default_factory=dict)
    written: list[WrittenComment] = field(default_factory=list)  # by people, in any order
    hook: "FakeHook" = field(default_factory=lambda: FakeHook())  # noqa: PLW0108 - it is defined below
    calls: list[str] = field(default_factory=list)
    _next: int = 100

    def bundle(self) -> GitHub:
        """The ports over this state."""
        return GitHub(
            repositories=_Repositories(self),
            contents=_Contents(self),
            issues=_Issues(self),
            checks=_Checks(self),
            people=_People(self),
            pull_requests=_PullRequests(self),
            actions=_Actions(self),
            deployments=_Deployments(self),
            hook=self.hook,
        )

    def next(self) -> int:
        self._next += 1
        return self._next

    def enter(self, call: str) -> None:
        self.calls.append(call)
        self.before(call)

    def put(self, name: str, files: Sequence[File], *, parent: str = "") -> str:
        """A commit on the repository's default branch; returns its id."""
        content = repr(sorted((f.path, f.content, f.executable) for f in files)) + parent
        commit = hashlib.sha1(content.encode(), usedforsecurity=False).hexdigest()
        if parent:
            self.grown.add(commit)
        self.trees[commit] = {file.path: file for file in files}
        self.heads[name.lower()] = commit
        return commit

    def add_repository(self, name: str, files: Sequence[File] = ()) -> Repository:
        """A repository that somebody else made."""
        owner, _, short = name.partition("/")
        made = Repository(
            id=self.next(),
            name=RepositoryName(owner, short),
            default_branch="main",
            visibility="private",
            homepage="",
            html_url=f"https://github.test/{name}",
            archived=False,
        )
        self.repositories[name.lower()] = made
        self.put(name, files)
        return made

    def move_branch(self, name: str, branch: str, commit: str) -> None:
        """A branch beside the default one points to the commit, and so do its pull requests."""
        self.branch_heads[name, branch] = commit
        for number, place in self.pull_branches.items():
            if place == (name, branch):
                self.pulls[number] = replace(self.pulls[number], head_sha=commit)

    def say(self, deployment: int, state: str, description: str = "") -> DeploymentStatus:
        """A status of a deployment, as whoever deploys writes it; the bot has not heard it."""
        made = DeploymentStatus(
            id=self.next(),
            state=state,
            description=description,
            environment_url="",
            log_url="",
            told_at_s=COMMITTED_AT_S,
        )
        self.statuses.setdefault(deployment, []).append(made)
        return made

    def texts(self, name: str, number: int) -> list[str]:
        """The comments of a thread, oldest first."""
        return [body for where, n, body in self.comments.values() if (where, n) == (name, number)]


@dataclass
class _Repositories:
    hub: FakeGitHub

    async def find(self, name: RepositoryName) -> Repository | None:
        self.hub.enter("repositories.find")
        return self.hub.repositories.get(str(name).lower())

    async def create(self, new: NewRepository) -> Repository:
        self.hub.enter("repositories.create")
        if str(new.name).lower() in self.hub.repositories:
            raise NameTaken(str(new.name))
        made = replace(self.hub.add_repository(str(new.name)), homepage=new.homepage)
        self.hub.repositories[str(new.name).lower()] = made
        self.hub.properties[str(new.name)] = dict(new.properties)
        self.hub.after("repositories.create")
        return made

    async def defined_properties(self, organization: str) -> frozenset[str]:
        self.hub.enter("repositories.defined_properties")
        if self.hub.defined is None:
            raise Unavailable("custom properties", change="Upgrade.")
        return self.hub.defined

    async def set_topics(self, repository: Repository, topics: Sequence[str]) -> None:
        self.hub.enter("repositories.set_topics")
        self.hub.topics[str(repository.name)] = list(topics)

    async def add_team(self, repository: Repository, team: str, permission: str) -> None:
        self.hub.enter("repositories.add_team")
        if team not in self.hub.teams:
            raise NotFound(team)
        self.hub.team_access.setdefault(str(repository.name), {})[team] = permission

    async def protect_default_branch(
        self, repository: Repository, *, required_checks: Sequence[str]
    ) -> None:
        self.hub.enter("repositories.protect_default_branch")
        if not self.hub.rulesets_offered:
            raise Unavailable("rulesets for private repositories", change="Upgrade the plan.")
        self.hub.protected.add(str(repository.name))

    async def ensure_environment(
        self, repository: Repository, environment: str, *, only_branch: str = ""
    ) -> None:
        self.hub.enter("repositories.ensure_environment")
        made = self.hub.environments.setdefault(str(repository.name), [])
        if environment not in made:
            made.append(environment)

    async def delete(self, repository: Repository) -> None:
        self.hub.enter("repositories.delete")
        self.hub.repositories.pop(str(repository.name).lower(), None)
        self.hub.after("repositories.delete")


@dataclass
class _Contents:
    hub: FakeGitHub

    async def head(self, repository: RepositoryName, branch: str) -> str:
        self.hub.enter("contents.head")
        if (str(repository).lower(), branch) in self.hub.branch_heads:
            return self.hub.branch_heads[str(repository).lower(), branch]
        if str(repository).lower() not in self.hub.heads:
            raise NotFound(branch)
        return self.hub.heads[str(repository).lower()]

    async def commit_of(self, repository: RepositoryName, ref: str) -> Commit:
        self.hub.enter("contents.commit_of")
        if ref == "heads/main":
            return Commit(id=await self.head(repository, "main"), committed_at_s=COMMITTED_AT_S)
        known = {*self.hub.trees, *self.hub.refs.values()}
        found = self.hub.refs.get(ref) or next((one for one in known if one.startswith(ref)), None)
        if found is None:
            raise NotFound(ref)
        return Commit(id=found, committed_at_s=COMMITTED_AT_S)

    async def branch_holds(self, repository: RepositoryName, branch: str, commit: str) -> bool:
        self.hub.enter("contents.branch_holds")
        return commit not in self.hub.strange

    async def has_grown(self, repository: RepositoryName, branch: str) -> bool:
        self.hub.enter("contents.has_grown")
        return await self.head(repository, branch) in self.hub.grown

    async def first_commit(
        self,
        repository: Repository,
        files: Sequence[File],
        *,
        message: str,
        look_first: bool = False,
    ) -> str:
        self.hub.enter("contents.first_commit")
        commit = self.hub.put(str(repository.name), files)
        self.hub.after("contents.first_commit")
        return commit

    async def commit(
        self,
        repository: RepositoryName,
        branch: str,
        files: Sequence[File],
        *,
        deleted: Sequence[str] = (),
        message: str,
        parent: str,
        base_tree: str = "",
    ) -> str:
        self.hub.enter("contents.commit")
        name = str(repository).lower()
        default = self.hub.heads[name]
        if self.hub.branch_heads.get((name, branch), default) != parent:
            raise Stale(branch)
        tree = {**self.hub.trees[parent], **{file.path: file for file in files}}
        kept = [file for path, file in tree.items() if path not in deleted]
        made = self.hub.put(str(repository), kept, parent=parent)
        if (name, branch) in self.hub.branch_heads:
            self.hub.heads[name] = default
            self.hub.move_branch(name, branch, made)
        self.hub.after("contents.commit")
        return made

    async def point_branch(
        self, repository: RepositoryName, branch: str, commit: str, *, move: bool = True
    ) -> None:
        self.hub.enter("contents.point_branch")
        name = str(repository).lower()
        if move or (name, branch) not in self.hub.branch_heads:
            self.hub.move_branch(name, branch, commit)
        self.hub.after("contents.point_branch")

    async def branch_of(
        self, repository: RepositoryName, branch: str, files: Sequence[File], *, message: str
    ) -> str:
        self.hub.enter("contents.branch_of")
        self.hub.branches[branch] = {file.path: file for file in files}
        return tree_id(files)

    async def delete_branch(self, repository: RepositoryName, branch: str) -> None:
        self.hub.enter("contents.delete_branch")
        self.hub.branches.pop(branch, None)

    async def merge_base(self, repository: RepositoryName, base: str, head: str) -> str:
        self.hub.enter("contents.merge_base")
        return base

    async def tree(self, repository: RepositoryName, ref: str) -> Tree:
        self.hub.enter("contents.tree")
        if ref not in self.hub.trees:
            raise NotFound(ref)
        listed = _tree([*self.hub.trees[ref].values()])
        links = {
            path: TreeEntry(path, "link", blob_id(target.encode()))
            for path, target in self.hub.links.get(ref, {}).items()
        }
        return replace(listed, entries={**listed.entries, **links})

    async def read_file(self, repository: RepositoryName, path: str, *, ref: str) -> bytes:
        self.hub.enter("contents.read_file")
        found = self.hub.trees.get(ref, {}).get(path)
        if found is None:
            raise NotFound(path)
        return found.content

    async def read_blob(self, repository: RepositoryName, blob: str) -> bytes:
        self.hub.enter("contents.read_blob")
        for files in self.hub.trees.values():
            for file in files.values():
                if blob_id(file.content) == blob:
                    return file.content
        raise NotFound(blob)

    async def read_folder(
        self, repository: RepositoryName, folder: str, *, ref: str, leave: float = 0.0
    ) -> Sequence[File]:
        self.hub.enter("contents.read_folder")
        files = [
            replace(file, path=path.removeprefix(f"{folder}/"))
            for path, file in self.hub.trees.get(ref, {}).items()
            if path.startswith(f"{folder}/")
        ]
        if not files:
            raise NotFound(folder)
        return files


@dataclass
class _Issues:
    hub: FakeGitHub

    async def get(self, repository: RepositoryName, number: int) -> Issue:
        self.hub.enter("issues.get")
        return self.hub.issues[str(repository)][number]

    async def create(
        self, repository: RepositoryName, *, title: str, body: str, labels: Sequence[str]
    ) -> Issue:
        self.hub.enter("issues.create")
        if str(repository) in self.hub.vanished:
            raise NotFound(str(repository))
        issues = self.hub.issues.setdefault(str(repository), {})
        number = len(issues) + 1
        issues[number] = Issue(
            number=number,
            title=title,
            body=body,
            state="open",
            author_id=1,
            author="paved-road[bot]",
            labels=tuple(labels),
            html_url=f"https://github.test/{repository}/issues/{number}",
        )
        self.hub.after("issues.create")
        return issues[number]

    async def find_open(self, repository: RepositoryName, *, label: str) -> Sequence[Issue]:
        self.hub.enter("issues.find_open")
        issues = self.hub.issues.get(str(repository), {}).values()
        return [issue for issue in issues if issue.state == "open" and label in issue.labels]

    async def open_since(
        self, repository: RepositoryName, *, updated_since: str
    ) -> Sequence[Issue]:
        self.hub.enter("issues.open_since")
        issues = self.hub.issues.get(str(repository), {}).values()
        found = [each for each in issues if each.state == "open"]
        return sorted(
            (each for each in found if each.updated_at >= updated_since),
            key=lambda each: each.updated_at,
        )

    async def comments_since(
        self, repository: RepositoryName, *, updated_since: str
    ) -> Sequence[WrittenComment]:
        self.hub.enter("issues.comments_since")
        found = [each for each in self.hub.written if each.updated_at >= updated_since]
        return sorted(found, key=lambda each: each.updated_at)

    async def close(
        self,
        repository: RepositoryName,
        number: int,
        *,
        reason: Literal["completed", "not_planned"],
    ) -> None:
        self.hub.enter("issues.close")
        issues = self.hub.issues[str(repository)]
        issues[number] = replace(issues[number], state="closed")
        self.hub.after("issues.close")

    async def ensure_label(
        self, repository: RepositoryName, name: str, *, color: str, description: str
    ) -> None:
        self.hub.enter("issues.ensure_label")
        self.hub.labels.setdefault(str(repository), set()).add(name)

    async def comment(self, repository: RepositoryName, number: int, body: str) -> Comment:
        self.hub.enter("issues.comment")
        id_ = self.hub.next()
        self.hub.comments[id_] = (str(repository), number, body)
        self.hub.after("issues.comment")
        return Comment(id=id_, body=body, html_url="", by_us=True)

    async def edit_comment(self, repository: RepositoryName, comment_id: int, body: str) -> None:
        self.hub.enter("issues.edit_comment")
        if comment_id not in self.hub.comments:
            raise NotFound(str(comment_id))
        where, number, _ = self.hub.comments[comment_id]
        self.hub.comments[comment_id] = (where, number, body)

    async def find_comment(
        self, repository: RepositoryName, number: int, *, marker: str
    ) -> Comment | None:
        self.hub.enter("issues.find_comment")
        for id_, (where, thread, body) in self.hub.comments.items():
            if (where, thread) == (str(repository), number) and marker in body:
                return Comment(id=id_, body=body, html_url="", by_us=True)
        return None

    async def edit(self, repository: RepositoryName, number: int, *, title: str, body: str) -> None:
        self.hub.enter("issues.edit")
        issues = self.hub.issues[str(repository)]
        issues[number] = replace(issues[number], title=title, body=body)

    async def reactions(self, repository: RepositoryName, comment_id: int) -> Mapping[str, int]:
        self.hub.enter("issues.reactions")
        if comment_id not in self.hub.comments:
            raise NotFound(str(comment_id))
        return self.hub.reaction_counts.get(comment_id, {})

    async def react(self, repository: RepositoryName, comment_id: int, content: str) -> None:
        self.hub.enter("issues.react")
        self.hub.reactions.setdefault(comment_id, set()).add(content)


@dataclass
class _Checks:
    hub: FakeGitHub

    async def create(self, repository: Place, check: CheckRun) -> int:
        self.hub.enter("checks.create")
        id_ = self.hub.next()
        self.hub.checks[id_] = check
        self.hub.after("checks.create")
        return id_

    async def update(self, repository: Place, check_id: int, check: CheckRun) -> None:
        self.hub.enter("checks.update")
        self.hub.checks[check_id] = check

    async def find(self, repository: Place, *, head_sha: str, external_id: str) -> int | None:
        self.hub.enter("checks.find")
        for id_, check in self.hub.checks.items():
            if (check.head_sha, check.external_id) == (head_sha, external_id):
                return id_
        return None


@dataclass
class _People:
    hub: FakeGitHub

    async def role(self, repository: RepositoryName, login: str, *, user_id: int) -> Role:
        self.hub.enter("people.role")
        return self.hub.roles.get((str(repository), login), Role.NONE)

    async def is_team_member(self, organization: str, team: str, login: str) -> bool:
        self.hub.enter("people.is_team_member")
        return login in self.hub.teams.get(team, set())

    async def is_member(self, organization: str, login: str) -> bool:
        self.hub.enter("people.is_member")
        return login in self.hub.members or any(
            login in members for members in self.hub.teams.values()
        )

    async def team_exists(self, organization: str, team: str) -> bool:
        self.hub.enter("people.team_exists")
        return team in self.hub.teams

    async def teams(self, organization: str) -> Sequence[Team]:
        self.hub.enter("people.teams")
        return [Team(slug=slug, name=slug.title()) for slug in self.hub.teams]


@dataclass
class _PullRequests:
    hub: FakeGitHub

    async def get(self, repository: RepositoryName, number: int) -> PullRequest:
        self.hub.enter("pull_requests.get")
        if number not in self.hub.pulls:
            raise NotFound(str(number))
        return self.hub.pulls[number]

    async def open(self, repository: RepositoryName) -> Sequence[PullRequest]:
        self.hub.enter("pull_requests.open")
        found = [each for each in self.hub.pulls.values() if f"/{repository}/" in each.html_url]
        return [each for each in found[::-1] if each.state == "open"]

    async def open_of(self, repository: RepositoryName, branch: str) -> PullRequest | None:
        self.hub.enter("pull_requests.open_of")
        place = (str(repository).lower(), branch)
        return next(
            (
                self.hub.pulls[number]
                for number, found in self.hub.pull_branches.items()
                if found == place and self.hub.pulls[number].state == "open"
            ),
            None,
        )

    async def newest_of(self, repository: RepositoryName, branch: str) -> PullRequest | None:
        self.hub.enter("pull_requests.newest_of")
        place = (str(repository).lower(), branch)
        numbers = [each for each, found in self.hub.pull_branches.items() if found == place]
        return self.hub.pulls[max(numbers)] if numbers else None

    async def create(
        self, repository: RepositoryName, *, head: str, base: str, title: str, body: str
    ) -> PullRequest:
        self.hub.enter("pull_requests.create")
        known = await self.open_of(repository, head)
        if known is not None:
            return known
        name = str(repository).lower()
        number = self.hub.next()
        self.hub.pulls[number] = PullRequest(
            number=number,
            title=title,
            author_id=1,
            author="paved-road[bot]",
            head_sha=self.hub.branch_heads[name, head],
            head_repository=str(repository),
            base_sha=self.hub.heads[name],
            base_branch=base,
            state="open",
            merged=False,
            html_url=f"https://github.test/{repository}/pull/{number}",
        )
        self.hub.pull_branches[number] = (name, head)
        self.hub.pull_bodies[number] = body
        self.hub.after("pull_requests.create")
        return self.hub.pulls[number]

    async def edit(self, repository: RepositoryName, number: int, *, title: str, body: str) -> None:
        self.hub.enter("pull_requests.edit")
        self.hub.pulls[number] = replace(self.hub.pulls[number], title=title)
        self.hub.pull_bodies[number] = body

    async def reviews(self, repository: RepositoryName, number: int) -> Sequence[Review]:
        self.hub.enter("pull_requests.reviews")
        return self.hub.reviews.get(number, [])

    async def of_commit(self, repository: RepositoryName, commit: str) -> Sequence[int]:
        self.hub.enter("pull_requests.of_commit")
        return [each.number for each in self.hub.pulls.values() if each.head_sha == commit]


@dataclass
class _Actions:
    hub: FakeGitHub

    async def dispatch(
        self, repository: RepositoryName, workflow: str, *, ref: str, inputs: Mapping[str, str]
    ) -> int | None:
        self.hub.enter("actions.dispatch")
        if workflow in self.hub.missing_workflows:
            raise NotFound(workflow)
        id_ = self.hub.next()
        self.hub.dispatched[id_] = dict(inputs)
        self.hub.workflow_runs[id_] = WorkflowRun(
            id=id_,
            workflow=f".github/workflows/{workflow}",
            event="workflow_dispatch",
            branch=ref,
            head_sha="0" * 40,
            status="queued",
            conclusion="",
            html_url=f"https://github.test/{repository}/actions/runs/{id_}",
            title=f"{inputs.get('environment', '')} {inputs.get('run', '')}",
        )
        self.hub.after("actions.dispatch")
        return id_ if self.hub.run_ids_told else None

    async def run(self, repository: RepositoryName, run_id: int) -> WorkflowRun:
        self.hub.enter("actions.run")
        if run_id not in self.hub.workflow_runs:
            raise NotFound(str(run_id))
        return self.hub.workflow_runs[run_id]

    async def runs_on(self, repository: RepositoryName, *, branch: str) -> Sequence[WorkflowRun]:
        self.hub.enter("actions.runs_on")
        return [each for each in self.hub.workflow_runs.values() if each.branch == branch][::-1]

    async def jobs(self, repository: RepositoryName, run_id: int) -> Sequence[Job]:
        self.hub.enter("actions.jobs")
        return self.hub.jobs.get(run_id, [])


@dataclass
class _Deployments:
    hub: FakeGitHub

    async def create(self, repository: RepositoryName, new: NewDeployment) -> int:
        self.hub.enter("deployments.create")
        id_ = self.hub.next()
        self.hub.deployments[id_] = new
        self.hub.after("deployments.create")
        return id_

    async def find(
        self, repository: RepositoryName, *, commit: str, environment: str, run: str
    ) -> int | None:
        self.hub.enter("deployments.find")
        wanted = (commit, environment, run)
        for id_, each in self.hub.deployments.items():
            if (each.commit, each.environment, each.run) == wanted:
                return id_
        return None

    async def statuses(
        self, repository: RepositoryName, deployment: int
    ) -> Sequence[DeploymentStatus]:
        self.hub.enter("deployments.statuses")
        return self.hub.statuses.get(deployment, [])[::-1]

    async def add_status(
        self, repository: RepositoryName, deployment: int, *, state: str, description: str
    ) -> None:
        self.hub.enter("deployments.add_status")
        self.hub.say(deployment, state, description)


def _tree(files: Sequence[File]) -> Tree:
    """The listing that GitHub would give, with git's own ids."""
    entries = {
        file.path: TreeEntry(file.path, "file", blob_id(file.content), len(file.content))
        for file in files
    }
    folders = {
        "/".join(file.path.split("/")[:depth])
        for file in files
        for depth in range(1, file.path.count("/") + 1)
    }
    for folder in folders:
        inside = [
            replace(file, path=file.path.removeprefix(f"{folder}/"))
            for file in files
            if file.path.startswith(f"{folder}/")
        ]
        entries[folder] = TreeEntry(folder, "folder", tree_id(inside))
    return Tree(tree_id(files), entries)


async def _nobody_answers(_attempt: Attempt) -> int:
    return 0


@dataclass
class FakeHook:
    """The App's deliveries. ``receive`` is whoever answers at the webhook's address."""

    receive: Callable[[Attempt], Awaitable[int]] = _nobody_answers
    before: Callable[[str], None] = lambda _call: None
    after: Callable[[str], None] = lambda _call: None
    now_s: float = 0.0
    page: int = 100  # attempts that one page shows
    tried: list[Attempt] = field(default_factory=list)  # oldest first
    asked: list[str] = field(default_factory=list)  # GUIDs, as we were asked for them
    calls: int = 0

    async def happens(
        self, guid: str, event: str = "issues", action: str = "opened", *, throttled: bool = False
    ) -> int:
        """Something happens, and is delivered; what was answered."""
        attempt = Attempt(
            id=len(self.tried) + 1,
            guid=guid,
            event=event,
            action=action,
            delivered_at_s=self.now_s,
            status_code=0,
            throttled=throttled,
        )
        attempt = replace(attempt, status_code=await self.receive(attempt))
        self.tried.append(attempt)
        return attempt.status_code

    async def attempts(self, *, cursor: str = "") -> Attempts:
        self._enter("attempts")
        if cursor and not cursor.startswith("before-"):
            raise Rejected("no such cursor", status=422)
        before = int(cursor.removeprefix("before-")) if cursor else len(self.tried) + 1
        older = [each for each in self._kept()[::-1] if each.id < before]
        shown = older[: self.page]
        more = len(older) > len(shown)
        return Attempts(found=shown, older=f"before-{shown[-1].id}" if more else "")

    async def deliver_again(self, attempt_id: int) -> None:
        self._enter("deliver_again")
        found = [each for each in self._kept() if each.id == attempt_id]
        if not found:
            raise NotFound(str(attempt_id))
        self.asked.append(found[0].guid)
        self.after("deliver_again")
        await self.happens(found[0].guid, found[0].event, found[0].action)

    def _kept(self) -> list[Attempt]:
        return [each for each in self.tried if each.delivered_at_s > self.now_s - 3 * 24 * 3600]

    def _enter(self, call: str) -> None:
        self.calls += 1
        self.before(call)
