"""What changed between two trees, file by file, as GitHub shows it."""

import difflib
from dataclasses import dataclass

from dulwich.diff_tree import RenameDetector, tree_changes
from dulwich.objects import ObjectID

from bot.localhub.git.objects import GitRepository

LARGEST_PATCH_BYTES = 400_000  # beyond it GitHub, too, leaves the patch out
STATUS = {"add": "added", "delete": "removed", "modify": "modified", "rename": "renamed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """One changed file. ``patch`` is None for binary and very large files."""

    path: str
    previous_path: str | None
    status: str  # added, removed, modified, renamed
    sha: str  # of the blob after the change; before it for a removed file
    additions: int
    deletions: int
    patch: str | None


def changed_files(git: GitRepository, old_tree: str | None, new_tree: str) -> list[FileChange]:
    """The changes that make ``new_tree`` out of ``old_tree``, in order of path."""
    store = git.dulwich.object_store
    changes = tree_changes(
        store,
        ObjectID(old_tree.encode()) if old_tree else None,
        ObjectID(new_tree.encode()),
        rename_detector=RenameDetector(store),
    )
    files = []
    for change in changes:
        old, new = change.old, change.new
        kept = new if new is not None and new.path is not None else old
        assert kept is not None  # noqa: S101 -- dulwich's change always has a side
        old_sha = old.sha.decode() if old is not None and old.sha else None
        new_sha = new.sha.decode() if new is not None and new.sha else None
        patch, additions, deletions = _patch(git, old_sha, new_sha)
        files.append(
            FileChange(
                path=(kept.path or b"").decode(errors="replace"),
                previous_path=_text(old.path) if change.type == "rename" and old else None,
                status=STATUS.get(change.type, "modified"),
                sha=new_sha or old_sha or "",
                additions=additions,
                deletions=deletions,
                patch=patch,
            )
        )
    return sorted(files, key=lambda file: file.path)


def changed_paths(git: GitRepository, old_tree: str | None, new_tree: str) -> dict[str, str]:
    """The same by path and status alone (no renames): what a push event tells."""
    changes = tree_changes(
        git.dulwich.object_store,
        ObjectID(old_tree.encode()) if old_tree else None,
        ObjectID(new_tree.encode()),
    )
    return {
        _text(side.path): STATUS.get(change.type, "modified")
        for change in changes
        if (side := change.new or change.old) is not None
    }


def _text(path: bytes | None) -> str:
    return (path or b"").decode(errors="replace")


def _patch(git: GitRepository, old: str | None, new: str | None) -> tuple[str | None, int, int]:
    before, after = (
        git.blob(sha) if sha and git.kind(sha) == "blob" else b"" for sha in (old, new)
    )
    if len(before) + len(after) > LARGEST_PATCH_BYTES or b"\0" in before + after:
        return None, 0, 0
    lines = list(
        difflib.unified_diff(
            before.decode(errors="replace").splitlines(),
            after.decode(errors="replace").splitlines(),
            lineterm="",
            n=3,
        )
    )[2:]  # without the two lines that name the files
    if lines and after and not after.endswith(b"\n"):
        lines.append("\\ No newline at end of file")
    additions = sum(line.startswith("+") for line in lines)
    deletions = sum(line.startswith("-") for line in lines)
    return "\n".join(lines), additions, deletions
