"""The bare repositories of the hub, one folder for each, few of them open at a time.

A repository and its forks share their objects, as on GitHub: what is pushed to one can
be read by its id in all of them. Their ``objects`` is a link into ``networks``.
"""

import secrets
import shutil
from collections import OrderedDict
from pathlib import Path

from bot.localhub.git.objects import GitRepository

MOST_OPEN = 64
# Objects change only while the hub looks on: no collection behind its back.
CONFIG = """\
[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = true
[gc]
\tauto = 0
[uploadpack]
\tallowAnySHA1InWant = true
"""


class GitRepositories:
    """Makes, opens and removes bare repositories by repository id."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._open: OrderedDict[int, GitRepository] = OrderedDict()
        self._signing_key = _kept_key(folder / "signing-key")

    def create(self, repository_id: int, *, default_branch: str) -> GitRepository:
        """Make an empty bare repository that can be fetched from and pushed to."""
        path = self._path(repository_id)
        for folder in ("objects/info", "objects/pack", "refs/heads", "refs/tags"):
            (path / folder).mkdir(parents=True)
        self._configure(path, default_branch)
        return self.open(repository_id)

    @staticmethod
    def _configure(path: Path, default_branch: str) -> None:
        (path / "config").write_text(CONFIG)
        (path / "HEAD").write_text(f"ref: refs/heads/{default_branch}\n")

    def fork(self, repository_id: int, fork_id: int, *, default_branch: str) -> GitRepository:
        """Make another repository that has all objects of this one, and no branch yet."""
        objects = self._path(repository_id) / "objects"
        if not objects.is_symlink():
            shared = self._folder / "networks" / str(repository_id)
            shared.parent.mkdir(exist_ok=True)
            objects.rename(shared)
            objects.symlink_to(Path("..", "networks", shared.name))
        made = self._path(fork_id)
        for folder in ("refs/heads", "refs/tags"):
            (made / folder).mkdir(parents=True)
        (made / "objects").symlink_to(objects.readlink())
        self._configure(made, default_branch)
        return self.open(fork_id)

    def open(self, repository_id: int) -> GitRepository:
        """The repository, opened once and kept for a while."""
        found = self._open.pop(repository_id, None)
        if found is None:
            found = GitRepository(self._path(repository_id), signing_key=self._signing_key)
        self._open[repository_id] = found
        if len(self._open) > MOST_OPEN:
            _, oldest = self._open.popitem(last=False)
            oldest.close()
        return found

    def delete(self, repository_id: int) -> None:
        """Remove it from disk; objects that forks share go with the last of them."""
        found = self._open.pop(repository_id, None)
        if found is not None:
            found.close()
        objects = self._path(repository_id) / "objects"
        shared = objects.resolve() if objects.is_symlink() else None
        shutil.rmtree(self._path(repository_id), ignore_errors=True)
        if shared is not None and shared not in self._shared():
            shutil.rmtree(shared, ignore_errors=True)

    def _shared(self) -> set[Path]:
        every = self._folder.glob("*.git/objects")
        return {objects.resolve() for objects in every if objects.is_symlink()}

    def close(self) -> None:
        """Give back all open files."""
        while self._open:
            self._open.popitem()[1].close()

    def _path(self, repository_id: int) -> Path:
        return self._folder / f"{repository_id}.git"


def _kept_key(path: Path) -> bytes:
    if not path.exists():
        path.write_bytes(secrets.token_bytes(32))
        path.chmod(0o600)
    return path.read_bytes()
