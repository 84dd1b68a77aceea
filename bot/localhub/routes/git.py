"""The git database: blobs, trees, commits, refs, tags."""

import base64
import binascii
import time
from calendar import timegm
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from bot.localhub.git.objects import Change, GitRepository, MissingObject, MissingPath, Signature
from bot.localhub.operations.refs import WORKFLOWS, signature_of
from bot.localhub.refusal import Refused, not_found
from bot.localhub.routes.call import NO_CONTENT, Answer, Call
from bot.localhub.shapes import git as shapes
from bot.localhub.shapes.basics import Json, node_id
from bot.localhub.shapes.repositories import repository_url


class Person(msgspec.Struct):
    """An author, committer or tagger as a body gives it."""

    name: str = ""
    email: str = ""
    date: str | None = None


def signature(call: Call, given: Person | None) -> Signature | None:
    """The signature that a body asks for, or None where it asks for none."""
    if given is None:
        return None
    at_s = int(call.hub.now_s()) if given.date is None else _seconds(given.date)
    return Signature(name=given.name, email=given.email, at_s=at_s)


def _seconds(text: str) -> int:
    try:
        return timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S"))
    except ValueError as wrong:
        raise Refused(422, f"Invalid request.\n\n{text!r} is not a date-time.") from wrong


def opened(call: Call) -> GitRepository:
    """The repository's objects. Raises Refused 409 while it is empty."""
    git = call.hub.git(call.repository)
    if git.is_empty:
        raise Refused(409, "Git Repository is empty.")
    return git


# Blobs.


class NewBlob(msgspec.Struct):
    """Body of "create a blob"."""

    content: str
    encoding: str = "utf-8"


def create_blob(call: Call) -> Answer:
    """Store a blob."""
    git, body = opened(call), call.read(NewBlob)
    if body.encoding == "base64":
        content = decoded(body.content)
    else:
        content = body.content.encode(errors="surrogatepass")
    sha = git.add_blob(content)
    url = f"{repository_url(call.hub, call.repository)}/git/blobs/{sha}"
    return Answer(status=201, body={"sha": sha, "url": url}, headers={"Location": url})


def decoded(text: str) -> bytes:
    """Base64 with any white space in it. Raises Refused 422."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise Refused(422, "content is not valid Base64") from wrong


def get_blob(call: Call) -> Answer:
    """A blob, as JSON or raw."""
    try:
        content = opened(call).blob(call.params["file_sha"])
    except MissingObject as missing:
        raise not_found() from missing
    if "raw" in call.accept:
        return Answer(body=content, content_type="application/vnd.github.raw; charset=utf-8")
    sha = call.params["file_sha"]
    return Answer(body=shapes.blob(call.hub, call.repository, sha, content))


# Trees.


class TreeLine(msgspec.Struct):
    """One entry of a new tree: with content, or with a sha (null deletes the path)."""

    path: str
    mode: Literal["100644", "100755", "040000", "160000", "120000"] = "100644"
    type: str = "blob"
    sha: str | UnsetType | None = UNSET
    content: str | UnsetType = UNSET


class NewTree(msgspec.Struct):
    """Body of "create a tree"."""

    tree: list[TreeLine]
    base_tree: str | None = None


def create_tree(call: Call) -> Answer:
    """Store a tree, on top of ``base_tree`` or as the whole."""
    git, body = opened(call), call.read(NewTree)
    base = None if body.base_tree is None else _tree_of(git, body.base_tree)
    changes = {line.path: _change(git, line) for line in body.tree}
    _require_workflows(call, changes)
    try:
        sha = git.write_tree(base, changes)
    except MissingPath as missing:
        raise Refused(422, "GitRPC::BadObjectState") from missing
    shape = shapes.tree(call.hub, call.repository, sha, recursive=False)
    return Answer(status=201, body=shape, headers={"Location": shape["url"]})


def _require_workflows(call: Call, changes: dict[str, Change]) -> None:
    """An App that writes workflow files needs one permission more."""
    touched = any(path.startswith(f"{WORKFLOWS}/") for path in changes)
    if touched and call.actor.app is not None and not call.actor.may("workflows", "write"):
        raise Refused(
            403,
            "Resource not accessible by integration",
            headers={"X-Accepted-GitHub-Permissions": "contents=write,workflows=write"},
        )


def _tree_of(git: GitRepository, sha: str) -> str:
    kind = git.kind(sha)
    if kind == "commit":
        return git.commit(sha).tree
    if kind != "tree":
        raise Refused(404, "Not Found")
    return sha


def _change(git: GitRepository, line: TreeLine) -> Change:
    parts = line.path.split("/")
    if any(part in {"", ".", ".."} or part.lower() == ".git" for part in parts):
        raise Refused(422, "tree.path contains a malformed path component")
    if isinstance(line.content, str):
        return (line.mode, git.add_blob(line.content.encode(errors="surrogatepass")))
    if line.sha is None:
        return None
    if line.sha is UNSET:
        raise Refused(422, "Must supply either tree.sha or tree.content")
    expected = "tree" if line.mode == "040000" else "blob"
    if line.mode != "160000" and git.kind(line.sha) != expected:
        raise Refused(422, f"tree.sha {line.sha} is not a valid {expected}")
    return (line.mode, line.sha)


def get_tree(call: Call) -> Answer:
    """A tree by its id, or by a commit or ref; ``recursive`` with any value at all."""
    git, asked = opened(call), call.params["tree_sha"]
    kind = git.kind(asked)
    commit = git.resolve(asked) if kind != "tree" else None
    if kind != "tree" and commit is None:
        raise not_found()
    sha = git.commit(commit).tree if commit else asked
    recursive = "recursive" in call.query
    return Answer(body=shapes.tree(call.hub, call.repository, sha, recursive=recursive))


# Commits.


class NewCommit(msgspec.Struct):
    """Body of "create a commit"."""

    message: str
    tree: str
    parents: list[str] = []
    author: Person | None = None
    committer: Person | None = None
    signature: str | None = None


def create_commit(call: Call) -> Answer:
    """Store a commit. Without author and committer it is the caller's, an App's verified."""
    git, body = opened(call), call.read(NewCommit)
    if git.kind(body.tree) != "tree":
        raise Refused(422, "Tree SHA does not exist")
    for parent in body.parents:
        if git.kind(parent) != "commit":
            raise Refused(422, "Parent SHA does not exist or is not a commit object")
    sha = call.hub.commit_tree(
        call.actor,
        call.repository,
        body.tree,
        parents=tuple(body.parents),
        message=body.message,
        author=signature(call, body.author),
        committer=signature(call, body.committer),
        by_site=False,
    )
    shape = shapes.git_commit(call.hub, call.repository, git.commit(sha))
    return Answer(status=201, body=shape, headers={"Location": shape["url"]})


def get_commit(call: Call) -> Answer:
    """A commit object."""
    try:
        found = opened(call).commit(call.params["commit_sha"])
    except MissingObject as missing:
        raise not_found() from missing
    return Answer(body=shapes.git_commit(call.hub, call.repository, found))


# Refs.


class NewRef(msgspec.Struct):
    """Body of "create a reference"."""

    ref: str
    sha: str


class MovedRef(msgspec.Struct):
    """Body of "update a reference"."""

    sha: str
    force: bool = False


def _ref(call: Call, name: str, sha: str) -> Json:
    return shapes.ref(call.hub, call.repository, name, sha)


def get_ref(call: Call) -> Answer:
    """One ref, by its exact name."""
    name = f"refs/{call.params['ref']}"
    sha = opened(call).ref(name)
    if sha is None:
        raise not_found()
    return Answer(body=_ref(call, name, sha))


def matching_refs(call: Call) -> Answer:
    """Refs whose names start so."""
    found = opened(call).refs(f"refs/{call.params['ref']}")
    return Answer(body=[_ref(call, name, sha) for name, sha in found.items()])


def create_ref(call: Call) -> Answer:
    """A new ref."""
    body = call.read(NewRef)
    call.hub.create_ref(call.actor, call.repository, body.ref, body.sha)
    shape = _ref(call, body.ref, body.sha)
    return Answer(status=201, body=shape, headers={"Location": shape["url"]})


def update_ref(call: Call) -> Answer:
    """Move a ref; without force only forward."""
    opened(call)
    name, body = f"refs/{call.params['ref']}", call.read(MovedRef)
    call.hub.update_ref(call.actor, call.repository, name, body.sha, force=body.force)
    return Answer(body=_ref(call, name, body.sha))


def delete_ref(call: Call) -> Answer:
    """Delete a ref."""
    opened(call)
    call.hub.delete_ref(call.actor, call.repository, f"refs/{call.params['ref']}")
    return NO_CONTENT


# Tags.


class NewTag(msgspec.Struct):
    """Body of "create a tag object"; the ref is a request of its own."""

    tag: str
    message: str
    object: str
    type: Literal["commit", "tree", "blob"] = "commit"
    tagger: Person | None = None


def create_tag(call: Call) -> Answer:
    """Store an annotated tag object."""
    git, body = opened(call), call.read(NewTag)
    mine = signature_of(call.actor.user, int(call.hub.now_s()))
    tagger = signature(call, body.tagger) or mine
    try:
        sha = git.add_tag(name=body.tag, target=body.object, message=body.message, tagger=tagger)
    except MissingObject as missing:
        raise Refused(422, "Object does not exist") from missing
    api = repository_url(call.hub, call.repository)
    kind = git.kind(body.object)
    shape = {
        "node_id": node_id("TA", sha),
        "tag": body.tag,
        "sha": sha,
        "url": f"{api}/git/tags/{sha}",
        "message": body.message,
        "tagger": shapes.person(tagger),
        "object": {
            "sha": body.object,
            "type": kind,
            "url": f"{api}/git/{kind}s/{body.object}",
        },
        "verification": {
            "verified": False,
            "reason": "unsigned",
            "signature": None,
            "payload": None,
            "verified_at": None,
        },
    }
    return Answer(status=201, body=shape, headers={"Location": str(shape["url"])})
