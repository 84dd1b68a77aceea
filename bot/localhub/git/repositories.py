"""The bare repositories of the hub, one folder for each, few of them open at a time."""

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
        (path / "config").write_text(CONFIG)
        (path / "HEAD").write_text(f"ref: refs/heads/{default_branch}\n")
        return self.open(repository_id)

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
        """Remove it from disk."""
        found = self._open.pop(repository_id, None)
        if found is not None:
            found.close()
        shutil.rmtree(self._path(repository_id), ignore_errors=True)

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
