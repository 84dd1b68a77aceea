"""Pull requests as JSON, with what git says about them."""

from bot.localhub.core import HubCore
from bot.localhub.git.diff import FileChange, changed_files
from bot.localhub.git.history import log, merge_base
from bot.localhub.git.merge import Conflict, merged_tree
from bot.localhub.git.objects import CommitInfo
from bot.localhub.shapes.basics import Json, iso_or_none, node_id
from bot.localhub.shapes.issues import author_association, issue, issue_page
from bot.localhub.shapes.people import account, simple_user, user_by_id
from bot.localhub.shapes.repositories import repository as repository_shape
from bot.localhub.shapes.repositories import repository_url
from bot.localhub.state.discussions import Issue, PullRequest
from bot.localhub.state.repositories import Repository


def pull_of(found: Issue) -> PullRequest:
    """The pull request's part of an issue that is one."""
    if found.pull is None:
        raise ValueError(f"#{found.number} is not a pull request")
    return found.pull


def base_now(hub: HubCore, repository: Repository, found: Issue) -> str:
    """The commit to compare with: the base branch's while open, the recorded one after."""
    pull = pull_of(found)
    moving = hub.git(repository).branch(pull.base_ref) if found.state == "open" else None
    return moving or pull.base_sha


def commits(hub: HubCore, repository: Repository, found: Issue) -> list[CommitInfo]:
    """The commits that the pull request adds, oldest first."""
    git, base = hub.git(repository), base_now(hub, repository, found)
    return list(log(git, pull_of(found).head_sha, without=base))[::-1]


def files(hub: HubCore, repository: Repository, found: Issue) -> list[FileChange]:
    """What it changes since it left the base branch."""
    git, head = hub.git(repository), pull_of(found).head_sha
    fork = merge_base(git, base_now(hub, repository, found), head)
    before = git.commit(fork).tree if fork else None
    return changed_files(git, before, git.commit(head).tree)


def mergeable(hub: HubCore, repository: Repository, found: Issue) -> bool:
    """Whether it merges without a conflict."""
    git = hub.git(repository)
    try:
        merged_tree(git, base_now(hub, repository, found), pull_of(found).head_sha)
    except Conflict:
        return False
    return True


def pull_simple(hub: HubCore, repository: Repository, found: Issue) -> Json:
    """A pull request in a list."""
    pull = pull_of(found)
    as_issue = issue(hub, repository, found)
    base, page = repository_url(hub, repository), issue_page(hub, repository, found)
    api = f"{base}/pulls/{found.number}"
    labels = [one | {"description": one["description"] or ""} for one in as_issue["labels"]]
    links = {
        "self": api,
        "html": page,
        "issue": f"{base}/issues/{found.number}",
        "comments": f"{base}/issues/{found.number}/comments",
        "review_comments": f"{api}/comments",
        "review_comment": f"{base}/pulls/comments{{/number}}",
        "commits": f"{api}/commits",
        "statuses": f"{base}/statuses/{pull.head_sha}",
    }
    return {
        "id": found.id,
        "node_id": node_id("PR", found.id),
        "url": api,
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "issue_url": links["issue"],
        "commits_url": links["commits"],
        "review_comments_url": links["review_comments"],
        "review_comment_url": links["review_comment"],
        "comments_url": links["comments"],
        "statuses_url": links["statuses"],
        **{name: as_issue[name] for name in _SHARED},
        "labels": labels,
        "merged_at": iso_or_none(pull.merged_at_s),
        "merge_commit_sha": pull.merge_sha,
        "requested_reviewers": [],
        "requested_teams": [],
        "auto_merge": None,
        "head": _head(hub, repository, pull),
        "base": _side(hub, repository, pull.base_ref, pull.base_sha),
        "author_association": author_association(hub, repository, found.author_id),
        "_links": {name: {"href": url} for name, url in links.items()},
    }


_SHARED = (
    "number",
    "state",
    "locked",
    "active_lock_reason",
    "title",
    "user",
    "body",
    "assignee",
    "assignees",
    "milestone",
    "draft",
    "created_at",
    "updated_at",
    "closed_at",
)


def pull(hub: HubCore, repository: Repository, found: Issue) -> Json:
    """A pull request's own answer."""
    changed = files(hub, repository, found)
    can_merge = mergeable(hub, repository, found) if found.state == "open" else None
    return pull_simple(hub, repository, found) | {
        "merged": pull_of(found).merged,
        "merged_by": user_by_id(hub, pull_of(found).merged_by_id),
        "mergeable": can_merge,
        "rebaseable": None,
        "mergeable_state": {True: "clean", False: "dirty", None: "unknown"}[can_merge],
        "comments": hub.world.comments.count(found.id),
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": len(commits(hub, repository, found)),
        "additions": sum(file.additions for file in changed),
        "deletions": sum(file.deletions for file in changed),
        "changed_files": len(changed),
    }


def pull_minimal(hub: HubCore, repository: Repository, found: Issue) -> Json:
    """A pull request inside a check run."""
    pull = pull_of(found)
    api = repository_url(hub, repository)
    repo = {"id": repository.id, "name": repository.name, "url": api}
    return {
        "id": found.id,
        "number": found.number,
        "url": f"{api}/pulls/{found.number}",
        "head": {"ref": pull.head_ref, "sha": pull.head_sha, "repo": repo},
        "base": {"ref": pull.base_ref, "sha": pull.base_sha, "repo": repo},
    }


def pulls_with_head(hub: HubCore, repository: Repository, sha: str) -> list[Issue]:
    """Open pull requests whose head is that commit, those from forks left out.

    Source: GitHub docs, "Using the REST API to interact with checks": for a push to a
    fork ``pull_requests`` is empty and ``head_branch`` null.
    """
    return [
        issue
        for issue in hub.world.issues.of(repository.id)
        if issue.pull is not None
        and issue.state == "open"
        and issue.pull.head_sha == sha
        and issue.pull.head_repository_id is None
    ]


def pulls_with_commit(hub: HubCore, repository: Repository, sha: str) -> list[Issue]:
    """Pull requests that add the commit, open or not, or brought it by their merge."""
    return [
        issue
        for issue in hub.world.issues.of(repository.id)
        if issue.pull is not None
        and (
            issue.pull.merge_sha == sha
            or any(commit.sha == sha for commit in commits(hub, repository, issue))
        )
    ]


def _head(hub: HubCore, repository: Repository, pull: PullRequest) -> Json:
    """The side that is merged; its repository is null once the fork is gone."""
    source = hub.head_of(repository, pull)
    if source is not None:
        return _side(hub, source, pull.head_ref, pull.head_sha)
    known = hub.world.users.find(pull.head_owner.lower())
    return {
        "label": f"{pull.head_owner}:{pull.head_ref}",
        "ref": pull.head_ref,
        "sha": pull.head_sha,
        "user": simple_user(hub, known) if known else None,
        "repo": None,
    }


def _side(hub: HubCore, repository: Repository, ref: str, sha: str) -> Json:
    return {
        "label": f"{repository.owner}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": account(hub, repository.owner),
        "repo": repository_shape(hub, repository),
    }
