"""What lies in the output folder, read with suspicion: a hook may have left anything."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .fault import Fault
from .limits import Limits
from .names import check_path, check_together


@dataclass(frozen=True, slots=True)
class Found:
    """One regular file: ``path`` relative to the project, ``file`` where it lies."""

    path: str
    file: Path
    size_bytes: int
    executable: bool


def collect(project: Path, limits: Limits) -> list[Found]:
    """The regular files below ``project`` in order of path.

    Only what ``lstat`` calls a regular file or a folder is let through, links are
    not followed, and of the mode only "may be executed" is kept.

    Raises:
        Fault: links or special files, refused names, or more than the limits allow.
    """
    found: list[Found] = []
    size_bytes = 0
    for entry in _walk(project, limits.depth):
        if len(found) == limits.files:
            raise Fault("too-many-files")
        path = _text_of(os.path.relpath(entry.path, project))
        check_path(path, depth=limits.depth)
        status = entry.stat(follow_symlinks=False)
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
            raise Fault("symlink")
        size_bytes += status.st_size
        if size_bytes > limits.out_bytes:
            raise Fault("too-large")
        found.append(Found(path, Path(entry.path), status.st_size, bool(status.st_mode & 0o111)))
    check_together(one.path for one in found)
    return sorted(found, key=lambda one: one.path)


def _text_of(path: str) -> str:
    try:
        path.encode()
    except UnicodeEncodeError:
        raise Fault("odd-name") from None
    return path


def _walk(folder: Path, depth: int) -> Iterator[os.DirEntry[str]]:
    if depth == 0:
        raise Fault("too-deep")
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(Path(entry.path), depth - 1)
            else:
                yield entry
