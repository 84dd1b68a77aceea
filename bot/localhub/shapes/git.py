"""Git objects, commits, contents and comparisons as JSON."""

import base64
from urllib.parse import quote

from bot.localhub.core import HubCore
from bot.localhub.git.diff import FileChange, changed_files
from bot.localhub.git.objects import CommitInfo, Entry, Signature
from bot.localhub.shapes.basics import Json, iso, node_id
from bot.localhub.shapes.people import simple_user
from bot.localhub.shapes.repositories import html_url, repository_url
from bot.localhub.state.people import User
from bot.localhub.state.repositories import Repository

MOST_CONTENT_BYTES = 1024 * 1024  # the contents route sends no more inline


def person(signature: Signature) -> Json:
    """An author or committer as git knows them."""
    return {
        "name": signature.name,
        "email": signature.email,
        "date": iso(signature.at_s),
    }


def verification(commit: CommitInfo) -> Json:
    """Whether GitHub vouches for the commit. Payload and signature stay empty here."""
    return {
        "verified": commit.signed,
        "reason": "valid" if commit.signed else "unsigned",
        "signature": None,
        "payload": None,
        "verified_at": iso(commit.committer.at_s) if commit.signed else None,
    }


def git_commit(hub: HubCore, repository: Repository, commit: CommitInfo) -> Json:
    """A commit as the git database routes show it."""
    api, page = repository_url(hub, repository), html_url(hub, repository)
    return {
        "sha": commit.sha,
        "node_id": node_id("C", commit.sha),
        "url": f"{api}/git/commits/{commit.sha}",
        "html_url": f"{page}/commit/{commit.sha}",
        "author": person(commit.author),
        "committer": person(commit.committer),
        "message": commit.message,
        "tree": {"sha": commit.tree, "url": f"{api}/git/trees/{commit.tree}"},
        "parents": [
            {
                "sha": parent,
                "url": f"{api}/git/commits/{parent}",
                "html_url": f"{page}/commit/{parent}",
            }
            for parent in commit.parents
        ],
        "verification": verification(commit),
    }


def user_of(hub: HubCore, signature: Signature) -> User | None:
    """The account whose no-reply address signed, or None for a stranger's address."""
    local, _, host = signature.email.partition("@")
    login = local.rpartition("+")[2]
    return hub.world.users.find(login.lower()) if host == "users.noreply.github.com" else None


def commit(hub: HubCore, repository: Repository, found: CommitInfo) -> Json:
    """A commit as the repository routes show it."""
    api, page = repository_url(hub, repository), html_url(hub, repository)
    author, committer = user_of(hub, found.author), user_of(hub, found.committer)
    return {
        "sha": found.sha,
        "node_id": node_id("C", found.sha),
        "commit": {
            "author": person(found.author),
            "committer": person(found.committer),
            "message": found.message,
            "tree": {"sha": found.tree, "url": f"{api}/git/trees/{found.tree}"},
            "url": f"{api}/git/commits/{found.sha}",
            "comment_count": 0,
            "verification": verification(found),
        },
        "url": f"{api}/commits/{found.sha}",
        "html_url": f"{page}/commit/{found.sha}",
        "comments_url": f"{api}/commits/{found.sha}/comments",
        "author": simple_user(hub, author) if author else None,
        "committer": simple_user(hub, committer) if committer else None,
        "parents": [
            {
                "sha": parent,
                "url": f"{api}/commits/{parent}",
                "html_url": f"{page}/commit/{parent}",
            }
            for parent in found.parents
        ],
    }


def commit_with_files(hub: HubCore, repository: Repository, found: CommitInfo) -> Json:
    """One commit with what it changed against its first parent."""
    git = hub.git(repository)
    before = git.commit(found.parents[0]).tree if found.parents else None
    files = changed_files(git, before, found.tree)
    added = sum(file.additions for file in files)
    deleted = sum(file.deletions for file in files)
    return commit(hub, repository, found) | {
        "stats": {"additions": added, "deletions": deleted, "total": added + deleted},
        "files": [diff_entry(hub, repository, found.sha, file) for file in files],
    }


def diff_entry(hub: HubCore, repository: Repository, head: str, file: FileChange) -> Json:
    """One changed file."""
    api, page = repository_url(hub, repository), html_url(hub, repository)
    path = quote(file.path)
    shape: Json = {
        "sha": file.sha,
        "filename": file.path,
        "status": file.status,
        "additions": file.additions,
        "deletions": file.deletions,
        "changes": file.additions + file.deletions,
        "blob_url": f"{page}/blob/{head}/{path}",
        "raw_url": f"{page}/raw/{head}/{path}",
        "contents_url": f"{api}/contents/{path}?ref={head}",
    }
    if file.patch is not None:
        shape["patch"] = file.patch
    if file.previous_path is not None:
        shape["previous_filename"] = file.previous_path
    return shape


def ref(hub: HubCore, repository: Repository, name: str, sha: str) -> Json:
    """A ref and what it points to."""
    api = repository_url(hub, repository)
    kind = hub.git(repository).kind(sha) or "commit"
    return {
        "ref": name,
        "node_id": node_id("REF", name),
        "url": f"{api}/git/{name}",
        "object": {"sha": sha, "type": kind, "url": f"{api}/git/{kind}s/{sha}"},
    }


def tree(hub: HubCore, repository: Repository, sha: str, *, recursive: bool) -> Json:
    """A tree. GitHub truncates beyond 100,000 entries; nothing here grows so large."""
    api, git = repository_url(hub, repository), hub.git(repository)
    entries = git.walk(sha) if recursive else git.entries(sha)
    return {
        "sha": sha,
        "url": f"{api}/git/trees/{sha}",
        "tree": [_tree_entry(hub, repository, entry) for entry in entries],
        "truncated": False,
    }


def _tree_entry(hub: HubCore, repository: Repository, entry: Entry) -> Json:
    shape: Json = {"path": entry.path, "mode": entry.mode, "type": entry.type, "sha": entry.sha}
    if entry.type == "blob":
        shape["size"] = hub.git(repository).size_bytes(entry.sha)
    if entry.type != "commit":
        kind = f"git/{entry.type}s"
        shape["url"] = f"{repository_url(hub, repository)}/{kind}/{entry.sha}"
    return shape


def blob(hub: HubCore, repository: Repository, sha: str, content: bytes) -> Json:
    """A blob, in base64."""
    return {
        "sha": sha,
        "node_id": node_id("B", sha),
        "size": len(content),
        "url": f"{repository_url(hub, repository)}/git/blobs/{sha}",
        "content": wrapped_base64(content),
        "encoding": "base64",
    }


def wrapped_base64(content: bytes) -> str:
    """Base64 with a line break after every 60 characters, as GitHub sends it."""
    text = base64.b64encode(content).decode()
    return "".join(text[i : i + 60] + "\n" for i in range(0, len(text), 60))


def content(hub: HubCore, repository: Repository, entry: Entry, *, at: str) -> Json:
    """A file, folder, link or submodule as the contents routes list it."""
    api, page = repository_url(hub, repository), html_url(hub, repository)
    kind = {"040000": "dir", "120000": "symlink", "160000": "submodule"}.get(entry.mode, "file")
    path, at = quote(entry.path), quote(at)
    url = f"{api}/contents/{path}?ref={at}"
    git_url = f"{api}/git/{entry.type}s/{entry.sha}"
    folder = "tree" if kind == "dir" else "blob"
    page_url = f"{page}/{folder}/{at}/{path}"
    size = hub.git(repository).size_bytes(entry.sha) if entry.type == "blob" else 0
    raw = f"{page}/raw/{at}/{path}" if kind in {"file", "symlink"} else None
    return {
        "name": entry.path.rpartition("/")[2],
        "path": entry.path,
        "sha": entry.sha,
        "size": size,
        "type": kind,
        "url": url,
        "html_url": page_url,
        "git_url": git_url,
        "download_url": raw,
        "_links": {"self": url, "git": git_url, "html": page_url},
    }


def content_with_text(hub: HubCore, repository: Repository, entry: Entry, *, at: str) -> Json:
    """A single file with its text; beyond 1 MB the text stays out, as on GitHub."""
    shape = content(hub, repository, entry, at=at)
    data = hub.git(repository).blob(entry.sha)
    if shape["type"] == "symlink":
        return shape | {"target": data.decode(errors="replace")}
    if len(data) > MOST_CONTENT_BYTES:
        return shape | {"content": "", "encoding": "none"}
    return shape | {"content": wrapped_base64(data), "encoding": "base64"}


def short_branch(
    hub: HubCore, repository: Repository, name: str, sha: str, *, protected: bool
) -> Json:
    """A branch in a list."""
    api = repository_url(hub, repository)
    return {
        "name": name,
        "commit": {"sha": sha, "url": f"{api}/commits/{sha}"},
        "protected": protected,
    }
