"""What must hold before a commit goes anywhere: one function a rule, pure; each may refuse.

A refusal says what is needed, what there is, and the line to copy.
"""

import difflib
from collections.abc import Collection, Mapping, Sequence

from bot.deployments.environments import Lock
from bot.deployments.news import GivenApproval
from bot.deployments.record import Deployment, DeploymentState
from bot.errors import UserError
from bot.organization import CommandPolicy, DeploymentApproval, DeploymentPolicy
from bot.progress import duration, listed
from bot.progress.inert import inert


class Refused(UserError):
    """A rule says no."""

    code = "deployment-refused"


def choices(command: str, environments: Sequence[str], more: str = "") -> str:
    """The command for each environment, to copy."""
    return listed([f"`/{command} {each}{more}`" for each in environments], last="or")


def require_environment(word: str, policy: DeploymentPolicy, command: str, more: str = "") -> None:
    """The word is an environment of the ladder; where one is never guessed."""
    if word in policy.environments:
        return
    if not word:
        raise Refused(
            f"`/{command}` needs an environment.",
            fix=f"Comment {choices(command, policy.environments, more)}.",
        )
    close = difflib.get_close_matches(word.lower(), policy.environments, n=1, cutoff=0.4)
    fix = f"Did you mean {choices(command, close, more)}?" if close else ""
    raise Refused(
        f"There is no environment {inert(word)}.",
        fix=fix or f"Comment {choices(command, policy.environments, more)}.",
    )


def require_allowed(command: str, environment: str, policy: CommandPolicy) -> None:
    """``organization.yml`` allows the command for that environment."""
    if policy.environments and environment not in policy.environments:
        names = listed([f"`{each}`" for each in policy.environments])
        raise Refused(
            f"`/{command}` is allowed for {names} in this organisation, not for `{environment}`.",
            fix="The platform team decides that in `organization.yml`.",
        )


def require_unlocked(environment: str, lock: Lock | None, *, by_id: int, now_s: float) -> None:
    """Nobody else holds the environment back."""
    if lock is not None and lock.holds(now_s=now_s) and lock.by_id != by_id:
        raise Refused(
            f"`{environment}` is locked {lock_words(lock, now_s=now_s)}.",
            fix=f"`{lock.by}` or somebody with the role *maintain* ends the lock with "
            f"`/unlock {environment}`.",
        )


def require_free(environment: str, holder: Deployment, *, ours: str) -> None:
    """No other deployment to the environment is under way. ``holder`` is the one that is."""
    if holder.id == ours:
        return
    waits = holder.state is DeploymentState.WAITS_FOR_APPROVAL
    how = "waits for approval" if waits else "is under way"
    raise Refused(
        f"A deployment of `{holder.commit[:7]}` to `{environment}` {how} already: "
        f"{holder.cause_url}.",
        fix="Comment the command again when that one has ended."
        + (f" `/rollback {environment}` takes its place at once." if waits else ""),
    )


def require_branch(
    environment: str, policy: DeploymentPolicy, *, on_default: bool, ref: str, default: str
) -> None:
    """The commit is on the default branch, where policy asks for that."""
    if environment in policy.default_branch_only and not on_default:
        raise Refused(
            f"{inert(ref)} is not on the branch {inert(default)}, and policy allows nothing else "
            f"in `{environment}`.",
            fix="Merge it first.",
        )


def require_ladder(
    environment: str, policy: DeploymentPolicy, commit: str, passed: Collection[str]
) -> None:
    """Before production, the same commit was in place in the environment before it."""
    below = policy.before(environment)
    if environment == "production" and below and commit not in passed:
        raise Refused(
            f"`{commit[:7]}` has not been deployed to `{below}` with success, and `{environment}` "
            "takes only what has.",
            fix=f"Comment `/deploy {below} {commit[:12]}`, then `/promote`.",
        )


def missing_approvals(
    needed: Sequence[DeploymentApproval], given: Mapping[str, GivenApproval], *, by_id: int
) -> list[DeploymentApproval]:
    """Who still has to approve; whoever commanded counts for nobody."""
    missing = []
    for rule in needed:
        have = {
            each.person_id
            for each in given.values()
            if each.team == rule.by and each.person_id != by_id
        }
        if len(have) < rule.count:
            missing.append(
                DeploymentApproval(
                    environment=rule.environment, by=rule.by, count=rule.count - len(have)
                )
            )
    return missing


def lock_words(lock: Lock, *, now_s: float) -> str:
    """Who holds it, since when, until when, and why."""
    since, left = duration(now_s - lock.at_s), duration(lock.until_s - now_s)
    return f"by `{lock.by}` for {since} (it ends by itself in {left}): {inert(lock.reason)}"
