"""What an environment runs, ran before and could run next, told from its records. Pure."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from bot.deployments.record import Action, Deployment, DeploymentState

_UNSURE = (DeploymentState.FAILED, DeploymentState.UNKNOWN)


def in_order(deployments: Sequence[Deployment]) -> list[Deployment]:
    """Those that ended, in the order in which they did."""
    ended = [each for each in deployments if each.state.is_final]
    return sorted(ended, key=lambda each: (each.ended_at_s, each.created_at_s, each.id))


def succeeded(deployments: Sequence[Deployment]) -> list[Deployment]:
    """Those that put their commit in place, oldest first."""
    return [each for each in in_order(deployments) if each.state is DeploymentState.SUCCEEDED]


def current(deployments: Sequence[Deployment]) -> Deployment | None:
    """The one whose commit was put in place last, or None."""
    good = succeeded(deployments)
    return good[-1] if good else None


def is_unsure(deployments: Sequence[Deployment]) -> bool:
    """Whether a later deployment ended without a word on what is in place now."""
    ended = [each for each in in_order(deployments) if each.state is not DeploymentState.CANCELLED]
    return bool(ended) and ended[-1].state in _UNSURE


def to_roll_back_to(deployments: Sequence[Deployment]) -> Deployment | None:
    """What a rollback brings back: the commit before the one in place, or None.

    A rollback takes away what it went back over. Where the newest deployment ended
    badly or unclear, the commit that is known to have worked is brought back itself.
    """
    worked: list[Deployment] = []
    for each in succeeded(deployments):
        commits = [one.commit for one in worked]
        if each.action is Action.ROLLBACK and each.commit in commits:
            worked = worked[: commits.index(each.commit)]
        elif commits and commits[-1] == each.commit:
            worked.pop()
        worked.append(each)
    steps_back = 1 if is_unsure(deployments) else 2
    return worked[-steps_back] if len(worked) >= steps_back else None


def could_be_promoted(
    by_environment: Mapping[str, Sequence[Deployment]], ladder: Sequence[str]
) -> list[tuple[str, Deployment]]:
    """The environments whose neighbour below runs something else, each with what that is."""
    found = []
    for below, above in pairwise(ladder):
        there, here = current(by_environment[below]), current(by_environment[above])
        if (
            there is not None
            and not is_unsure(by_environment[below])
            and (here is None or here.commit != there.commit)
        ):
            found.append((above, there))
    return found
