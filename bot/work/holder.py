"""A name for this instance, and whether the process behind another one's is gone.

A process that is killed says nothing. One that begins on the same machine need not wait for
its silence: the kernel knows that it is gone. Elsewhere, and where there is no ``/proc``,
nobody can tell.
"""

import os
import secrets
import socket
from contextlib import suppress
from functools import cache
from pathlib import Path

PROC = Path("/proc")


def new_holder() -> str:
    """A name that nobody else has; it tells people where the instance runs."""
    return f"{socket.gethostname()}|{_place()}|{os.getpid()}|{secrets.token_hex(4)}"


def is_gone(holder: str) -> bool:
    """Whether it was a process of this machine that runs no more; False where nobody can tell."""
    host, _, rest = holder.partition("|")
    place, _, rest = rest.partition("|")
    pid = rest.partition("|")[0]
    here = bool(place) and (host, place) == (socket.gethostname(), _place())
    return here and pid.isdecimal() and not (PROC / pid).exists()


@cache
def _place() -> str:
    """Within it a process id means one process: the machine since its start, and the container."""
    with suppress(OSError):
        boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}/{(PROC / 'self/ns/pid').readlink()}"
    return ""
