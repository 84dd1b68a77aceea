"""What became of every change: whether it failed, and when what it broke was mended.

``docs/delivery-metrics.md`` says the same in words, with an example that a test recomputes.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.deployments.record import Action, Deployment, DeploymentState, Stage, StageState


class Outcome(StrEnum):
    """UNKNOWN is neither success nor failure: somebody has to look."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"


COUNTED: Final = {
    DeploymentState.SUCCEEDED: Outcome.SUCCEEDED,
    DeploymentState.FAILED: Outcome.FAILED,
    DeploymentState.ROLLED_BACK: Outcome.FAILED,
    DeploymentState.UNKNOWN: Outcome.UNKNOWN,
}  # what was cancelled never began, and what runs has no outcome yet
ROLLBACK: Final = "rollback"  # the stage
SAYS_BAD: Final = {  # a rollback that ends so says that what ran before it was bad
    DeploymentState.SUCCEEDED,
    DeploymentState.FAILED,
    DeploymentState.ROLLED_BACK,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A deploy or promote that ended. ``arrived``: its commit reached the environment, even if
    it was undone later. Times are Unix seconds; None where it did not fail, or is not mended."""

    deployment: Deployment
    outcome: Outcome
    arrived: bool
    failed_at_s: float | None = None
    recovered_at_s: float | None = None

    @property
    def recovery_s(self) -> float | None:
        """From the failure to the recovery; None where there is none yet."""
        if self.failed_at_s is None or self.recovered_at_s is None:
            return None
        return max(0.0, self.recovered_at_s - self.failed_at_s)


def changes_of(deployments: Iterable[Deployment]) -> Sequence[Change]:
    """Every change among them, of however many projects and environments, in any order."""
    lines: defaultdict[tuple[str, str], list[Deployment]] = defaultdict(list)
    for each in deployments:
        if each.state in COUNTED:
            lines[each.project, each.environment].append(each)
    changes: list[Change] = []
    for line in lines.values():
        changes += _in_one_environment(sorted(line, key=lambda each: (each.ended_at_s, each.id)))
    return sorted(changes, key=lambda each: (each.deployment.created_at_s, each.deployment.id))


def _in_one_environment(line: Sequence[Deployment]) -> list[Change]:
    """``line``: what ended, in order of its end."""
    undone = _undone(line)
    changes: list[Change] = []
    next_success: Deployment | None = None
    for each in reversed(line):
        if each.action is not Action.ROLLBACK:
            changes.append(_change(each, undone=each.id in undone, next_success=next_success))
        if each.state is DeploymentState.SUCCEEDED:
            next_success = each
    return changes


def _change(each: Deployment, *, undone: bool, next_success: Deployment | None) -> Change:
    outcome = Outcome.FAILED if undone else COUNTED[each.state]
    failed_at_s, recovered_at_s = None, None
    if each.state is DeploymentState.ROLLED_BACK:
        failed_at_s, recovered_at_s = _rolled_back_by_itself(each, next_success)
    elif outcome is Outcome.FAILED:
        failed_at_s = each.ended_at_s
        recovered_at_s = next_success.ended_at_s if next_success else None
    return Change(
        deployment=each,
        outcome=outcome,
        arrived=each.state is DeploymentState.SUCCEEDED,
        failed_at_s=failed_at_s,
        recovered_at_s=recovered_at_s,
    )


def _undone(line: Sequence[Deployment]) -> set[str]:
    """Ids of the changes that a commanded rollback undid, or tried to.

    That is the newest change of the commit that ran, unless the rollback went to the same
    commit, or forward to one that was deployed later.
    """
    undone: set[str] = set()
    newest: dict[str, tuple[int, Deployment]] = {}  # of each commit that arrived
    runs = ""
    for number, each in enumerate(line):
        if each.action is Action.ROLLBACK:
            if runs in newest and each.commit != runs and each.state in SAYS_BAD:
                (since, change), (before, _) = newest[runs], newest.get(each.commit, (-1, each))
                if before < since:
                    undone.add(change.id)
        elif each.state is DeploymentState.SUCCEEDED:
            newest[each.commit] = (number, each)
        if each.state is DeploymentState.SUCCEEDED:
            runs = each.commit
    return undone


def _rolled_back_by_itself(
    each: Deployment, next_success: Deployment | None
) -> tuple[float, float]:
    """When its first stage failed, and when the commit before was in place again.

    The rollback is a stage of it, or a deployment of its own that came next. Where nobody told
    when it failed, it was as early as it can have been.
    """
    failed_at_s = [_end(stage, each) for stage in each.stages if _is_bad(stage)]
    rollback = [stage for stage in each.stages if stage.name == ROLLBACK]
    if rollback:
        return min(failed_at_s or [rollback[0].started_at_s]), _end(rollback[0], each)
    if next_success is not None and next_success.action is Action.ROLLBACK:
        return min(failed_at_s or [each.ended_at_s]), next_success.ended_at_s
    return min(failed_at_s or [each.created_at_s]), each.ended_at_s


def _is_bad(stage: Stage) -> bool:
    return stage.state is StageState.FAILED and stage.name != ROLLBACK


def _end(stage: Stage, of: Deployment) -> float:
    return stage.ended_at_s or of.ended_at_s
