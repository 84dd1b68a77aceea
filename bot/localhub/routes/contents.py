"""Files by path, branches, commits and comparisons."""

import msgspec

from bot.localhub.git.diff import changed_files
from bot.localhub.git.history import log, merge_base
from bot.localhub.git.objects import Entry
from bot.localhub.refusal import Refused, not_found
from bot.localhub.routes.call import Answer, Call
from bot.localhub.routes.git import Person, decoded, opened, signature
from bot.localhub.shapes import git as shapes
from bot.localhub.shapes.basics import Json, node_id
from bot.localhub.shapes.repositories import html_url, repository_url

MOST_IN_FOLDER = 1000
MOST_COMMITS_COMPARED = 250
MOST_FILES_COMPARED = 300
RAW = "application/vnd.github.raw; charset=utf-8"


def _commit(call: Call, ref: str) -> str:
    sha = call.hub.git(call.repository).resolve(ref)
    if sha is None:
        raise Refused(404, f"No commit found for the ref {ref}")
    return sha


def get_contents(call: Call) -> Answer:
    """A file, a folder's list, a link or a submodule; ``raw`` for a file's bytes."""
    git = call.hub.git(call.repository)
    if git.is_empty:
        raise Refused(404, "This repository is empty.")
    at = call.query.get("ref") or call.repository.default_branch
    entry = git.find(git.commit(_commit(call, at)).tree, call.params.get("path", ""))
    if entry is None:
        raise not_found()
    if entry.type == "tree":
        return _folder(call, entry, at)
    if "raw" in call.accept and entry.type == "blob":
        return Answer(body=git.blob(entry.sha), content_type=RAW)
    if entry.type == "commit":
        shape = shapes.content(call.hub, call.repository, entry, at=at)
        return Answer(body=shape | {"submodule_git_url": None})
    return Answer(body=shapes.content_with_text(call.hub, call.repository, entry, at=at))


def _folder(call: Call, entry: Entry, at: str) -> Answer:
    git = call.hub.git(call.repository)
    prefix = f"{entry.path}/" if entry.path else ""
    below = [
        Entry(path=prefix + one.path, mode=one.mode, sha=one.sha)
        for one in git.entries(entry.sha)[:MOST_IN_FOLDER]
    ]
    listed = [shapes.content(call.hub, call.repository, one, at=at) for one in below]
    if "object" in call.accept:
        folder = shapes.content(call.hub, call.repository, entry, at=at)
        return Answer(body=folder | {"entries": listed})
    return Answer(body=listed)


class NewContent(msgspec.Struct):
    """Body of "create or update file contents"."""

    message: str
    content: str
    sha: str | None = None
    branch: str | None = None
    author: Person | None = None
    committer: Person | None = None


class GoneContent(msgspec.Struct):
    """Body of "delete a file"."""

    message: str
    sha: str
    branch: str | None = None
    author: Person | None = None
    committer: Person | None = None


def put_content(call: Call) -> Answer:
    """Create or change one file; changing needs the blob's sha that was seen."""
    body = call.read(NewContent)
    branch, path = body.branch or call.repository.default_branch, call.params["path"]
    _check_path(path)
    known = _seen(call, branch, path)
    if known is not None and body.sha is None:
        raise Refused(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    if known is not None and body.sha != known.sha:
        raise Refused(409, f"{path} does not match {body.sha}")
    sha = call.hub.commit_files(
        call.actor,
        call.repository,
        branch,
        {path: decoded(body.content)},
        message=body.message,
        author=signature(call, body.author),
        committer=signature(call, body.committer),
    )
    return Answer(status=201 if known is None else 200, body=_committed(call, sha, path, branch))


def delete_content(call: Call) -> Answer:
    """Delete one file."""
    body = call.read(GoneContent)
    branch, path = body.branch or call.repository.default_branch, call.params["path"]
    known = _seen(call, branch, path)
    if known is None:
        raise not_found()
    if body.sha != known.sha:
        raise Refused(409, f"{path} does not match {body.sha}")
    sha = call.hub.commit_files(
        call.actor,
        call.repository,
        branch,
        {path: None},
        message=body.message,
        author=signature(call, body.author),
        committer=signature(call, body.committer),
    )
    return Answer(body=_committed(call, sha, path, branch))


def _check_path(path: str) -> None:
    parts = path.split("/")
    if any(part in {"", ".", ".."} or part.lower() == ".git" for part in parts):
        raise Refused(422, "path contains a malformed path component")


def _seen(call: Call, branch: str, path: str) -> Entry | None:
    git = call.hub.git(call.repository)
    head = git.branch(branch)
    if head is None:
        if not git.is_empty:
            raise Refused(404, f"Branch {branch} not found")
        return None
    return git.find(git.commit(head).tree, path)


def _committed(call: Call, sha: str, path: str, branch: str) -> Json:
    git = call.hub.git(call.repository)
    commit = git.commit(sha)
    entry = git.find(commit.tree, path)
    content = None
    if entry is not None:
        content = shapes.content(call.hub, call.repository, entry, at=branch)
    return {
        "content": content,
        "commit": shapes.git_commit(call.hub, call.repository, commit),
    }


# Branches and tags.


def list_branches(call: Call) -> Answer:
    """The branches."""
    branches = list(call.hub.git(call.repository).branches().items())
    return call.page(branches, lambda pair: _short_branch(call, *pair))


def _short_branch(call: Call, name: str, sha: str) -> Json:
    protected = call.hub.is_protected(call.repository, name)
    return shapes.short_branch(call.hub, call.repository, name, sha, protected=protected)


def get_branch(call: Call) -> Answer:
    """One branch with its newest commit."""
    name = call.params["branch"]
    git = call.hub.git(call.repository)
    sha = git.branch(name)
    if sha is None:
        raise Refused(404, "Branch not found")
    api, page = (
        repository_url(call.hub, call.repository),
        html_url(call.hub, call.repository),
    )
    protection = f"{api}/branches/{name}/protection"
    shape = {
        "name": name,
        "commit": shapes.commit(call.hub, call.repository, git.commit(sha)),
        "_links": {"self": f"{api}/branches/{name}", "html": f"{page}/tree/{name}"},
        "protected": call.hub.is_protected(call.repository, name),
        "protection": {"enabled": False},
        "protection_url": protection,
    }
    return Answer(body=shape)


def list_tags(call: Call) -> Answer:
    """The tags with their commits."""
    git, api = call.hub.git(call.repository), repository_url(call.hub, call.repository)
    tags = [
        (name.removeprefix("refs/tags/"), commit)
        for name, sha in git.refs("refs/tags/").items()
        if (commit := git.peel(sha))
    ]
    return call.page(
        tags,
        lambda tag: {
            "name": tag[0],
            "node_id": node_id("REF", tag[0]),
            "commit": {"sha": tag[1], "url": f"{api}/commits/{tag[1]}"},
            "zipball_url": f"{api}/zipball/refs/tags/{tag[0]}",
            "tarball_url": f"{api}/tarball/refs/tags/{tag[0]}",
        },
    )


# Commits.


def list_commits(call: Call) -> Answer:
    """Commits from a branch or commit backwards, those of one path if wanted."""
    git = opened(call)
    start = call.query.get("sha") or call.repository.default_branch
    found = list(log(git, _commit(call, start), path=call.query.get("path")))
    return call.page(found, lambda one: shapes.commit(call.hub, call.repository, one))


def get_commit(call: Call) -> Answer:
    """One commit with its files; only its id when ``sha`` is accepted."""
    git = opened(call)
    sha = git.resolve(call.params["ref"])
    if sha is None:
        raise Refused(422, f"No commit found for SHA: {call.params['ref']}")
    if "vnd.github.sha" in call.accept:
        return Answer(body=sha.encode(), content_type="application/vnd.github.sha; charset=utf-8")
    return Answer(body=shapes.commit_with_files(call.hub, call.repository, git.commit(sha)))


def compare(call: Call) -> Answer:
    """What ``head`` has that ``base`` has not, and the other way round in number."""
    base_name, dots, head_name = call.params["basehead"].partition("...")
    if not dots:
        raise not_found()
    git = opened(call)
    base, head = _commit(call, base_name), _commit(call, head_name)
    fork = merge_base(git, base, head)
    if fork is None:
        raise Refused(404, f"No common ancestor between {base_name} and {head_name}.")
    ahead, behind = list(log(git, head, without=base)), list(log(git, base, without=head))
    files = changed_files(git, git.commit(fork).tree, git.commit(head).tree)
    api, page = (
        repository_url(call.hub, call.repository),
        html_url(call.hub, call.repository),
    )
    between = f"compare/{base_name}...{head_name}"
    words = {(False, False): "identical", (True, False): "ahead", (False, True): "behind"}
    shape = {
        "url": f"{api}/{between}",
        "html_url": f"{page}/{between}",
        "permalink_url": f"{page}/compare/{base[:12]}...{head[:12]}",
        "diff_url": f"{page}/{between}.diff",
        "patch_url": f"{page}/{between}.patch",
        "base_commit": shapes.commit(call.hub, call.repository, git.commit(base)),
        "merge_base_commit": shapes.commit(call.hub, call.repository, git.commit(fork)),
        "status": words.get((bool(ahead), bool(behind)), "diverged"),
        "ahead_by": len(ahead),
        "behind_by": len(behind),
        "total_commits": len(ahead),
        "commits": [
            shapes.commit(call.hub, call.repository, one)
            for one in ahead[::-1][:MOST_COMMITS_COMPARED]
        ],
        "files": [
            shapes.diff_entry(call.hub, call.repository, head, one)
            for one in files[:MOST_FILES_COMPARED]
        ],
    }
    return Answer(body=shape)
