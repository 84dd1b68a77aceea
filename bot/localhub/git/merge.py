"""Merges two histories as the merge button does: by file, then by line."""

import difflib

from bot.localhub.git.history import merge_base
from bot.localhub.git.objects import Change, GitRepository

File = tuple[str, str]  # mode, sha


class Conflict(Exception):
    """Both sides changed the same lines; ``paths`` says where."""

    def __init__(self, paths: list[str]) -> None:
        super().__init__(", ".join(paths))
        self.paths = paths


def merged_tree(git: GitRepository, ours: str, theirs: str) -> str:
    """The tree of commit ``ours`` with what commit ``theirs`` changed. Raises Conflict."""
    base = merge_base(git, ours, theirs)
    before = _files(git, git.commit(base).tree) if base else {}
    mine, other = (_files(git, git.commit(sha).tree) for sha in (ours, theirs))
    changes: dict[str, Change] = {}
    conflicts = []
    for path in sorted(before.keys() | other.keys()):
        was, here, there = before.get(path), mine.get(path), other.get(path)
        if there in (was, here):
            continue
        if here == was:
            changes[path] = there
            continue
        merged = _merged_file(git, was, here, there)
        if merged is None:
            conflicts.append(path)
        else:
            changes[path] = merged
    if conflicts:
        raise Conflict(conflicts)
    return git.write_tree(git.commit(ours).tree, changes)


def _files(git: GitRepository, tree: str) -> dict[str, File]:
    return {e.path: (e.mode, e.sha) for e in git.walk(tree) if e.type != "tree"}


def _merged_file(
    git: GitRepository, was: File | None, here: File | None, there: File | None
) -> File | None:
    if was is None or here is None or there is None or not (here[0] == there[0] == was[0]):
        return None
    base, ours, theirs = (git.blob(sha) for _, sha in (was, here, there))
    if b"\0" in base + ours + theirs:
        return None
    lines = merge_lines(*(side.splitlines(keepends=True) for side in (base, ours, theirs)))
    return None if lines is None else (here[0], git.add_blob(b"".join(lines)))


def merge_lines(base: list[bytes], ours: list[bytes], theirs: list[bytes]) -> list[bytes] | None:
    """``base`` with the edits of both sides; None where edits touch or overlap."""
    edits = sorted({*_edits(base, ours), *_edits(base, theirs)})
    merged: list[bytes] = []
    done = -1  # the last line of base that an edit covered
    position = 0
    for start, end, lines in edits:
        if start <= done:
            return None
        merged += base[position:start]
        merged += lines
        position, done = end, end
    return merged + base[position:]


def _edits(base: list[bytes], side: list[bytes]) -> list[tuple[int, int, tuple[bytes, ...]]]:
    matcher = difflib.SequenceMatcher(None, base, side, autojunk=False)
    return [
        (i1, i2, tuple(side[j1:j2]))
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
    ]
