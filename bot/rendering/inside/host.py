"""The process that keeps one template ready and forks a child for each render.

It is started with nothing but a control socket as standard input. The bot sends
it one byte and a socket at a time: ``L`` and the socket a template comes on, or
``R`` with a socket for the child and one on which the host tells how the child
ended. When the bot goes away the control socket closes, and everything ends.
"""

import contextlib
import gc
import os
import selectors
import shutil
import signal
import socket
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from . import variables
from .child import bound_memory, guard_process, serve
from .environment import TemplateEnvironment
from .fault import Fault
from .generate import Loaded
from .limits import Limits
from .wire import LOAD, READY, RENDER, Truncated, encode_header, read_bytes, read_header


@dataclass(frozen=True, slots=True)
class _Child:
    """A running render: ``status`` is where its end is told, ``ends_s`` when it is over.

    ``cpu_s`` is the processor time after which it is over as well.
    """

    status: socket.socket
    work: Path
    ends_s: float
    cpu_s: int


class Host:
    """Forks renders of one template; single-threaded, so that forking is safe."""

    def __init__(self, control: socket.socket, root: Path) -> None:
        self._control, self._root = control, root
        self._loaded: Loaded | None = None
        self._children: dict[int, _Child] = {}
        self._overdue: set[int] = set()
        self._wake, woken = socket.socketpair()
        woken.setblocking(False)
        signal.set_wakeup_fd(woken.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to be woken
        self._woken = woken

    def run(self) -> None:
        """Serve until the bot goes away; afterwards no child is left."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._control, selectors.EVENT_READ)
            selector.register(self._wake, selectors.EVENT_READ)
            self._control.sendall(READY)
            while True:
                ready = {key.fileobj for key, _ in selector.select(self._wait_s())}
                if self._wake in ready:
                    self._wake.recv(4096)
                if self._control in ready and not self._obey():
                    break
                self._reap()
                self._end_overdue()
        for pid in self._children:
            _kill_group(pid)

    def _wait_s(self) -> float | None:
        ends = [c.ends_s for pid, c in self._children.items() if pid not in self._overdue]
        return max(0.0, min(ends) - time.monotonic()) if ends else None

    def _obey(self) -> bool:
        """Do one order; False when there will be no more."""
        order, descriptors, _flags, _address = socket.recv_fds(self._control, 1, 2)
        sockets = [socket.socket(fileno=descriptor) for descriptor in descriptors]
        if order == LOAD:
            self._loaded = load(sockets[0])
            gc.collect()
            gc.freeze()  # a collection in a child would copy every page of ours
        elif order == RENDER and self._loaded is not None:
            self._fork(self._loaded, *sockets)
            return True
        for one in sockets:
            one.close()
        return order == LOAD

    def _fork(self, loaded: Loaded, answer: socket.socket, status: socket.socket) -> None:
        work = Path(tempfile.mkdtemp(dir=self._root))
        ends_s = time.monotonic() + loaded.limits.wall_s
        host = os.getpid()
        pid = os.fork()
        if pid == 0:
            _be_child(answer, loaded, work, host=host)
        with contextlib.suppress(OSError):  # the child may have done it, or be gone
            os.setpgid(pid, pid)
        answer.close()
        self._children[pid] = _Child(status, work, ends_s, loaded.limits.cpu_s)

    def _reap(self) -> None:
        """Tell how each child ended that has ended; its folder is gone and its group too."""
        while self._children:
            pid, code, used = os.wait4(-1, os.WNOHANG)
            if pid == 0:
                return
            child = self._children.pop(pid, None)
            if child is None:
                continue  # an orphan that a hook left behind
            _kill_group(pid)
            overdue = pid in self._overdue or used.ru_utime + used.ru_stime >= child.cpu_s
            end = _end_of(code, overdue=overdue)
            self._overdue.discard(pid)
            with contextlib.suppress(OSError):  # nobody waits for it any more
                child.status.sendall(encode_header({"end": end}))
            child.status.close()
            shutil.rmtree(child.work, ignore_errors=True)

    def _end_overdue(self) -> None:
        now_s = time.monotonic()
        for pid, child in self._children.items():
            if child.ends_s <= now_s and pid not in self._overdue:
                self._overdue.add(pid)
                _kill_group(pid)


def _be_child(answer: socket.socket, loaded: Loaded, work: Path, *, host: int) -> NoReturn:
    code = 1
    try:
        guard_process()
        if os.getppid() != host:  # it was gone before it could take us with it
            os._exit(1)
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        serve(answer, loaded, work)
        code = 0
    except MemoryError:
        code = 2
    except BaseException:  # noqa: BLE001  # even SystemExit, which an extension can raise, ends here
        code = 1
    finally:
        os._exit(code)


def _end_of(status: int, *, overdue: bool) -> str:
    code = os.waitstatus_to_exitcode(status)
    if overdue and code != 0:
        return "timeout"
    known = {0: "done", 2: "memory", -signal.SIGXCPU: "timeout", -signal.SIGKILL: "memory"}
    return known.get(code, "crashed")  # the kernel kills what fills the machine


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def load(sock: socket.socket) -> Loaded:
    """Read a template from ``sock`` and compile what there is time for; says so when done.

    Raises:
        Truncated: the bot went away; the host ends with it.
    """
    header = read_header(sock)
    limits = Limits(**header["limits"])
    bound_memory(limits)
    files = {
        file["path"]: (read_bytes(sock, file["size"]), bool(file["executable"]))
        for file in header["files"]
    }
    loaded = Loaded(files, limits)
    _compile(loaded)
    sock.sendall(encode_header({"loaded": True}))
    return loaded


def _compile(loaded: Loaded) -> None:
    """Renders that follow find ready what does not depend on answers.

    It stops after half the time that loading may take; renders compile the rest.
    A template that does not compile is no concern here: its render says so.
    """
    ends_s = time.monotonic() + loaded.limits.wall_s / 2
    try:
        top = loaded.top()
        declared = variables.read_declared(loaded.files[variables.FILE][0], loaded.limits)
    except (Fault, KeyError):
        return
    environment = TemplateEnvironment(
        loaded.compiled, switches=declared.get("_jinja2_env_vars", {})
    )
    inner = [path[len(top) + 1 :] for path in loaded.files if path.startswith(f"{top}/")]
    folders = {name[:end] for name in inner for end, c in enumerate(name) if c == "/"}
    defaults = (value for value in declared.values() if isinstance(value, str))
    for text in (top, *defaults, *folders, *inner):
        if time.monotonic() > ends_s:
            return
        with contextlib.suppress(Exception):
            environment.from_string(text)
    for name in inner:
        if time.monotonic() > ends_s:
            return
        if not loaded.is_binary(f"{top}/{name}"):
            with contextlib.suppress(Exception):
                content = loaded.files[f"{top}/{name}"][0]
                loaded.compiled.keep(environment, name, content.decode())


def main() -> None:
    """Be a host until the bot goes away."""
    control = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.closerange(3, control.fileno())
    os.closerange(control.fileno() + 1, 65_536)
    guard_process()
    with contextlib.suppress(Truncated):
        Host(control, Path(os.environ["TMPDIR"])).run()
