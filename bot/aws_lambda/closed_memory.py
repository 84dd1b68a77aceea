"""Keeps this process's memory from other processes of its user."""

import ctypes
import sys

_PR_SET_DUMPABLE = 4


def close_memory() -> None:
    """No process of the same user may read the memory or the environment this one began with.

    Lambda runs everything of a container under one user and puts credentials into the
    environment; the programs that look at strangers' files are children of ours.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0)
