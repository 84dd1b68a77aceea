"""Git objects by GitHub's API, without git: commits are written, folders are read.

Commits carry no author of ours: GitHub then signs them for the App and shows them
as Verified (github-facts, section 1).
"""

import asyncio
import base64
import datetime as dt
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal, TypeVar

from cachetools import LRUCache

from bot.errors import RetryLater, UserError
from bot.github import tree_plan
from bot.github.calls import Api, Calls
from bot.github.port import (
    Commit,
    File,
    NotFound,
    Rejected,
    Repository,
    RepositoryName,
    Stale,
    Tree,
    TreeEntry,
)
from bot.github.scopes import thread, writing

GIT = "/repos/{owner}/{repo}/git"
# Branches may hold slashes; as a list, each part is encoded by itself.
REF, REFS = GIT + "/ref/heads{/branch*}", GIT + "/refs/heads{/branch*}"
ALL_REFS = GIT + "/refs"
COMMITS, COMMIT = GIT + "/commits", GIT + "/commits/{commit}"
TREES, TREE = GIT + "/trees", GIT + "/trees/{tree}{?recursive}"
BLOBS, BLOB = GIT + "/blobs", GIT + "/blobs/{blob}"
COMPARE = "/repos/{owner}/{repo}/compare/{base}...{head}{?per_page}"
AHEAD = "/repos/{owner}/{repo}/compare/{base}...{first}{/rest*}{?per_page}"
FILE = "/repos/{owner}/{repo}/contents{/path*}{?ref}"

WORKFLOWS = ".github/workflows/"
MOST_AT_ONCE = 8  # of one folder's or commit's blobs, so that others get their turn too
MOST_FILES, LARGEST_FOLDER_BYTES = 2_000, 20_000_000
CACHE_BYTES = 64 * 1024 * 1024
TREE_ENTRY_BYTES = 300  # about what an entry of a listing takes in memory
SETTLES_S = 3.0  # how long GitHub may take until a new repository is everywhere
MOST_STEPS_BACK = 50
KINDS: Mapping[str, Literal["file", "folder", "link", "submodule"]] = {
    "040000": "folder",
    tree_plan.LINK: "link",
    tree_plan.SUBMODULE: "submodule",
}
COMMIT_OF = "/repos/{owner}/{repo}/commits{/ref*}"
COMMIT_ID = re.compile(r"[0-9a-f]{40}")

Item = TypeVar("Item")
Made = TypeVar("Made")


class GitHubContents:
    """``Contents`` over the REST API. What has an id of git never changes, so it is kept."""

    def __init__(self, api: Api, *, largest_tree_bytes: int = tree_plan.LARGEST_TREE_BYTES) -> None:
        self._api = api
        self._largest_tree_bytes = largest_tree_bytes
        self._blobs: LRUCache[tuple[str, str], bytes] = LRUCache(CACHE_BYTES, getsizeof=_size)
        self._trees: LRUCache[tuple[str, str], tuple[str, Sequence[Mapping[str, Any]]]] = LRUCache(
            CACHE_BYTES, getsizeof=lambda listing: TREE_ENTRY_BYTES * (1 + len(listing[1]))
        )
        self._files: LRUCache[tuple[str, str, str], bytes] = LRUCache(CACHE_BYTES, getsizeof=_size)

    async def head(self, repository: RepositoryName, branch: str) -> str:
        """See the port."""
        return await _head(self._api.on(repository, thread(repository)), branch)

    async def commit_of(self, repository: RepositoryName, ref: str) -> Commit:
        """See the port. GitHub answers 422 for an id that it does not know."""
        calls = self._api.on(repository, thread(repository))
        try:
            told = await calls.get(COMMIT_OF, ref=ref.split("/"))
        except Rejected as error:
            if error.status != 422:
                raise
            raise NotFound(str(error)) from None
        at = dt.datetime.fromisoformat(told["commit"]["committer"]["date"])
        return Commit(id=str(told["sha"]), committed_at_s=at.timestamp())

    async def branch_holds(self, repository: RepositoryName, branch: str, commit: str) -> bool:
        """See the port. A branch that is ahead of a commit, or is at it, holds it."""
        calls = self._api.on(repository, thread(repository))
        first, *rest = branch.split("/")
        told = await calls.get(AHEAD, base=commit, first=first, rest=rest, per_page=1)
        return told["status"] in ("ahead", "identical")

    async def has_grown(self, repository: RepositoryName, branch: str) -> bool:
        """Two requests: the head, and whether it has a parent."""
        calls = self._api.on(repository, thread(repository))
        told = await calls.get(COMMIT, commit=await _head(calls, branch))
        return bool(told["parents"])

    async def first_commit(
        self,
        repository: Repository,
        files: Sequence[File],
        *,
        message: str,
        look_first: bool = False,
    ) -> str:
        """Three requests for text: tree, commit without parents, branch.

        A second run does no harm while nobody else has pushed. With ``look_first``
        it is made sure of: what an earlier run left is returned; a branch that holds
        commits of others raises Stale. A repository that GitHub has made but does not
        show everywhere yet raises RetryLater.
        """
        calls = self._api.project(repository)
        branch = repository.default_branch
        try:
            if look_first:
                ours = await self._already_there(calls, branch, files)
                if ours is not None:
                    return ours
            tree = await self._write_tree(calls, files)
            new = {"message": message, "tree": tree, "parents": []}
            commit = str((await calls.post(COMMITS, new, repeatable=True))["sha"])
            await calls.patch(REFS, {"sha": commit, "force": True}, branch=branch.split("/"))
        except NotFound as error:
            raise RetryLater(
                f"GitHub does not show {repository.name} yet: {error}.", wait_s=SETTLES_S
            ) from None
        except Rejected as error:
            if error.status != 409:  # "Git Repository is empty."
                raise
            raise RetryLater(
                f"GitHub is still making {repository.name}.", wait_s=SETTLES_S
            ) from None
        return commit

    async def _already_there(self, calls: Calls, branch: str, files: Sequence[File]) -> str | None:
        """The first commit if it is ours; None where only GitHub's own first commit is there."""
        wanted = tree_plan.tree_id(files)
        commit = await _head(calls, branch)
        for steps in range(MOST_STEPS_BACK):
            told = await calls.get(COMMIT, commit=commit)
            if told["tree"]["sha"] == wanted:
                return commit
            if not told["parents"]:
                if steps:
                    break
                return None
            commit = str(told["parents"][0]["sha"])
        raise Stale(f"{branch} holds commits of others; they are not overwritten.")

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
        """Three requests for text, one more without ``base_tree``.

        A path in ``deleted`` must be there, or it is Rejected.
        """
        touched = [*(file.path for file in files), *deleted]
        workflows = any(path.startswith(WORKFLOWS) for path in touched)
        calls = self._api.on(repository, writing(repository, workflows=workflows))
        base = base_tree or (await calls.get(COMMIT, commit=parent))["tree"]["sha"]
        tree = await self._write_tree(calls, files, deleted=deleted, base=base)
        new = {"message": message, "tree": tree, "parents": [parent]}
        commit = str((await calls.post(COMMITS, new, repeatable=True))["sha"])
        for file in files:  # what we wrote need not be read again
            key = (str(repository).lower(), tree_plan.blob_id(file.content))
            _keep(self._blobs, key, file.content)
        try:
            await calls.patch(REFS, {"sha": commit, "force": False}, branch=branch.split("/"))
        except Rejected as error:
            if error.status == 409 or "fast forward" in error.words.lower():
                raise Stale(f"{branch} moved.", status=error.status, words=error.words) from None
            raise
        return commit

    async def branch_of(
        self, repository: RepositoryName, branch: str, files: Sequence[File], *, message: str
    ) -> str:
        """Three requests for text: tree, commit without parents, branch."""
        workflows = any(file.path.startswith(WORKFLOWS) for file in files)
        calls = self._api.on(repository, writing(repository, workflows=workflows))
        tree = await self._write_tree(calls, files)
        new = {"message": message, "tree": tree, "parents": []}
        commit = str((await calls.post(COMMITS, new, repeatable=True))["sha"])
        await _point(calls, branch, commit)
        return commit

    async def point_branch(
        self, repository: RepositoryName, branch: str, commit: str, *, move: bool = True
    ) -> None:
        """One request; another one where the branch is there and is moved."""
        calls = self._api.on(repository, writing(repository, workflows=False))
        await _point(calls, branch, commit, move=move)

    async def delete_branch(self, repository: RepositoryName, branch: str) -> None:
        """See the port."""
        calls = self._api.on(repository, writing(repository, workflows=False))
        try:
            await calls.delete(REFS, branch=branch.split("/"))
        except NotFound:
            return
        except Rejected as error:
            if "does not exist" not in error.words.lower():
                raise

    async def merge_base(self, repository: RepositoryName, base: str, head: str) -> str:
        """One request. Of two known commits the answer never changes, but it is asked once."""
        calls = self._api.on(repository, thread(repository))
        told = await calls.get(COMPARE, base=base, head=head, per_page=1)
        return str(told["merge_base_commit"]["sha"])

    async def tree(self, repository: RepositoryName, ref: str) -> Tree:
        """One request; at a commit id, a second reading asks nothing."""
        calls = self._api.on(repository, thread(repository))
        id_, entries = await self._listing(calls, repository, ref)
        return Tree(id_, {str(each["path"]): _entry(each) for each in entries})

    async def _write_tree(
        self,
        calls: Calls,
        files: Sequence[File],
        *,
        deleted: Sequence[str] = (),
        base: str | None = None,
    ) -> str:
        """The id of the tree; without a base, the files are all there is."""
        blobs = await _write_blobs(calls, [f for f in files if tree_plan.inline_text(f) is None])
        entries = [tree_plan.entry(file, blobs.get(file.path)) for file in files]
        entries += [
            {"path": path, "mode": tree_plan.REGULAR, "type": "blob", "sha": None}
            for path in deleted
        ]
        for batch in tree_plan.batches(entries, largest_bytes=self._largest_tree_bytes):
            body = {"tree": batch} | ({"base_tree": base} if base else {})
            base = str((await calls.post(TREES, body, repeatable=True))["sha"])
        assert base is not None  # there is at least one batch  # noqa: S101 - for the type checker
        return base

    async def read_file(self, repository: RepositoryName, path: str, *, ref: str) -> bytes:
        """See the port. At a commit id, a second reading asks nothing."""
        key = (str(repository).lower(), path, ref)
        if key in self._files:
            return self._files[key]
        calls = self._api.on(repository, thread(repository))
        told = await calls.get(FILE, path=path.split("/"), ref=ref)
        if not isinstance(told, dict) or told.get("type") != "file":
            raise NotFound(f"{path} is no file.")
        if told.get("encoding") == "base64":
            content = base64.b64decode(told["content"])
        else:  # above 1 MB the contents API names the blob only
            content = await self._blob(calls, repository, str(told["sha"]))
        if COMMIT_ID.fullmatch(ref):
            _keep(self._files, key, content)
        return content

    async def read_blob(self, repository: RepositoryName, blob: str) -> bytes:
        """See the port. A second reading asks nothing."""
        return await self._blob(self._api.on(repository, thread(repository)), repository, blob)

    async def read_folder(
        self, repository: RepositoryName, folder: str, *, ref: str, leave: float = 0.0
    ) -> Sequence[File]:
        """See the port. At a commit id, a second reading asks nothing; after a change of a
        few files, only those are fetched.
        """
        calls = self._api.on(repository, thread(repository))
        prefix = folder.strip("/") + "/" if folder.strip("/") else ""
        entries = [
            each
            for each in (await self._listing(calls, repository, ref))[1]
            if str(each["path"]).startswith(prefix) and each["type"] != "tree"
        ]
        if not entries:
            raise NotFound(f"{repository} has no folder {folder}.")
        _refuse_unfit(entries, folder)
        ids = list(dict.fromkeys(str(each["sha"]) for each in entries))
        unknown = [each for each in ids if (str(repository).lower(), each) not in self._blobs]
        calls.leave(leave, before=len(unknown))
        blobs = await _side_by_side(lambda blob: self._blob(calls, repository, blob), ids)
        content = dict(zip(ids, blobs, strict=True))
        return [
            File(
                path=str(each["path"]).removeprefix(prefix),
                content=content[str(each["sha"])],
                executable=each["mode"] == tree_plan.EXECUTABLE,
            )
            for each in entries
        ]

    async def _listing(
        self, calls: Calls, repository: RepositoryName, ref: str
    ) -> tuple[str, Sequence[Mapping[str, Any]]]:
        """The id of the tree and its entries, as GitHub tells them."""
        key = (str(repository).lower(), ref)
        if key in self._trees:
            return self._trees[key]
        told = await calls.get(TREE, tree=ref, recursive="1")
        if told.get("truncated"):
            raise UserError(
                f"`{repository}` holds more files than GitHub lists at once.",
                fix="Move what is no template to a repository of its own.",
            )
        listing = (str(told["sha"]), told["tree"])
        if COMMIT_ID.fullmatch(ref):
            _keep(self._trees, key, listing)
        return listing

    async def _blob(self, calls: Calls, repository: RepositoryName, blob: str) -> bytes:
        key = (str(repository).lower(), blob)
        if key not in self._blobs:
            told = await calls.get(BLOB, blob=blob)
            content = base64.b64decode(told["content"])
            _keep(self._blobs, key, content)
            return content
        return self._blobs[key]


async def _head(calls: Calls, branch: str) -> str:
    return str((await calls.get(REF, branch=branch.split("/")))["object"]["sha"])


async def _point(calls: Calls, branch: str, commit: str, *, move: bool = True) -> None:
    try:
        made = {"ref": f"refs/heads/{branch}", "sha": commit}
        await calls.post(ALL_REFS, made, repeatable=True)
    except Rejected as error:
        if "already exists" not in error.words.lower():
            raise
        if move:
            await calls.patch(REFS, {"sha": commit, "force": True}, branch=branch.split("/"))


async def _write_blobs(calls: Calls, files: Sequence[File]) -> dict[str, str]:
    """Path to blob id."""

    async def write(content: bytes) -> str:
        body = {"content": base64.b64encode(content).decode(), "encoding": "base64"}
        return str((await calls.post(BLOBS, body, repeatable=True))["sha"])

    contents = list(dict.fromkeys(file.content for file in files))  # each but once
    ids = dict(zip(contents, await _side_by_side(write, contents), strict=True))
    return {file.path: ids[file.content] for file in files}


def _refuse_unfit(entries: Sequence[Mapping[str, Any]], folder: str) -> None:
    """Raises UserError for what could lead outside or is too much to hold."""
    if any(each["mode"] in (tree_plan.LINK, tree_plan.SUBMODULE) for each in entries):
        raise UserError(
            f"`{folder}` holds symbolic links or submodules.",
            fix="Put plain files in their place: what a link points to is not part of the commit.",
        )
    if len(entries) > MOST_FILES or sum(_bytes(each) for each in entries) > LARGEST_FOLDER_BYTES:
        raise UserError(
            f"`{folder}` is larger than {MOST_FILES} files or {LARGEST_FOLDER_BYTES // 10**6} MB.",
            fix="Remove what can be generated or downloaded.",
        )


def _entry(each: Mapping[str, Any]) -> TreeEntry:
    kind = KINDS.get(str(each["mode"]), "file")
    return TreeEntry(str(each["path"]), kind, str(each["sha"]), _bytes(each))


def _bytes(each: Mapping[str, Any]) -> int:
    return int(each.get("size") or 0)


def _size(content: bytes) -> int:
    return len(content) + 100  # the key and the cache's own links


def _keep(cache: LRUCache[Any, Any], key: object, value: object) -> None:
    """Keep it unless it alone is larger than the cache."""
    with suppress(ValueError):
        cache[key] = value


async def _side_by_side(
    work: Callable[[Item], Awaitable[Made]], items: Sequence[Item]
) -> list[Made]:
    """The results in order, a few at a time; the first failure stops the rest and is raised."""
    slots = asyncio.Semaphore(MOST_AT_ONCE)

    async def one(item: Item) -> Made:
        async with slots:
            return await work(item)

    tasks = [asyncio.ensure_future(one(item)) for item in items]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
