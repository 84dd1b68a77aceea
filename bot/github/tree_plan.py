"""How files become git objects over the API in as few requests as possible. Pure.

Text travels inside the tree request; only what is no text needs a request of its
own (a blob). Many files are split into several trees, each built on the one before.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

from bot.github.port import File

# GitHub publishes no limit for inline content; requests of this size are known to pass.
LARGEST_TREE_BYTES = 5 * 1024 * 1024
LARGEST_INLINE_BYTES = 1024 * 1024  # a larger text goes as a blob, like other large files

REGULAR, EXECUTABLE, LINK, SUBMODULE = "100644", "100755", "120000", "160000"

Entry = dict[str, Any]
Folder = dict[str, Any]  # a name to a File or to a Folder


def mode(file: File) -> str:
    """Git's mode of the file."""
    return EXECUTABLE if file.executable else REGULAR


def inline_text(file: File) -> str | None:
    """The content as JSON can carry it unchanged, or None where it needs a blob."""
    if len(file.content) > LARGEST_INLINE_BYTES or b"\0" in file.content:
        return None
    try:
        return file.content.decode()
    except UnicodeDecodeError:
        return None


def entry(file: File, blob_id: str | None) -> Entry:
    """The file in a tree request; ``blob_id`` where its content is there as a blob."""
    where = {"path": file.path, "mode": mode(file), "type": "blob"}
    return where | ({"content": inline_text(file)} if blob_id is None else {"sha": blob_id})


def batches(entries: Sequence[Entry], *, largest_bytes: int) -> Iterator[list[Entry]]:
    """The entries in order, in pieces whose JSON stays within the size; at least one piece.

    An entry that is larger on its own is a piece of its own.
    """
    batch: list[Entry] = []
    size_bytes = 0
    for each in entries:
        more_bytes = len(json.dumps(each, ensure_ascii=False).encode()) + 2
        if batch and size_bytes + more_bytes > largest_bytes:
            yield batch
            batch, size_bytes = [], 0
        batch.append(each)
        size_bytes += more_bytes
    yield batch


def tree_id(files: Sequence[File]) -> str:
    """The id that git gives to a folder of these files: equal ids, equal content.

    Raises ValueError where one path is a file and a folder at once, or there twice.
    Source: git's object format (Documentation, "Git Internals - Git Objects").
    """
    root: Folder = {}
    for file in files:
        *folders, name = file.path.split("/")
        folder = root
        for each in folders:
            folder = _inside(folder, each)
        if name in folder:
            raise ValueError("a path is there twice")
        folder[name] = file
    return _tree(root)


def blob_id(content: bytes) -> str:
    """The id that git gives to these bytes."""
    return _id(b"blob", content)


def _inside(folder: Folder, name: str) -> Folder:
    child = folder.setdefault(name, {})
    if isinstance(child, dict):
        return child
    raise ValueError("a path is both a file and a folder")


def _tree(folder: Folder) -> str:
    lines = []
    for name, child in folder.items():
        if isinstance(child, File):
            kind, object_id, order = mode(child), blob_id(child.content), name
        else:
            kind, object_id, order = "40000", _tree(child), f"{name}/"
        line = f"{kind} {name}\0".encode() + bytes.fromhex(object_id)
        lines.append((order.encode(), line))
    return _id(b"tree", b"".join(line for _, line in sorted(lines)))


def _id(kind: bytes, content: bytes) -> str:
    header = b"%s %d\0" % (kind, len(content))
    return hashlib.sha1(header + content, usedforsecurity=False).hexdigest()
