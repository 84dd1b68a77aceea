"""Reads and writes the objects and refs of one bare repository."""

import hashlib
import hmac
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dulwich.objects import Blob, Commit, ObjectID, Tag, Tree
from dulwich.objects import ShaFile as GitObject
from dulwich.refs import Ref, check_ref_format
from dulwich.repo import Repo

SHA_LENGTH = 40
MODE_OF_TREE = 0o040000
TYPE_OF_MODE = {"040000": "tree", "160000": "commit"}  # everything else is a blob


class MissingObject(LookupError):
    """There is no object of that id, or not of that kind."""


class MissingPath(LookupError):
    """A path that was to be deleted is not in the tree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who made a commit or tag, and when (Unix seconds; written in UTC)."""

    name: str
    email: str
    at_s: int

    @property
    def line(self) -> bytes:
        """``Name <email>``; characters that git forbids there are left out."""
        clean = str.maketrans("", "", "<>\n\0")
        return f"{self.name.translate(clean)} <{self.email.translate(clean)}>".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a tree. ``mode`` is GitHub's six digits; ``size_bytes`` None for trees."""

    path: str
    mode: str
    sha: str
    size_bytes: int | None = None

    @property
    def type(self) -> str:
        """Blob, tree or commit (a submodule)."""
        return TYPE_OF_MODE.get(self.mode, "blob")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitInfo:
    """A commit as read. ``signed`` is true when this hub signed these very bytes."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    message: str
    author: Signature
    committer: Signature
    signed: bool


Change = tuple[str, str] | None  # (mode, sha), or None to delete


class GitRepository:
    """One bare repository. Ids are 40 hexadecimal digits, refs full names as text."""

    def __init__(self, folder: Path, *, signing_key: bytes) -> None:
        self._repo = Repo(str(folder))
        self._objects = self._repo.object_store
        self._signing_key = signing_key
        self.folder = folder

    def close(self) -> None:
        """Give back open files."""
        self._repo.close()

    # Refs.

    def refs(self, prefix: str) -> dict[str, str]:
        """Full ref names that start with ``prefix``, in order, with their ids."""
        found = {
            name.decode(errors="replace"): sha.decode()
            for name, sha in self._repo.refs.as_dict().items()
            if name != b"HEAD"
        }
        return {name: found[name] for name in sorted(found) if name.startswith(prefix)}

    def branches(self) -> dict[str, str]:
        """Branch names with the commit each points to."""
        return {name.removeprefix("refs/heads/"): s for name, s in self.refs("refs/heads/").items()}

    def ref(self, name: str) -> str | None:
        """The id that ``refs/…`` points to, or None."""
        try:
            return self._repo.refs[Ref(name.encode())].decode()
        except (KeyError, ValueError, OSError):
            return None

    def branch(self, name: str) -> str | None:
        """The commit of a branch, or None."""
        return self.ref(f"refs/heads/{name}")

    def set_ref(self, name: str, sha: str) -> None:
        """Point ``refs/…`` to ``sha``; raises ValueError for a name git does not allow.

        Written here, not by the library, which syncs the disk for every ref.
        """
        if not name.startswith("refs/") or not check_ref_format(Ref(name.encode())):
            raise ValueError(name)
        path = self.folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                path.rmdir()  # left over from refs below it; fails while there are any
            fresh = path.with_name(f"{path.name}.lock")
            fresh.write_text(f"{sha}\n")
            fresh.replace(path)
        except OSError as problem:  # a ref of that name and one below it cannot both be
            raise ValueError(name) from problem

    def delete_ref(self, name: str) -> None:
        """Remove ``refs/…``; one that is gone is fine."""
        self._repo.refs.remove_if_equals(Ref(name.encode()), None)

    def set_head(self, branch: str) -> None:
        """Make ``branch`` what a clone checks out."""
        self._repo.refs.set_symbolic_ref(Ref(b"HEAD"), Ref(f"refs/heads/{branch}".encode()))

    @property
    def is_empty(self) -> bool:
        """Whether no branch and no tag exists."""
        return not self.refs("refs/")

    def resolve(self, text: str) -> str | None:
        """The commit meant by a branch, tag, ``heads/…``, full ref or (short) id."""
        for name in (f"refs/heads/{text}", f"refs/tags/{text}", f"refs/{text}", text):
            if name.startswith("refs/") and (sha := self.ref(name)):
                return self.peel(sha)
        if 4 <= len(text) <= SHA_LENGTH and all(c in "0123456789abcdef" for c in text):
            found = list(self._matching(text))
            if len(found) == 1 and self.kind(found[0]) in {"commit", "tag"}:
                return self.peel(found[0])
        return None

    def peel(self, sha: str) -> str | None:
        """The commit behind annotated tags; None where it ends at something else."""
        found = self._find(sha)
        while isinstance(found, Tag):
            found = self._find(found.object[1].decode())
        return found.id.decode() if isinstance(found, Commit) else None

    def _matching(self, prefix: str) -> Iterator[str]:
        if len(prefix) == SHA_LENGTH:
            yield prefix
        else:
            for sha in self._objects.iter_prefix(prefix.encode()):
                yield sha.decode()

    # Reading.

    def kind(self, sha: str) -> str | None:
        """Blob, tree, commit or tag; None where there is no such object."""
        found = self._find(sha)
        return None if found is None else found.type_name.decode()

    def blob(self, sha: str) -> bytes:
        """A file's bytes. Raises MissingObject."""
        found = self._find(sha)
        if not isinstance(found, Blob):
            raise MissingObject(sha)
        return found.as_raw_string()

    def entries(self, tree_sha: str) -> list[Entry]:
        """The lines of one tree. Raises MissingObject."""
        found = self._find(tree_sha)
        if not isinstance(found, Tree):
            raise MissingObject(tree_sha)
        return [
            Entry(path=name.decode(errors="replace"), mode=f"{mode:06o}", sha=sha.decode())
            for name, mode, sha in found.iteritems()
        ]

    def walk(self, tree_sha: str, *, prefix: str = "") -> Iterator[Entry]:
        """Every line below a tree, folders before what they hold. Raises MissingObject."""
        for entry in self.entries(tree_sha):
            below = Entry(path=prefix + entry.path, mode=entry.mode, sha=entry.sha)
            yield below
            if entry.type == "tree":
                yield from self.walk(entry.sha, prefix=below.path + "/")

    def find(self, tree_sha: str, path: str) -> Entry | None:
        """The entry at a path below a tree ("" is the tree itself), or None."""
        found = Entry(path="", mode="040000", sha=tree_sha)
        for part in filter(None, path.split("/")):
            if found.type != "tree":
                return None
            here = next((e for e in self.entries(found.sha) if e.path == part), None)
            if here is None:
                return None
            found = here
        return Entry(path=path.strip("/"), mode=found.mode, sha=found.sha)

    def size_bytes(self, sha: str) -> int:
        """The length of a blob."""
        return int(self._objects[ObjectID(sha.encode())].raw_length())

    def commit(self, sha: str) -> CommitInfo:
        """A commit. Raises MissingObject."""
        found = self._find(sha)
        if not isinstance(found, Commit):
            raise MissingObject(sha)
        return CommitInfo(
            sha=sha,
            tree=found.tree.decode(),
            parents=tuple(parent.decode() for parent in found.parents),
            message=found.message.decode(errors="replace"),
            author=_read_signature(found.author, found.author_time),
            committer=_read_signature(found.committer, found.commit_time),
            signed=found.gpgsig is not None and found.gpgsig == self._sign(found),
        )

    def tag(self, sha: str) -> Tag:
        """An annotated tag. Raises MissingObject."""
        found = self._find(sha)
        if not isinstance(found, Tag):
            raise MissingObject(sha)
        return found

    def _find(self, sha: str) -> GitObject | None:
        if len(sha) != SHA_LENGTH:
            return None
        try:
            return self._objects[ObjectID(sha.encode())]
        except (KeyError, ValueError, UnicodeEncodeError):
            return None

    # Writing.

    def add_blob(self, content: bytes) -> str:
        """Store a file's bytes and return their id."""
        return self._store(b"blob", content)

    def add_commit(
        self,
        *,
        tree: str,
        parents: tuple[str, ...],
        message: str,
        author: Signature,
        committer: Signature,
        sign: bool = False,
    ) -> str:
        """Store a commit and return its id. ``sign`` makes it verified."""
        commit = Commit()
        commit.tree = ObjectID(tree.encode())
        commit.parents = [ObjectID(parent.encode()) for parent in parents]
        commit.message = message.encode()
        commit.encoding = b"UTF-8"
        commit.author, commit.author_time, commit.author_timezone = author.line, author.at_s, 0
        commit.committer, commit.commit_time = committer.line, committer.at_s
        commit.commit_timezone = 0
        if sign:
            commit.gpgsig = self._sign(commit)
        return self._add(commit)

    def add_tag(self, *, name: str, target: str, message: str, tagger: Signature) -> str:
        """Store an annotated tag object (no ref) and return its id."""
        found = self._find(target)
        if found is None:
            raise MissingObject(target)
        tag = Tag()
        tag.name, tag.message = name.encode(), message.encode()
        tag.object = (type(found), ObjectID(target.encode()))
        tag.tagger, tag.tag_time, tag.tag_timezone = tagger.line, tagger.at_s, 0
        return self._add(tag)

    def write_tree(self, base: str | None, changes: Mapping[str, Change]) -> str:
        """Store ``base`` (None: nothing) with the changes applied, and return its id.

        Raises MissingObject for an unknown base, MissingPath for a deletion of what
        is not there. Folders that lose their last file go as well.
        """
        return self._write_folder(base, changes, at="").id.decode()

    def _write_folder(self, base: str | None, changes: Mapping[str, Change], *, at: str) -> Tree:
        entries = {e.path: (e.mode, e.sha) for e in self.entries(base)} if base else {}
        below: dict[str, dict[str, Change]] = {}
        for path, change in changes.items():
            name, _, rest = path.partition("/")
            if rest:
                below.setdefault(name, {})[rest] = change
            elif change is not None:
                entries[name] = change
            elif entries.pop(name, None) is None:
                raise MissingPath(at + path)
        for name, inner in below.items():
            mode, sha = entries.get(name, ("", ""))
            folder = self._write_folder(sha if mode == "040000" else None, inner, at=f"{at}{name}/")
            if len(folder):
                entries[name] = ("040000", folder.id.decode())
            else:
                entries.pop(name, None)
        tree = Tree()
        for name, (mode, sha) in entries.items():
            tree.add(name.encode(), int(mode, 8), ObjectID(sha.encode()))
        self._add(tree)
        return tree

    def _add(self, made: GitObject) -> str:
        return self._store(made.type_name, made.as_raw_string())

    def _store(self, kind: bytes, content: bytes) -> str:
        """A loose object, written without syncing the disk; known ones are left alone."""
        whole = b"%s %d\0%s" % (kind, len(content), content)
        sha = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
        folder = self.folder / "objects" / sha[:2]
        path = folder / sha[2:]
        if not path.exists():
            folder.mkdir(exist_ok=True)
            fresh = folder / f"tmp_obj_{sha[2:]}"
            fresh.write_bytes(zlib.compress(whole, 1))
            fresh.replace(path)
        return sha

    def _sign(self, commit: Commit) -> bytes:
        digest = hmac.digest(self._signing_key, commit.raw_without_sig(), hashlib.sha256).hex()
        return (
            f"-----BEGIN PGP SIGNATURE-----\n\nlocal-{digest}\n-----END PGP SIGNATURE-----"
        ).encode()

    @property
    def dulwich(self) -> Repo:
        """The library's own object, for the history and diff modules beside this one."""
        return self._repo


def _read_signature(line: bytes, at_s: float) -> Signature:
    name, _, email = line.decode(errors="replace").rpartition(" <")
    return Signature(name=name, email=email.rstrip(">"), at_s=int(at_s))
