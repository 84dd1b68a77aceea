"""How commits follow from each other."""

from collections.abc import Iterator

from dulwich.graph import can_fast_forward, find_merge_base
from dulwich.objects import ObjectID

from bot.localhub.git.objects import CommitInfo, GitRepository


def is_ancestor(git: GitRepository, older: str, newer: str) -> bool:
    """Whether ``newer`` contains ``older``, so that a ref may move without force."""
    return can_fast_forward(git.dulwich, ObjectID(older.encode()), ObjectID(newer.encode()))


def merge_base(git: GitRepository, one: str, other: str) -> str | None:
    """The best common ancestor, or None where histories are unrelated."""
    found = find_merge_base(git.dulwich, [ObjectID(one.encode()), ObjectID(other.encode())])
    return found[0].decode() if found else None


def log(
    git: GitRepository, head: str, *, without: str | None = None, path: str | None = None
) -> Iterator[CommitInfo]:
    """Commits reachable from ``head`` and not from ``without``, newest first."""
    walker = git.dulwich.get_walker(
        include=[ObjectID(head.encode())],
        exclude=[ObjectID(without.encode())] if without else None,
        paths=[path.encode()] if path else None,
    )
    for step in walker:
        yield git.commit(step.commit.id.decode())
