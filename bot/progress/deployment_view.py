"""Every sentence about a deployment: its comment, its check runs, and what `/status` shows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from bot.clock import day_of
from bot.deployments.record import Action, Deployment, DeploymentState, Stage, StageState
from bot.deployments.verdict import Why
from bot.github.port import CheckRun
from bot.organization import DeploymentApproval
from bot.progress.inert import inert
from bot.progress.words import cell, counted, duration, listed
from bot.runs.record import Run

CHECK_NAME: Final = "Paved Road"

_URL = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&*+,;=%-]{1,500}")
_DOING: Final = {
    Action.DEPLOY: "Deploying",
    Action.PROMOTE: "Promoting",
    Action.ROLLBACK: "Rolling back to",
}
_MARKS: Final = {
    StageState.RUNNING: "🔄",
    StageState.SUCCEEDED: "✅",
    StageState.FAILED: "❌",
}
_TITLES: Final = {
    "build": "Build",
    "canary": "Canary",
    "health": "Health check",
    "promotion": "Promotion",
    "rollback": "Rollback",
}

# Why it ended so → what is wrong, what to do. `{env}` is the environment.
_OUTCOMES: Final[Mapping[Why, tuple[str, str]]] = {
    Why.DONE: ("", ""),
    Why.FAILED: (
        "The deployment failed.",
        "Read its log and mend what it names.",
    ),
    Why.PUT_BACK: (
        "The deployment failed, and what ran before is in place again.",
        "Read its log and mend what it names.",
    ),
    Why.NOT_PUT_BACK: (
        "The deployment failed and its rollback failed too, so what `{env}` runs is not known.",
        "Look at its log now. `/rollback {env}` tries once more.",
    ),
    Why.NOT_STARTED: (
        "GitHub could not start the workflow, so nothing was deployed.",
        "The page of the workflow run says what is wrong with the file. Mend it.",
    ),
    Why.CANCELLED: (
        "The workflow run was cancelled or came to no end of its own, so what `{env}` runs is not "
        "known.",
        "Look at the run. `/deploy {env}` or `/rollback {env}` makes it certain again.",
    ),
    Why.GONE: (
        "The workflow run was deleted before its end was known, so what `{env}` runs is not known.",
        "Look in the cloud. `/deploy {env}` or `/rollback {env}` makes it certain again.",
    ),
    Why.NEVER_RAN: (
        "GitHub accepted the start, but nothing has run for 10 minutes.",
        "Look whether a runner is free and whether Actions are enabled; cancel the run that waits, "
        "or it deploys later.",
    ),
    Why.SILENT: (
        "Nothing was heard of the deployment for too long, so what `{env}` runs is not known.",
        "Look at its log. `/deploy {env}` or `/rollback {env}` makes it certain again.",
    ),
    Why.NO_PROOF: (
        "The workflow run and what it said of the deployment do not agree, so what `{env}` runs is "
        "not known.",
        "Look at the run. `/deploy {env}` or `/rollback {env}` makes it certain again.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A deployment with what its comment needs beside it.

    ``state`` is where it stands; ``then`` is the environment above; ``rollback`` is the
    deployment that its failure started by itself.
    """

    deployment: Deployment
    state: DeploymentState
    run: Run
    then: str = ""
    approvals: Sequence[DeploymentApproval] = ()
    rollback: Deployment | None = None


def outcome_problem(deployment: Deployment, why: Why) -> tuple[str, str]:
    """What is wrong and what to do, for a deployment that did not succeed."""
    problem, fix = _OUTCOMES[why]
    failed = [each for each in deployment.stages if each.state is StageState.FAILED and each.note]
    if failed and why in (Why.FAILED, Why.PUT_BACK, Why.NOT_PUT_BACK):
        problem += f" *{_TITLES[failed[0].name]}* says {_quoted(failed[0].note)}."
    env = deployment.environment
    return problem.format(env=env) if not failed else problem.replace("{env}", env), fix.format(
        env=env
    )


def _quoted(note: str) -> str:
    """Somebody's sentence within one of ours."""
    return inert(note.rstrip("."))


def deployment_comment(shown: Shown) -> str:
    """The one comment of a deployment; its first line stands alone."""
    if shown.rollback is not None:
        parts = _rolled_back_by_itself(shown, shown.rollback)
    elif shown.state is DeploymentState.WAITS_FOR_APPROVAL:
        parts = _waits(shown)
    elif shown.state is DeploymentState.RUNNING:
        parts = _running(shown)
    elif shown.state is DeploymentState.SUCCEEDED:
        parts = _succeeded(shown)
    else:
        parts = _ended_badly(shown)
    return "\n\n".join(part for part in parts if part)


def stage_checks(shown: Shown) -> list[CheckRun]:
    """A check run for each stage that has ended; the health check is the canary's."""
    stages = {stage.name: stage for stage in shown.deployment.stages}
    health = stages.get("health") or stages.get("canary")
    later = stages.keys() & {"promotion", "rollback"}
    canary_ended = health is not None and (
        health.name == "health" or health.state is StageState.FAILED or later or _over(shown)
    )
    named = {
        "build": stages.get("build"),
        "canary": health if canary_ended else None,
        "promotion": stages.get("promotion"),
        "rollback": stages.get("rollback"),
    }
    return [
        _check(shown, name, stage)
        for name, stage in named.items()
        if stage is not None and stage.state is not StageState.RUNNING
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentShown:
    """One row of `/status`. ``lock`` is a sentence that we wrote."""

    name: str
    runs: Deployment | None
    unsure: bool
    under_way: Deployment | None
    lock: str = ""


def environments_table(environments: Sequence[EnvironmentShown]) -> str:
    """What each environment runs, what is under way there, and who holds it back."""
    rows = ["| Environment | Runs | Under way | Lock |", "| --- | --- | --- | --- |"]
    for each in environments:
        lock = cell(each.lock) or "free"
        rows.append(f"| `{each.name}` | {_runs(each)} | {_under_way(each)} | {lock} |")
    return "\n".join(rows)


def _runs(shown: EnvironmentShown) -> str:
    if shown.runs is None:
        return "not known" if shown.unsure else "nothing yet"
    since = f"`{shown.runs.commit[:7]}` since {day_of(shown.runs.ended_at_s)}, by `{shown.runs.by}`"
    return f"not known; before it was {since}" if shown.unsure else since


def _under_way(shown: EnvironmentShown) -> str:
    found = shown.under_way
    if found is None:
        return "nothing"
    waits = found.state is DeploymentState.WAITS_FOR_APPROVAL
    how = " (waits for approval)" if waits else ""
    return f"[`{found.commit[:7]}`]({found.cause_url}) by `{found.by}`{how}"


# --- the comment -------------------------------------------------------------------


def _waits(shown: Shown) -> list[str]:
    who = listed([f"{counted(rule.count, 'member')} of `{rule.by}`" for rule in shown.approvals])
    return [
        f"{_commit(shown)} waits for approval before it goes to {_place(shown)}",
        f"Policy asks for {who}, other than @{shown.deployment.by}, who asked for it.",
        "**Next:** they comment `/approve` here. After three days without approval it ends by "
        "itself.",
    ]


def _running(shown: Shown) -> list[str]:
    begun = {stage.name for stage in shown.deployment.stages}
    line = "🔄 Started."
    if begun - {"build"}:  # the check runs tell of every stage; each edit here costs a request
        line = "🔄 It has reached the environment; the health check decides."
    action = shown.deployment.action
    return [
        f"{_DOING[action]} {_commit(shown)} in {_place(shown)}"
        if action is Action.ROLLBACK
        else f"{_DOING[action]} {_commit(shown)} to {_place(shown)}",
        line,
        f"**Next:** nothing to do. This comment and the check runs at `{_short(shown)}` follow it.",
    ]


def _succeeded(shown: Shown) -> list[str]:
    environment = shown.deployment.environment
    promote = f"`/promote` brings it to `{shown.then}`; " if shown.then else ""
    return [
        f"{_place(shown)} runs {_commit(shown)}",
        _answers(shown.deployment.url),
        f"**Next:** {promote}`/rollback {environment}` brings back what ran before.",
        _details(shown),
    ]


def _ended_badly(shown: Shown) -> list[str]:
    environment = shown.deployment.environment
    firsts = {
        DeploymentState.FAILED: f"Deploying {_commit(shown)} to {_place(shown)} failed",
        DeploymentState.ROLLED_BACK: f"{_commit(shown)} failed in {_place(shown)} and was "
        "rolled back",
        DeploymentState.UNKNOWN: f"Whether {_place(shown)} runs {_commit(shown)} is unknown",
        DeploymentState.CANCELLED: f"{_commit(shown)} does not go to {_place(shown)}",
    }
    return [
        firsts[shown.state],
        *_problem(shown),
        _look(shown.deployment),
        f"**Next:** `/deploy {environment}` tries again; `/status` shows what each environment "
        "runs.",
        _details(shown),
    ]


def _problem(shown: Shown) -> list[str]:
    problem = shown.run.problem
    if problem is not None:
        mark = "❔" if shown.state is DeploymentState.UNKNOWN else "❌"
        return [f"{mark} {problem.problem}", f"**What to do:** {problem.fix}"]
    notes = [step.note for step in shown.run.steps if step.note]
    return [f"➖ {notes[-1]}"] if notes and shown.state is DeploymentState.CANCELLED else []


def _rolled_back_by_itself(shown: Shown, rollback: Deployment) -> list[str]:
    back, place = f"`{rollback.commit[:7]}`", _place(shown)
    line = {
        DeploymentState.SUCCEEDED: f"{_commit(shown)} failed in {place}; {back} is in place again",
        DeploymentState.FAILED: f"{_commit(shown)} failed in {place}, and bringing back {back} "
        "failed too",
        DeploymentState.UNKNOWN: f"{_commit(shown)} failed in {place}; whether {back} is back is "
        "unknown",
    }.get(rollback.state, f"{_commit(shown)} failed in {place}; {back} is being brought back")
    environment = shown.deployment.environment
    bad = rollback.state in (DeploymentState.FAILED, DeploymentState.UNKNOWN)
    return [
        line,
        *_problem(shown),
        "The rollback started by itself." + (" Look at it now." if bad else ""),
        _look(rollback if bad else shown.deployment),
        f"**Next:** `/rollback {environment}` tries once more."
        if bad
        else "**Next:** `/status` shows what each environment runs.",
        _details(shown),
    ]


def _details(shown: Shown) -> str:
    deployment = shown.deployment
    rows = [
        ("Commit", f"`{deployment.commit}`, from {inert(deployment.ref)}"),
        ("Asked for by", f"@{deployment.by} in {deployment.cause_url}"),
        ("Approved by", listed([f"@{name}" for name in deployment.approved_by])),
        ("Plan", deployment.plan),
        ("Image", f"`{deployment.image}`" if deployment.image else ""),
        *((_TITLES[stage.name], _stage_words(stage)) for stage in deployment.stages),
    ]
    table = "\n".join(
        ["| | |", "| --- | --- |", *(f"| {name} | {cell(what)} |" for name, what in rows if what)]
    )
    took = duration(max(deployment.ended_at_s - deployment.created_at_s, 0.0))
    ended = f", in {took}" if deployment.ended_at_s else ""
    return f"<details><summary>What was done{ended}</summary>\n\n{table}\n\n</details>"


def _stage_words(stage: Stage) -> str:
    took = f" {duration(stage.ended_at_s - stage.started_at_s)}" if stage.ended_at_s else ""
    note = f" {inert(stage.note)}" if stage.note else ""
    return f"{_MARKS[stage.state]}{took}{note}"


def _answers(url: str) -> str:
    return f"It answers at <{url}>." if _URL.fullmatch(url) else ""


def _look(deployment: Deployment) -> str:
    url = deployment.look_url
    return f"[Look here]({url})." if _URL.fullmatch(url) else ""


def _short(shown: Shown) -> str:
    return shown.deployment.commit[:7]


def _commit(shown: Shown) -> str:
    return f"`{_short(shown)}`"


def _place(shown: Shown) -> str:
    return f"`{shown.deployment.environment}`"


# --- check runs --------------------------------------------------------------------


def _over(shown: Shown) -> bool:
    return shown.state.is_final


def _check(shown: Shown, name: str, stage: Stage) -> CheckRun:
    deployment = shown.deployment
    good = stage.state is StageState.SUCCEEDED
    conclusion: Literal["success", "failure", "neutral"] = "success" if good else "failure"
    if not good and shown.state is DeploymentState.UNKNOWN:
        conclusion = "neutral"
    how = {"success": "done", "failure": "failed", "neutral": "not known"}[conclusion]
    said = f"\n\nIt said {_quoted(stage.note)}." if stage.note else ""
    return CheckRun(
        name=f"{CHECK_NAME}: {deployment.environment} {name}",
        head_sha=deployment.commit,
        external_id=f"{deployment.id}:{name}",
        status="completed",
        conclusion=conclusion,
        title=f"{_TITLES[stage.name]} {how}",
        summary=f"A deployment that @{deployment.by} asked for in {deployment.cause_url}.{said}",
        details_url=deployment.cause_url,
    )
