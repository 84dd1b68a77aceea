"""Which names of files and folders are let through; pure, so both sides ask it.

A name is refused when it could leave the folder it was meant for, when git or a
file system would read it as another name, or when a person would.
"""

import re
import unicodedata
from collections.abc import Iterable

from .fault import Fault

_PART_BYTES = 255
# Categories: control, format (bidirectional and zero-width among them), surrogate,
# private use, unassigned, line and paragraph separator.
_ODD_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Blank to the eye although Unicode calls them letters or marks.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
_GIT = re.compile(r"\.git|git~[0-9]+|\.gitmodules|gitmod~[0-9]+|\.lfsconfig", re.IGNORECASE)
TOP_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def check_path(path: str, *, depth: int, braces: bool = False) -> None:
    """``path`` is relative, plain, and safe to put into a repository; or Fault.

    ``braces`` lets ``{`` and ``}`` through: names of a template before rendering.
    """
    if not path or path.startswith("/"):
        raise Fault("path-outside")
    parts = path.split("/")
    if len(parts) > depth:
        raise Fault("too-deep")
    for part in parts:
        _check_part(part, braces=braces)


def _check_part(part: str, *, braces: bool) -> None:
    if part in {"", ".", ".."} or "\\" in part:
        raise Fault("path-outside")
    if any(unicodedata.category(c) in _ODD_CATEGORIES or c in _BLANK for c in part):
        raise Fault("odd-name")
    if len(part.encode()) > _PART_BYTES:
        raise Fault("odd-name")
    if _GIT.fullmatch(part.rstrip(". ")):
        raise Fault("git-name")
    if not braces:
        _check_plain_part(part)


def _check_plain_part(part: str) -> None:
    if "{" in part or "}" in part:
        raise Fault("braces-in-name")
    if part != part.rstrip(". ") or _RESERVED.fullmatch(part):
        raise Fault("odd-name")


def check_together(paths: Iterable[str]) -> None:
    """No two paths are the same file on a file system that ignores case or composition.

    Folders count: ``Docs/a`` and ``docs/b`` are one folder on some machines. A
    path may not be a file and a folder at once either.

    Raises:
        Fault: collision, with the path that is one too many.
    """
    spelled: dict[str, str] = {}
    files: set[str] = set()
    folders: set[str] = set()
    for path in paths:
        parts = path.split("/")
        prefixes = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
        for prefix in prefixes:
            if spelled.setdefault(folded(prefix), prefix) != prefix or prefix in files:
                raise Fault("collision", path=path)
        if path in folders:
            raise Fault("collision", path=path)
        folders.update(prefixes[:-1])
        files.add(path)


def folded(path: str) -> str:
    """The same for paths that some file system takes for one."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", path).casefold())


def check_git_attributes(content: bytes) -> None:
    """A ``.gitattributes`` may not hide files from archives or run filters.

    Raises:
        Fault: git-attributes; with ``export-*`` the tree that was checked and the
            tree that an archive holds would differ, ``filter=`` runs programs.
    """
    if re.search(rb"(^|[\s!-])(export-ignore|export-subst|filter)([\s=]|$)", content, re.MULTILINE):
        raise Fault("git-attributes")
