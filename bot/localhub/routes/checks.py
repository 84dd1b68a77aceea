"""Check runs and suites, commit statuses, deployments."""

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from bot.localhub.refusal import Refused
from bot.localhub.routes.call import NO_CONTENT, Answer, Call
from bot.localhub.shapes import checks as shapes
from bot.localhub.state.checks import CheckRun, CheckSuite

Conclusion = Literal[
    "action_required",
    "cancelled",
    "failure",
    "neutral",
    "success",
    "skipped",
    "stale",
    "timed_out",
]


class Annotation(msgspec.Struct, omit_defaults=True):
    """One remark about lines of a file."""

    path: str
    start_line: int
    end_line: int
    annotation_level: Literal["notice", "warning", "failure"]
    message: str
    start_column: int | None = None
    end_column: int | None = None
    title: str | None = None
    raw_details: str | None = None


class Output(msgspec.Struct):
    """What a check run shows."""

    summary: str
    title: str | UnsetType = UNSET
    text: str | UnsetType = UNSET
    annotations: list[Annotation] | UnsetType = UNSET


class Action(msgspec.Struct):
    """A button."""

    label: str
    description: str
    identifier: str


class CheckFields(msgspec.Struct):
    """What both bodies of check runs share."""

    details_url: str | UnsetType = UNSET
    external_id: str | UnsetType = UNSET
    status: Literal["queued", "in_progress", "completed"] | UnsetType = UNSET
    started_at: str | UnsetType = UNSET
    conclusion: Conclusion | UnsetType = UNSET
    completed_at: str | UnsetType = UNSET
    output: Output | UnsetType = UNSET
    actions: list[Action] | UnsetType = UNSET


class NewCheck(CheckFields, kw_only=True):
    """Body of "create a check run"."""

    name: str
    head_sha: str


class CheckChanges(CheckFields, kw_only=True):
    """Body of "update a check run"."""

    name: str | UnsetType = UNSET


def _run(call: Call) -> CheckRun:
    return call.hub.check_run(call.repository, call.number("check_run_id"))


def create_run(call: Call) -> Answer:
    """A new check run of the asking App."""
    made = call.hub.create_check_run(call.actor, call.repository, call.given(NewCheck))
    shape = shapes.check_run(call.hub, call.repository, made)
    return Answer(status=201, body=shape, headers={"Location": shape["url"]})


def get_run(call: Call) -> Answer:
    """One check run."""
    return Answer(body=shapes.check_run(call.hub, call.repository, _run(call)))


def update_run(call: Call) -> Answer:
    """Change a check run; its App only."""
    given = call.given(CheckChanges)
    changed = call.hub.update_check_run(call.actor, call.repository, _run(call).id, given)
    return Answer(body=shapes.check_run(call.hub, call.repository, changed))


def list_annotations(call: Call) -> Answer:
    """The annotations of a check run."""
    run = _run(call)
    return call.page(
        run.annotations, lambda one: shapes.annotation(call.hub, call.repository, run, one)
    )


def rerequest_run(call: Call) -> Answer:
    """Ask the App to run the check again."""
    call.hub.rerequest_check_run(call.actor, call.repository, _run(call).id)
    return Answer(status=201, body={})


def _commit(call: Call) -> str:
    ref = call.params["ref"]
    sha = call.hub.git(call.repository).resolve(ref)
    if sha is None:
        raise Refused(422, f"No commit found for SHA: {ref}")
    return sha


def list_runs_for_ref(call: Call) -> Answer:
    """Check runs on a commit; of several with one name only the newest, unless all."""
    found = call.hub.world.check_runs.of((call.repository.id, _commit(call)))
    if call.query.get("filter", "latest") == "latest":
        found = list({(run.suite_id, run.name): run for run in found}.values())
    for field, name in (("check_name", "name"), ("status", "status"), ("app_id", "app_id")):
        if field in call.query:
            found = [run for run in found if str(getattr(run, name)) == call.query[field]]
    return _runs(call, found[::-1])


def _runs(call: Call, found: list[CheckRun]) -> Answer:
    return call.page(
        found,
        lambda one: shapes.check_run(call.hub, call.repository, one),
        within="check_runs",
    )


# Suites.


class NewSuite(msgspec.Struct):
    """Body of "create a check suite"."""

    head_sha: str


def create_suite(call: Call) -> Answer:
    """The asking App's suite on a commit: 201 when new, 200 when it was there."""
    app, sha = call.actor.app, call.read(NewSuite).head_sha
    if app is None:
        raise Refused(403, "You must authenticate via a GitHub App.")
    if call.hub.git(call.repository).kind(sha) != "commit":
        raise Refused(422, f"No commit found for SHA: {sha}")
    known = call.hub.world.check_suites.find((call.repository.id, app.id, sha, None))
    suite = known or call.hub.suite_for(call.repository, app.id, sha)
    return Answer(status=200 if known else 201, body=_suite_shape(call, suite))


def _suite(call: Call) -> CheckSuite:
    return call.hub.check_suite(call.repository, call.number("check_suite_id"))


def _suite_shape(call: Call, suite: CheckSuite) -> dict[str, Any]:
    return shapes.check_suite(call.hub, call.repository, suite)


def get_suite(call: Call) -> Answer:
    """One check suite."""
    return Answer(body=_suite_shape(call, _suite(call)))


def list_suite_runs(call: Call) -> Answer:
    """The check runs of a suite."""
    return _runs(call, shapes.runs_of(call.hub, _suite(call)))


def rerequest_suite(call: Call) -> Answer:
    """Ask the App to run all its checks again."""
    call.hub.rerequest_check_suite(call.actor, call.repository, _suite(call).id)
    return Answer(status=201, body={})


def list_suites_for_ref(call: Call) -> Answer:
    """The suites on a commit."""
    found = call.hub.world.check_suites.of((call.repository.id, _commit(call)))
    if "app_id" in call.query:
        found = [suite for suite in found if str(suite.app_id) == call.query["app_id"]]
    return call.page(found, lambda one: _suite_shape(call, one), within="check_suites")


# Statuses.


class NewStatus(msgspec.Struct):
    """Body of "create a commit status"."""

    state: Literal["error", "failure", "pending", "success"]
    context: str = "default"
    description: str | None = None
    target_url: str | None = None


def create_status(call: Call) -> Answer:
    """A new status on a commit."""
    given, sha = call.given(NewStatus), call.params["sha"]
    made = call.hub.create_status(call.actor, call.repository, sha, given)
    shape = shapes.status_with_creator(call.hub, call.repository, made)
    return Answer(status=201, body=shape, headers={"Location": shape["url"]})


def list_statuses(call: Call) -> Answer:
    """All statuses of a commit, newest first."""
    found = call.hub.world.statuses.of((call.repository.id, _commit(call)))[::-1]
    return call.page(found, lambda one: shapes.status_with_creator(call.hub, call.repository, one))


def combined_status(call: Call) -> Answer:
    """What all contexts together say."""
    sha = _commit(call)
    newest = call.hub.newest_statuses(call.repository, sha)
    return Answer(body=shapes.combined_status(call.hub, call.repository, sha, newest))


# Deployments.


class NewDeployment(msgspec.Struct):
    """Body of "create a deployment"; GitHub requires every context unless told otherwise."""

    ref: str
    task: str = "deploy"
    environment: str = "production"
    payload: dict[str, Any] | str = {}
    description: str | None = None
    auto_merge: bool = True
    required_contexts: list[str] | UnsetType = UNSET
    production_environment: bool | UnsetType = UNSET
    transient_environment: bool = False


class NewDeploymentStatus(msgspec.Struct):
    """Body of "create a deployment status"."""

    state: Literal["error", "failure", "inactive", "in_progress", "queued", "pending", "success"]
    description: str = ""
    environment: str | UnsetType = UNSET
    environment_url: str = ""
    log_url: str | UnsetType = UNSET
    target_url: str | UnsetType = UNSET
    auto_inactive: bool = True


def list_deployments(call: Call) -> Answer:
    """Deployments, newest first."""
    found = call.hub.world.deployments.of(call.repository.id)[::-1]
    for field in ("sha", "ref", "task", "environment"):
        if field in call.query:
            found = [one for one in found if getattr(one, field) == call.query[field]]
    return call.page(found, lambda one: shapes.deployment(call.hub, call.repository, one))


def create_deployment(call: Call) -> Answer:
    """A new deployment, or a merge that has to come before it."""
    given = call.given(NewDeployment)
    merged = call.hub.merge_before_deployment(call.actor, call.repository, given)
    if merged:
        return Answer(status=202, body={"message": merged})
    made = call.hub.create_deployment(call.actor, call.repository, given)
    shape = shapes.deployment(call.hub, call.repository, made)
    return Answer(status=201, body=shape, headers={"Location": shape["url"]})


def get_deployment(call: Call) -> Answer:
    """One deployment."""
    found = call.hub.deployment(call.repository, call.number("deployment_id"))
    return Answer(body=shapes.deployment(call.hub, call.repository, found))


def delete_deployment(call: Call) -> Answer:
    """A deployment is gone."""
    call.hub.delete_deployment(call.actor, call.repository, call.number("deployment_id"))
    return NO_CONTENT


def list_deployment_statuses(call: Call) -> Answer:
    """How a deployment went, newest first."""
    parent = call.hub.deployment(call.repository, call.number("deployment_id"))
    found = call.hub.world.deployment_statuses.of(parent.id)[::-1]
    return call.page(found, lambda one: shapes.deployment_status(call.hub, call.repository, one))


def create_deployment_status(call: Call) -> Answer:
    """A new status of a deployment."""
    given, number = call.given(NewDeploymentStatus), call.number("deployment_id")
    made = call.hub.create_deployment_status(call.actor, call.repository, number, given)
    shape = shapes.deployment_status(call.hub, call.repository, made)
    return Answer(status=201, body=shape, headers={"Location": shape["url"]})


def get_deployment_status(call: Call) -> Answer:
    """One status of a deployment."""
    found = call.hub.deployment_status(
        call.repository, call.number("deployment_id"), call.number("status_id")
    )
    return Answer(body=shapes.deployment_status(call.hub, call.repository, found))
