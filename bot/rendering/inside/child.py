"""The life of one render's process: bounds, request, work, answer, end."""

import ctypes
import os
import resource
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from . import generate
from .collect import Found, collect
from .fault import Fault
from .limits import Limits
from .locate import Overdue
from .survey import survey
from .wire import encode_header, read_header

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PROCESSES = 64
_OPEN_FILES = 256
_GRACE_S = 2.0  # before the end, so that it can say where it is


def guard_process() -> None:
    """This process dies with its parent, and no process of its user may read its memory."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        libc.prctl(_PR_SET_DUMPABLE, 0)


def bound_memory(limits: Limits) -> None:
    """Address space is capped, core dumps are off; children inherit both."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # elsewhere the shared libraries of the system exceed it
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))


def _bound_render(limits: Limits) -> None:
    for soft in (signal.SIGXCPU, signal.SIGALRM):
        signal.signal(soft, _raise_overdue)
    signal.setitimer(signal.ITIMER_REAL, max(limits.wall_s * 0.8, limits.wall_s - _GRACE_S))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.out_bytes, limits.out_bytes))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    if os.getuid() != 0 and sys.platform == "linux":  # counts nothing for root
        resource.setrlimit(resource.RLIMIT_NPROC, (_PROCESSES, _PROCESSES))


def _raise_overdue(_signal: int, _frame: object) -> None:
    """Wherever the template is, so that its place is told; soon after it is killed instead."""
    raise Overdue


def serve(sock: socket.socket, loaded: generate.Loaded, work: Path) -> None:
    """Answer the one request that waits on ``sock``; nothing but 0-2 and it stays open.

    The answer is ``{"fault": …}``, ``{"faults": […]}`` to a survey, or the files,
    listed and then sent.
    """
    _keep_only(sock)
    _bound_render(loaded.limits)
    home = work / "home"
    home.mkdir()
    os.environ["HOME"] = str(home)
    os.chdir(home)
    try:
        _answer(sock, read_header(sock), loaded, work)
    except Fault as fault:
        sock.sendall(encode_header({"fault": fault.as_json()}))
    except Overdue:
        sock.sendall(encode_header({"fault": Fault("timeout").as_json()}))


def _answer(
    sock: socket.socket, request: dict[str, Any], loaded: generate.Loaded, work: Path
) -> None:
    wanted = request["only"]
    asked = generate.Asked(
        request["answers"],
        hooks=bool(request["hooks"]),
        extensions=tuple(request["extensions"]),
        marked=wanted is not None,
    )
    if request["survey"]:
        faults = [fault.as_json() for fault in survey(loaded, asked, work)]
        sock.sendall(encode_header({"faults": faults}))
        return
    sources = generate.run(loaded, asked, work)
    (project,) = (work / "out").iterdir()
    found = collect(project, loaded.limits)
    _send(sock, [one for one in found if wanted is None or one.path in wanted], sources)


def _keep_only(sock: socket.socket) -> None:
    """Other renders' sockets came with the fork; with one of them we could answer for it."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    last = max(resource.getrlimit(resource.RLIMIT_NOFILE)[0], sock.fileno() + 1)
    os.closerange(3, sock.fileno())
    os.closerange(sock.fileno() + 1, min(last, 65_536))


def _send(sock: socket.socket, found: list[Found], sources: dict[str, str]) -> None:
    files: list[dict[str, Any]] = [
        {
            "path": one.path,
            "size": one.size_bytes,
            "executable": one.executable,
            "source": sources.get(one.path),
        }
        for one in found
    ]
    sock.sendall(encode_header({"files": files}))
    for one in found:
        with os.fdopen(os.open(one.file, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            sock.sendfile(file, count=one.size_bytes) if one.size_bytes else None
