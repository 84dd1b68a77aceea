"""How a render process is kept apart from the bot, the machine and the network.

``bubblewrap``: namespaces of its own with no network and no process but its own,
a read-only view of the system's programs, Python and the packages, and one
bounded scratch folder. ``process``: a separate process with an empty
environment and bounds; Jinja's sandbox is then the only wall, so hooks and
extensions are refused.

The packages lie at ``/site`` and our code at ``/code`` inside, and a Python that
is not the system's at ``/python``: it may live below a home that is closed to
others, which a bind mount steps over. There is no ``/proc``, so no command line
and no environment of the bot can be read there.
"""

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

_NOBODY = 65_534
_PROBE_S = 20.0
_SCRATCH = "/tmp"  # noqa: S108  # the sandbox's own, in memory, gone with it
_SCRATCH_BYTES = 1_000_000_000
_SYSTEM_FOLDERS = ("bin", "sbin", "lib", "lib64", "lib32", "libexec")
_PYTHON_FOLDERS = ("bin", "lib", "lib64")
_NEEDED = ("cookiecutter", "jinja2", "markupsafe", "binaryornot", "slugify", "arrow")
_CODE = Path(__file__).parent / "inside"

Process = subprocess.Popen[bytes]


class Isolation(Protocol):
    """One way to start a render process."""

    @property
    def name(self) -> str:
        """``bubblewrap`` or ``process``."""
        ...

    @property
    def note(self) -> str:
        """A sentence for logs and ``doctor``: what is weaker than it could be, or empty."""
        ...

    def start(self, control: socket.socket, scratch: Path, errors: IO[bytes]) -> Process:
        """A host process with ``control`` as its standard input; see ``inside/host.py``.

        It is killed when the thread that called this ends. ``scratch`` is an empty
        folder for an isolation that has no file system of its own; what the
        process complains of goes to ``errors``.

        Raises:
            OSError: the program cannot be started.
        """
        ...


@dataclass(frozen=True, slots=True)
class Bubblewrap:
    """``user`` is the real user of the processes, None for the bot's own."""

    program: str
    user: int | None
    note: str = ""
    name: str = "bubblewrap"

    def start(self, control: socket.socket, scratch: Path, errors: IO[bytes]) -> Process:
        """See Isolation. The scratch folder stays unused."""
        del scratch
        options = [*_namespaces(), *_environment(), *_folders(), "--chdir", _SCRATCH, "--"]
        sites = [f"/site{number}" for number, _ in enumerate(_site_folders())]
        command = [self.program, *options, *_python(_inner_python(), [*sites, "/code"])]
        # The environment is empty from the first instruction on: what bubblewrap itself
        # was started with could be read inside if somebody ever mounts /proc there.
        return subprocess.Popen(  # noqa: S603  # a fixed program with options of ours
            command,
            stdin=control.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env={},
            cwd="/",
            start_new_session=True,
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else (),
        )


@dataclass(frozen=True, slots=True)
class PlainProcess:
    """The fallback: weaker, and never silently so. ``note`` says why it is used."""

    note: str
    name: str = "process"

    def start(self, control: socket.socket, scratch: Path, errors: IO[bytes]) -> Process:
        """See Isolation."""
        python = str(Path(sys.executable).resolve())
        sites = [str(folder) for folder in _site_folders()]
        home = str(scratch)
        return subprocess.Popen(  # noqa: S603  # our own interpreter with code of ours
            _python(python, [*sites, str(_CODE.parent)]),
            stdin=control.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": home, "TMPDIR": home},
            cwd=scratch,
            start_new_session=True,
        )


def detect_isolation() -> Isolation:
    """The best isolation that really works here, found by starting a process in it.

    Takes about half a second, so it is not called on the event loop.
    """
    program = shutil.which("bwrap")
    if sys.platform != "linux" or program is None:
        return PlainProcess(
            "bubblewrap is not installed; templates are rendered in a plain process"
        )
    candidates = [Bubblewrap(program, user=None)]
    if os.getuid() == 0:
        weaker = "the bot runs as root, so the number of processes in the sandbox is not limited"
        candidates = [Bubblewrap(program, _NOBODY), Bubblewrap(program, None, note=weaker)]
    complaint = ""
    for candidate in candidates:
        complaint = _complaint_of(candidate)
        if not complaint:
            return candidate
    return PlainProcess(
        f"bubblewrap does not work here ({complaint}); templates are rendered in a plain process"
    )


def _complaint_of(isolation: Isolation) -> str:
    """Empty where a host started and said that it is ready."""
    ours, theirs = socket.socketpair()
    with ours, tempfile.TemporaryDirectory() as scratch, tempfile.TemporaryFile() as errors:
        try:
            with theirs:
                process = isolation.start(theirs, Path(scratch), errors)
        except OSError as error:
            return error.strerror or "cannot be started"
        try:
            ours.settimeout(_PROBE_S)
            if ours.recv(1):
                return ""
        except TimeoutError:
            return "no answer"
        finally:
            process.kill()
            process.wait()
        errors.seek(0)
        return errors.read(500).decode(errors="replace").strip() or "ended at once"


def _namespaces() -> list[str]:
    options = ["--unshare-user", "--unshare-all", "--disable-userns", "--die-with-parent"]
    options += ["--new-session", "--cap-drop", "ALL", "--hostname", "render"]
    return [*options, "--uid", str(_NOBODY), "--gid", str(_NOBODY)]


def _environment() -> list[str]:
    names = {"PATH": "/usr/bin", "LANG": "C.UTF-8", "HOME": _SCRATCH, "TMPDIR": _SCRATCH}
    if _base() != Path("/usr"):
        names["LD_LIBRARY_PATH"] = "/python/lib"  # its libpython was linked for the old place
    options = ["--clearenv"]
    for name, value in names.items():
        options += ["--setenv", name, value]
    return options


def _folders() -> list[str]:
    """Binds, read-only; of /usr and Python's folder not all: programs' sources may lie there."""
    binds = [
        (folder, folder) for name in _SYSTEM_FOLDERS if (folder := Path("/usr") / name).is_dir()
    ]
    if _base() != Path("/usr"):
        binds += [(_base() / name, Path("/python") / name) for name in _PYTHON_FOLDERS]
    binds += [(site, Path(f"/site{number}")) for number, site in enumerate(_site_folders())]
    binds.append((_CODE, Path("/code/inside")))
    options: list[str] = []
    for source, target in binds:
        options += ["--ro-bind", str(source), str(target)] if source.is_dir() else []
    for name in _SYSTEM_FOLDERS:
        top = Path("/") / name
        if top.is_symlink():
            options += ["--symlink", f"usr/{name}", str(top)]
        elif top.is_dir():
            options += ["--ro-bind", str(top), str(top)]
    options += ["--dev", "/dev", "--remount-ro", "/dev"]
    options += ["--size", str(_SCRATCH_BYTES), "--tmpfs", _SCRATCH]
    return [*options, "--remount-ro", "/"]


def _base() -> Path:
    return Path(sys.base_prefix).resolve()


def _inner_python() -> str:
    executable = Path(sys.executable).resolve()
    if _base() == Path("/usr"):
        return str(executable)
    return f"/python/{executable.relative_to(_base())}"


def _site_folders() -> list[Path]:
    """Where the packages that a render imports are installed; one folder as a rule."""
    found: dict[Path, None] = {}
    for name in _NEEDED:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            found[Path(spec.origin).resolve().parent.parent] = None
    return list(found)


def _python(program: str, path: Sequence[str]) -> list[str]:
    """Python without the user's settings and site customisation, our path at the end."""
    code = f"import sys; sys.path.extend({list(path)!r}); from inside.host import main; main()"
    return [program, "-I", "-S", "-B", "-X", "utf8", "-c", code]
