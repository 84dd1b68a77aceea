"""Whether a repository may be named where others can read: no name of few before many."""

from collections.abc import Mapping
from typing import Final

_OPENNESS: Final[Mapping[str, int]] = {"private": 0, "internal": 1, "public": 2}


def may_name(*, of: str, before: str) -> bool:
    """Whether a repository of visibility ``of`` may be named in one of visibility ``before``.

    A visibility that is not known counts as the one that forbids it.
    """
    return _OPENNESS.get(of, 0) >= _OPENNESS.get(before, 2)
