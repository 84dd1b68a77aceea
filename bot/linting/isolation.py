"""How a linter is kept apart from the bot, the machine and the network.

``bubblewrap``: namespaces of its own without a network, a read-only view of the
system's programs and of the linter itself, and one folder with the files to look
at. ``process``: a process with an empty environment and a fresh home; nothing but
its own good behaviour keeps it from the disk and the network then, so what runs
strangers' choices (``terraform validate``) is left out.

What is outside is at the same place inside: a linter's program may lie below a
home that is closed to others, which a bind mount steps over. There is no ``/proc``
and no ``/etc`` inside.
"""

import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

_NOBODY: Final = "65534"
_PROBE_S: Final = 10.0
_MEMORY_DISK_BYTES: Final = 200_000_000
_SYSTEM_FOLDERS: Final = ("bin", "sbin", "lib", "lib64", "lib32", "libexec")
_PATH: Final = "/usr/bin:/bin"
_HOME: Final = "/home/lint"  # in memory; a short name, because sockets in it have short ones

# A shell sets the bounds and becomes the linter: nothing of Python runs between fork and
# exec, and a bound that this system does not know is passed over.
_BOUNDED: Final = (
    'for bound in {bounds}; do ulimit ${{bound%=*}} ${{bound#*=}} 2>/dev/null || :; done; exec "$@"'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one process may use; ``memory_bytes`` is address space."""

    wall_s: float
    cpu_s: int
    memory_bytes: int
    written_bytes: int
    output_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A program to run in ``folder``, which is all that it may see of strangers' files.

    ``folder`` holds ``home`` and ``work``; the process starts in ``below`` of ``work``.
    ``readable`` are more programs and folders that it needs. It may write into
    ``folder`` where ``writes``; otherwise only into its home.
    """

    program: Path
    arguments: tuple[str, ...]
    folder: Path
    bounds: Bounds
    below: str = "."
    readable: tuple[Path, ...] = ()
    environment: Mapping[str, str]
    writes: bool = False

    @property
    def start(self) -> Path:
        """The folder that the process starts in."""
        return self.folder / "work" / self.below


class Isolation(Protocol):
    """One way to run a linter."""

    @property
    def name(self) -> str:
        """``bubblewrap`` or ``process``."""
        ...

    @property
    def note(self) -> str:
        """A sentence for the operator: what is weaker than it could be, or empty."""
        ...

    def command(self, order: Order) -> tuple[Sequence[str], Mapping[str, str]]:
        """The command line that carries the order out, and the environment to start it in."""
        ...


@dataclass(frozen=True, slots=True)
class Bubblewrap:
    """Needs the program ``bwrap`` and a kernel that allows user namespaces."""

    program: str
    note: str = ""
    name: str = "bubblewrap"

    def command(self, order: Order) -> tuple[Sequence[str], Mapping[str, str]]:
        """See Isolation. What bubblewrap itself is started with is empty, too."""
        options = [*_namespaces(), *_environment(order), *_system(), *_folders(order)]
        return [self.program, *options, "--chdir", str(order.start), "--", *_bounded(order)], {}


@dataclass(frozen=True, slots=True)
class PlainProcess:
    """The fallback: weaker, and never silently so. ``note`` says why it is used."""

    note: str
    name: str = "process"

    def command(self, order: Order) -> tuple[Sequence[str], Mapping[str, str]]:
        """See Isolation."""
        return _bounded(order), _names(order, str(order.folder / "home"))


def detect_isolation() -> Isolation:
    """The best isolation that really works here, found by running a program in it.

    Takes some milliseconds, and seconds where bubblewrap hangs.
    """
    program = shutil.which("bwrap")
    if sys.platform != "linux" or program is None:
        return PlainProcess("bubblewrap is not installed; linters run in plain processes")
    try:
        done = subprocess.run(  # noqa: S603  # a fixed program with options of ours
            [program, *_namespaces(), *_system(), "--", "/bin/sh", "-c", "exit 0"],
            env={},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PROBE_S,
            check=False,
        )
        complaint = "" if done.returncode == 0 else done.stderr[:200].decode(errors="replace")
    except (OSError, subprocess.TimeoutExpired):
        complaint = "it cannot be started"
    if not complaint:
        return Bubblewrap(program)
    return PlainProcess(
        f"bubblewrap does not work here ({complaint.strip()}); linters run in plain processes"
    )


def _namespaces() -> list[str]:
    options = ["--unshare-user", "--unshare-all", "--disable-userns", "--die-with-parent"]
    options += ["--new-session", "--cap-drop", "ALL", "--hostname", "lint"]
    return [*options, "--uid", _NOBODY, "--gid", _NOBODY]


def _names(order: Order, home: str) -> dict[str, str]:
    # Few threads: each one reserves address space, and machines with many cores have many.
    few = {"RAYON_NUM_THREADS": "2", "GOMAXPROCS": "2", "MALLOC_ARENA_MAX": "2"}
    return {"PATH": _PATH, "LANG": "C.UTF-8", "HOME": home, "TMPDIR": home, **few} | dict(
        order.environment
    )


def _environment(order: Order) -> list[str]:
    options = ["--clearenv"]
    for name, value in _names(order, _HOME).items():
        options += ["--setenv", name, value]
    return options


def _system() -> list[str]:
    """The system's programs and libraries, read-only, and devices without disks."""
    options: list[str] = []
    for name in _SYSTEM_FOLDERS:
        inner, top = Path("/usr") / name, Path("/") / name
        options += ["--ro-bind", str(inner), str(inner)] if inner.is_dir() else []
        if top.is_symlink():
            options += ["--symlink", f"usr/{name}", str(top)]
        elif top.is_dir():
            options += ["--ro-bind", str(top), str(top)]
    options += ["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]
    return [*options, "--dev", "/dev", "--remount-ro", "/dev"]


def _folders(order: Order) -> list[str]:
    options: list[str] = []
    for each in (order.program, *order.readable):
        options += ["--ro-bind", str(each), str(each)]
    bind = "--bind" if order.writes else "--ro-bind"
    options += [bind, str(order.folder), str(order.folder)]
    options += ["--size", str(_MEMORY_DISK_BYTES), "--tmpfs", _HOME]
    return [*options, "--remount-ro", "/"]


def _bounded(order: Order) -> list[str]:
    bounds = order.bounds
    given = {
        "-v": bounds.memory_bytes // 1024,
        "-t": bounds.cpu_s,
        "-f": bounds.written_bytes // 512,
        "-c": 0,
    }
    script = _BOUNDED.format(bounds=" ".join(f"{name}={value}" for name, value in given.items()))
    return ["/bin/sh", "-c", script, "sh", str(order.program), *order.arguments]
