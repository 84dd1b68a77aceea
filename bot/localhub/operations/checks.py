"""Check suites and check runs."""

import time
from collections.abc import Mapping
from typing import Any

from bot.localhub.actor import Actor, Who, acting
from bot.localhub.operations.reviews import ReviewOperations
from bot.localhub.refusal import Refused, invalid, not_found
from bot.localhub.shapes.checks import (
    check_run,
    check_suite,
    runs_of,
    suite_state,
)
from bot.localhub.state.checks import (
    CheckRun,
    CheckSuite,
)
from bot.localhub.state.people import Role
from bot.localhub.state.repositories import Repository
from bot.localhub.webhooks.payloads import emit

# Limits of the check-runs routes. Source: GitHub REST docs, "Create a check run".
LONGEST_OUTPUT = 65_535  # characters of summary, and of text
MOST_ANNOTATIONS = 50  # in one request
MOST_ACTIONS = 3
LONGEST_ACTION = {"label": 20, "description": 40, "identifier": 20}


class CheckOperations(ReviewOperations):
    """What Apps say about commits, and the buttons that people press there."""

    def check_run(self, repository: str | Repository, run_id: int) -> CheckRun:
        """The check run of that id. Raises Refused 404."""
        found = self.world.check_runs.get(run_id)
        if found is None or found.repository_id != self.repository(repository).id:
            raise not_found()
        return found

    def create_check_run(
        self,
        actor: Actor,
        repository: str | Repository,
        given: Mapping[str, Any],
        *,
        suite: CheckSuite | None = None,
    ) -> CheckRun:
        """A new check run of the acting App; ``given`` are the API's words. Raises Refused.

        It joins the App's suite on the commit unless another ``suite`` is given.
        """
        found = self.repository(repository)
        if actor.app is None:
            raise Refused(403, "You must authenticate via a GitHub App.")
        sha = given["head_sha"]
        if self.git(found).kind(sha) != "commit":
            raise Refused(422, f"No commit found for SHA: {sha}")
        suite = suite or self.suite_for(found, actor.app.id, sha)
        run = CheckRun(
            id=self.world.next_id(),
            repository_id=found.id,
            suite_id=suite.id,
            app_id=actor.app.id,
            name=given["name"],
            head_sha=sha,
            created_at_s=self.now_s(),
        )
        self._apply(run, given)
        run.started_at = run.started_at or self._iso_now()
        self._save(actor, found, run, "created")
        return run

    def update_check_run(
        self,
        actor: Actor,
        repository: str | Repository,
        run_id: int,
        given: Mapping[str, Any],
    ) -> CheckRun:
        """The check run with what is given. Only the App that made it may. Raises Refused."""
        found = self.repository(repository)
        run = self.check_run(found, run_id)
        if actor.app is None or actor.app.id != run.app_id:
            raise Refused(
                403,
                "Invalid app_id `%s` - check run can only be modified by its App."
                % (actor.app.id if actor.app else ""),
            )
        run.name = given.get("name", run.name)
        was_completed = run.status == "completed"
        self._apply(run, given)
        self._save(actor, found, run, None if was_completed else "updated")
        return run

    def _apply(self, run: CheckRun, given: Mapping[str, Any]) -> None:
        output = given.get("output")
        if output is not None:
            self._apply_output(run, output)
        if "actions" in given:
            run.actions = checked_actions(given["actions"])
        run.details_url = given.get("details_url", run.details_url)
        run.external_id = given.get("external_id", run.external_id)
        run.started_at = given.get("started_at", run.started_at)
        run.status = given.get("status", run.status)
        if given.get("conclusion"):
            run.status, run.conclusion = "completed", given["conclusion"]
            run.completed_at = given.get("completed_at") or self._iso_now()
        elif run.status == "completed":
            if run.conclusion is None:
                raise invalid("CheckRun", "conclusion", "missing_field")
        else:
            run.conclusion = run.completed_at = None
        run.updated_at_s = self.now_s()

    @staticmethod
    def _apply_output(run: CheckRun, output: Mapping[str, Any]) -> None:
        for name in ("summary", "text"):
            if len(output.get(name) or "") > LONGEST_OUTPUT:
                problem = f"Only {LONGEST_OUTPUT} characters are allowed; {name} is too long."
                raise invalid("CheckRun", name, "custom", problem)
        annotations = output.get("annotations", [])
        if len(annotations) > MOST_ANNOTATIONS:
            problem = f"Only {MOST_ANNOTATIONS} annotations are allowed in one request."
            raise invalid("CheckRun", "annotations", "custom", problem)
        run.title = output.get("title", run.title)
        run.summary = output.get("summary", run.summary)
        run.text = output.get("text", run.text)
        run.annotations = [*run.annotations, *annotations]

    def _save(
        self, actor: Actor, repository: Repository, run: CheckRun, action: str | None
    ) -> None:
        self.world.check_runs.put(run)
        suite = self.world.check_suites[run.suite_id]
        suite.updated_at_s = self.now_s()
        self.world.check_suites.put(suite)
        completed = run.status == "completed"
        if action == "created":
            self._tell_run(actor, repository, run, "created")
        if completed and action is not None:
            self._tell_run(actor, repository, run, "completed")
            of_workflow = suite.workflow_run_id is not None  # ends with the run, not before
            if not of_workflow and suite_state(runs_of(self, suite))[0] == "completed":
                self.tell_suite(actor, repository, suite, "completed")
        self._wake_pages(repository, run)

    def _wake_pages(self, repository: Repository, run: CheckRun) -> None:
        self.changes.publish(f"checks:{repository.full_name}@{run.head_sha}", "check-run")
        for issue in self.open_pulls(repository):
            if issue.pull and issue.pull.head_sha == run.head_sha:
                topic = f"issue:{repository.full_name}#{issue.number}"
                self.changes.publish(topic, "check-run")

    def _tell_run(
        self,
        actor: Actor,
        repository: Repository,
        run: CheckRun,
        action: str,
        *,
        only_app: int | None = None,
        **about: object,
    ) -> None:
        suite = self.world.check_suites[run.suite_id]
        shape = check_run(self, repository, run)
        shape["check_suite"] = check_suite(self, repository, suite)
        shape["check_suite"].pop("repository")
        emit(
            self,
            "check_run",
            action,
            {"check_run": shape} | about,
            sender=actor,
            repository=repository,
            only_app=only_app,
        )

    def tell_suite(
        self,
        actor: Actor,
        repository: Repository,
        suite: CheckSuite,
        action: str,
        *,
        only_app: int | None = None,
    ) -> None:
        """Apps hear of the suite."""
        shape = check_suite(self, repository, suite)
        shape.pop("repository")
        emit(
            self,
            "check_suite",
            action,
            {"check_suite": shape},
            sender=actor,
            repository=repository,
            only_app=only_app,
        )

    def rerequest_check_run(self, actor: Who, repository: str | Repository, run_id: int) -> None:
        """The App that owns the run hears "rerequested"; the run itself stays as it is."""
        found, who = self.repository(repository), acting(actor)
        self.require(who, found, Role.WRITE)
        run = self.check_run(found, run_id)
        self._tell_run(who, found, run, "rerequested", only_app=run.app_id)

    def rerequest_check_suite(
        self, actor: Who, repository: str | Repository, suite_id: int
    ) -> None:
        """The App that owns the suite hears "rerequested"."""
        found, who = self.repository(repository), acting(actor)
        self.require(who, found, Role.WRITE)
        suite = self.check_suite(found, suite_id)
        self.tell_suite(who, found, suite, "rerequested", only_app=suite.app_id)

    def check_suite(self, repository: str | Repository, suite_id: int) -> CheckSuite:
        """The suite of that id. Raises Refused 404."""
        found = self.world.check_suites.get(suite_id)
        if found is None or found.repository_id != self.repository(repository).id:
            raise not_found()
        return found

    def request_action(
        self, actor: Who, repository: str | Repository, run_id: int, identifier: str
    ) -> None:
        """A button of a completed run was pressed: its App hears "requested_action"."""
        found, who = self.repository(repository), acting(actor)
        self.require(who, found, Role.WRITE)
        run = self.check_run(found, run_id)
        offered = {action["identifier"] for action in run.actions}
        if run.status != "completed" or identifier not in offered:
            raise Refused(422, "This action is not offered.")
        self._tell_run(
            who,
            found,
            run,
            "requested_action",
            only_app=run.app_id,
            requested_action={"identifier": identifier},
        )

    def _iso_now(self) -> str:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.now_s()))


def checked_actions(actions: list[dict[str, str]]) -> list[dict[str, str]]:
    """At most three buttons with short texts. Raises Refused 422."""
    if len(actions) > MOST_ACTIONS:
        raise invalid("CheckRun", "actions", "custom", "Only 3 actions are allowed.")
    for action in actions:
        for name, longest in LONGEST_ACTION.items():
            if len(action[name]) > longest:
                problem = f"{name} is too long (maximum is {longest} characters)"
                raise invalid("CheckRun", "actions", "custom", problem)
    return actions
