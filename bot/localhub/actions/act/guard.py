"""Runs one command and leaves nothing of it behind, whatever becomes of whoever started it.

``python -I guard.py COMMAND…``: the command and all its descendants are killed when it
ends, when the guard's standard input closes (its starter is gone, or wants an end), or
when the guard is told to stop. Processes that fled into sessions of their own come back
to the guard as their nearest living ancestor and are killed as well. Linux only.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
KILLING_TAKES_S = 10.0


def main(command: list[str]) -> int:
    """Run it; its exit code, or 137 when it was ended."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def die_with_guard() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)

    child = subprocess.Popen(  # noqa: S603 -- the starter's command
        command,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=die_with_guard,  # noqa: PLW1509 -- there are no threads here
    )
    told = os.pipe()
    os.set_blocking(told[1], False)
    signal.set_wakeup_fd(told[1], warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    ended = os.pidfd_open(child.pid)
    ready, _, _ = select.select([0, told[0], ended], [], [])
    code = child.wait() if ready == [ended] else 128 + signal.SIGKILL
    _kill_descendants()
    return code if code >= 0 else 128 - code


def _kill_descendants() -> None:
    """None is left, or ten seconds are over."""
    until = time.monotonic() + KILLING_TAKES_S
    while time.monotonic() < until:
        found = _descendants(os.getpid())
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        _reap()
        if not found:
            return


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _descendants(ancestor: int) -> list[int]:
    """All that descend from it and are more than a zombie's name."""
    parents: dict[int, int] = {}
    zombies = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            state, parent = (entry / "stat").read_text().rpartition(") ")[2].split()[:2]
        except (OSError, ValueError):
            continue
        parents[int(entry.name)] = int(parent)
        if state == "Z":
            zombies.add(int(entry.name))
    found: set[int] = set()
    ring = {ancestor}
    while ring:
        ring = {pid for pid, parent in parents.items() if parent in ring} - found
        found |= ring
    return [pid for pid in found if pid not in zombies]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
