"""Pull requests."""

from typing import Literal

import msgspec

from bot.localhub.refusal import Refused, invalid, not_found
from bot.localhub.routes.call import NO_CONTENT, Answer, Call
from bot.localhub.shapes import pulls as shapes
from bot.localhub.shapes.git import commit as commit_shape
from bot.localhub.shapes.git import diff_entry
from bot.localhub.state.discussions import Issue

MOST_FILES = 3000  # GitHub REST docs, "List pull requests files"


class NewPull(msgspec.Struct):
    """Body of "create a pull request"."""

    head: str
    base: str
    title: str | None = None
    body: str | None = None
    head_repo: str | None = None
    maintainer_can_modify: bool | None = None
    draft: bool = False


class PullChanges(msgspec.Struct):
    """Body of "update a pull request"."""

    title: str | None = None
    body: str | None = None
    state: Literal["open", "closed"] | None = None
    base: str | None = None


class Merge(msgspec.Struct):
    """Body of "merge a pull request"."""

    commit_title: str | None = None
    commit_message: str | None = None
    sha: str | None = None
    merge_method: Literal["merge", "squash", "rebase"] = "merge"


def _pull(call: Call) -> Issue:
    return call.hub.pull(call.repository, call.number("pull_number"))


def list_pulls(call: Call) -> Answer:
    """Pull requests, newest first, filtered by state, head and base."""
    state = call.query.get("state", "open")
    owner, _, head = call.query.get("head", "").rpartition(":")
    base = call.query.get("base", "")
    found = [
        one
        for one in call.hub.world.issues.of(call.repository.id)
        if one.pull is not None
        and state in {"all", one.state}
        and head in {"", one.pull.head_ref}
        and owner.lower() in {"", (one.pull.head_owner or call.repository.owner).lower()}
        and base in {"", one.pull.base_ref}
    ]
    found.sort(key=lambda one: one.number, reverse=call.query.get("direction", "desc") == "desc")
    return call.page(found, lambda one: shapes.pull_simple(call.hub, call.repository, one))


def create_pull(call: Call) -> Answer:
    """A new pull request."""
    body = call.read(NewPull)
    if body.title is None:
        raise invalid("PullRequest", "title", "missing_field")
    made = call.hub.create_pull_request(
        call.actor,
        call.repository,
        title=body.title,
        head=body.head,
        base=body.base,
        body=body.body or "",
        draft=body.draft,
    )
    shape = shapes.pull(call.hub, call.repository, made)
    return Answer(status=201, body=shape, headers={"Location": shape["url"]})


def get_pull(call: Call) -> Answer:
    """One pull request."""
    return Answer(body=shapes.pull(call.hub, call.repository, _pull(call)))


def update_pull(call: Call) -> Answer:
    """Change title, text, state or base."""
    body = call.read(PullChanges)
    changed = call.hub.update_pull_request(
        call.actor,
        call.repository,
        _pull(call).number,
        title=body.title,
        body=body.body,
        state=body.state,
        base=body.base,
    )
    return Answer(body=shapes.pull(call.hub, call.repository, changed))


def list_commits(call: Call) -> Answer:
    """The commits that it adds, oldest first."""
    found = shapes.commits(call.hub, call.repository, _pull(call))
    return call.page(found, lambda one: commit_shape(call.hub, call.repository, one))


def list_files(call: Call) -> Answer:
    """The files that it changes, 3,000 at most."""
    pull = _pull(call)
    found, head = shapes.files(call.hub, call.repository, pull), shapes.pull_of(pull).head_sha
    return call.page(
        found[:MOST_FILES], lambda one: diff_entry(call.hub, call.repository, head, one)
    )


def list_for_commit(call: Call) -> Answer:
    """The pull requests that a commit is part of, open or not, those from forks too."""
    sha = call.hub.git(call.repository).resolve(call.params["commit_sha"])
    if sha is None:
        raise Refused(422, f"No commit found for SHA: {call.params['commit_sha']}")
    found = shapes.pulls_with_commit(call.hub, call.repository, sha)
    return call.page(found, lambda one: shapes.pull_simple(call.hub, call.repository, one))


def is_merged(call: Call) -> Answer:
    """204 when merged, 404 when not."""
    if not shapes.pull_of(_pull(call)).merged:
        raise not_found()
    return NO_CONTENT


def merge(call: Call) -> Answer:
    """Merge it."""
    body = call.read(Merge)
    sha = call.hub.merge_pull_request(
        call.actor,
        call.repository,
        _pull(call).number,
        method=body.merge_method,
        title=body.commit_title,
        message=body.commit_message,
        sha=body.sha,
    )
    return Answer(body={"sha": sha, "merged": True, "message": "Pull Request successfully merged"})
