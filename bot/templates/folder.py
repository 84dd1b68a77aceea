"""A template's folder on somebody's disk → the files that the catalog would hold."""

import os
import stat
from pathlib import Path
from typing import Final

from bot.github.port import File
from bot.problems import Problem, ProblemsFound

MOST_FILES: Final = 2_000
MOST_BYTES: Final = 20_000_000
_IGNORED = frozenset({".git", "__pycache__", ".DS_Store"})


def read_folder(folder: Path) -> tuple[File, ...]:
    """Every regular file below ``folder``, paths relative to it, in order.

    Links are not followed. Raises ProblemsFound for links and special files and
    above 2,000 files or 20 MB; raises OSError where the folder cannot be read.
    """
    files: list[File] = []
    problems: list[Problem] = []
    size_bytes = 0
    for parent, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = sorted(set(folders) - _IGNORED)
        here = Path(parent)
        problems += [
            _special(folder, here / name) for name in folders if (here / name).is_symlink()
        ]
        for name in sorted(set(names) - _IGNORED):
            path = here / name
            info = path.lstat()
            if not stat.S_ISREG(info.st_mode):
                problems.append(_special(folder, path))
                continue
            size_bytes += info.st_size
            if len(files) >= MOST_FILES or size_bytes > MOST_BYTES:
                message = (
                    f"A template has at most {MOST_FILES:,} files and 20 MB; leave out what a "
                    "build fetches."
                )
                problem = Problem(path=".", line=1, column=1, rule="too-large", message=message)
                raise ProblemsFound([problem])
            files.append(_file(folder, path, info.st_mode))
    if problems:
        raise ProblemsFound(problems)
    return tuple(sorted(files, key=lambda file: file.path))


def _raise(error: OSError) -> None:
    raise error


def _file(folder: Path, path: Path, mode: int) -> File:
    return File(
        path=path.relative_to(folder).as_posix(),
        content=path.read_bytes(),
        executable=bool(mode & stat.S_IXUSR),
    )


def _special(folder: Path, path: Path) -> Problem:
    return Problem(
        path=path.relative_to(folder).as_posix(),
        line=1,
        column=1,
        rule="symlink",
        message="Links and special files are not used in templates; put a regular file here.",
    )
