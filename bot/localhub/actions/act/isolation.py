"""Keeps a run's writes inside its own folder, where bubblewrap is there.

The machine's files can be read, so that builds find their tools, except the places named
here; the network is open, because builds download. That is protection from accidents and
from leftovers, not from a determined attacker.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

TRY_TAKES_S = 10
PACKAGE = Path(__file__).resolve().parents[3]
# Where people keep keys; a run sees an empty place instead.
SECRET_PLACES = (
    ".aws",
    ".azure",
    ".config/gcloud",
    ".config/gh",
    ".docker",
    ".git-credentials",
    ".gnupg",
    ".kube",
    ".netrc",
    ".npmrc",
    ".pypirc",
    ".ssh",
)
SOCKETS = ("/run/docker.sock", "/run/podman/podman.sock")
TEMPORARY = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 -- covered, not used


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """What a run may not see. ``readable`` is seen all the same."""

    hidden: Sequence[Path] = ()
    readable: Sequence[Path] = ()

    def around(self, command: Sequence[str], *, run: Path, work: Path) -> list[str]:
        """The command as it is started: writing in ``run`` alone, beginning in ``work``."""
        return [
            *_bare(),
            *self._temporary(run),
            *self._masks(),
            *("--bind", str(run), str(run)),
            *("--chdir", str(work), "--"),
            *command,
        ]

    def _temporary(self, run: Path) -> Iterator[str]:
        """``/tmp`` is the run's own; what builds need from below it is put back."""
        for place in TEMPORARY:
            yield from ("--bind", str(run / "tmp"), str(place))
            for needed in (*_tools(), *self.readable):
                if needed.is_relative_to(place) and needed.exists():
                    yield from ("--ro-bind", str(needed), str(needed))

    def _masks(self) -> Iterator[str]:
        home = Path.home()
        places = [*self.hidden, *(home / name for name in SECRET_PLACES), *map(Path, SOCKETS)]
        for place in places:
            covered = any(place.is_relative_to(one) for one in TEMPORARY)
            if covered or place in self.readable or not place.exists():
                continue
            if place.is_dir():
                yield from ("--tmpfs", str(place))
            else:
                yield from ("--ro-bind", os.devnull, str(place))


def _bare() -> Iterator[str]:
    yield from ("bwrap", "--die-with-parent", "--new-session", "--cap-drop", "ALL")
    yield from ("--unshare-pid", "--unshare-ipc", "--unshare-uts")
    yield from ("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc")


def _tools() -> Iterable[Path]:
    """Python, this package and what is on the PATH, wherever they are."""
    path = (Path(one) for one in os.environ.get("PATH", os.defpath).split(os.pathsep) if one)
    return dict.fromkeys((Path(sys.prefix), Path(sys.base_prefix), PACKAGE, *path))


@lru_cache(maxsize=1)
def is_available() -> bool:
    """Whether bubblewrap is there and works here."""
    if shutil.which("bwrap") is None:
        return False
    try:
        tried = subprocess.run(  # noqa: S603 -- fixed words
            [*_bare(), "true"], timeout=TRY_TAKES_S, capture_output=True, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return tried.returncode == 0
