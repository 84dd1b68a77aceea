"""What starts workflow runs: pushes, pull requests, dispatches."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from bot.localhub.actions.definition import WorkflowFile
from bot.localhub.actions.expressions import filled
from bot.localhub.actions.inputs import checked_inputs
from bot.localhub.actions.triggers import (
    skipped_by_message,
    starts_on_dispatch,
    starts_on_pull_request,
    starts_on_push,
)
from bot.localhub.actor import Actor, Who, acting
from bot.localhub.git.diff import changed_paths
from bot.localhub.operations.apps import ACTIONS
from bot.localhub.operations.jobs import JobOperations
from bot.localhub.refusal import Refused, not_found
from bot.localhub.shapes.basics import Json
from bot.localhub.shapes.people import simple_user
from bot.localhub.shapes.pulls import files as changed_in_pull
from bot.localhub.shapes.pulls import pull as pull_shape
from bot.localhub.shapes.pulls import pull_of
from bot.localhub.shapes.repositories import full_repository
from bot.localhub.state.actions import Workflow, WorkflowRun
from bot.localhub.state.checks import CheckSuite
from bot.localhub.state.discussions import Issue
from bot.localhub.state.people import Role
from bot.localhub.state.repositories import Repository
from bot.localhub.webhooks.payloads import emit

# Limits of a repository_dispatch. Source: GitHub REST docs, "Create a repository dispatch event".
LONGEST_EVENT_TYPE = 100
MOST_PAYLOAD_KEYS = 10
LONGEST_PAYLOAD = 65_535  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What has happened: an event at a commit. ``about`` is its part of ``github.event``."""

    event: str
    ref: str
    sha: str
    about: Json
    inputs: Mapping[str, str] = field(default_factory=dict)
    issue: Issue | None = None  # the pull request that it happened to


class StartOperations(JobOperations):
    """A run starts for each workflow that waits for what has happened."""

    def after_push(
        self, who: Actor, repository: Repository, ref: str, before: str | None, after: str
    ) -> None:
        """Workflows of the pushed commit that wait for such a push are started."""
        git = self.git(repository)
        head = git.peel(after)
        if head is None or self._starts_nothing(who, repository, head):
            return
        base = git.peel(before) if before else None
        changed = None
        if base is not None:
            changed = changed_paths(git, git.commit(base).tree, git.commit(head).tree)
        for file in self.workflow_files(repository, head):
            if file.problem or starts_on_push(file, ref, changed):
                about = self._push(who, repository, ref, before, after, forced=False)
                cause = Cause(event="push", ref=ref, sha=head, about=about)
                self._start_run(who, repository, file, cause)

    def after_pull(self, who: Actor, repository: Repository, issue: Issue, action: str) -> None:
        """Workflows of the pull request's head that wait for it are started here, in its base."""
        pull = pull_of(issue)
        if self._starts_nothing(who, repository, pull.head_sha):
            return
        changed = {one.path for one in changed_in_pull(self, repository, issue)}
        for file in self.workflow_files(repository, pull.head_sha):
            if starts_on_pull_request(file, action, pull.base_ref, changed):
                shape = pull_shape(self, repository, issue)
                about = {"action": action, "number": issue.number, "pull_request": shape}
                cause = Cause(
                    event="pull_request",
                    ref=f"refs/pull/{issue.number}/merge",
                    sha=pull.head_sha,
                    about=about,
                    issue=issue,
                )
                self._start_run(who, repository, file, cause)

    def _starts_nothing(self, who: Actor, repository: Repository, sha: str) -> bool:
        """Forks run nothing, nor does what a workflow did with its own token.

        Source: GitHub docs, "GITHUB_TOKEN" and "Skipping workflow runs".
        """
        by_workflow = who.app is not None and who.app.slug == ACTIONS
        message = self.git(repository).commit(sha).message
        return by_workflow or repository.parent_id is not None or skipped_by_message(message)

    def dispatch_workflow(
        self,
        actor: Who,
        repository: str | Repository,
        workflow: str,
        *,
        ref: str,
        inputs: Mapping[str, str] | None = None,
    ) -> WorkflowRun:
        """A run of the workflow at a branch or tag, with checked inputs.

        ``workflow`` is its id or file name; the default branch has to have the file.
        Raises Refused 404, and 422 for an unknown ref, wrong inputs or no such trigger.
        """
        found, who = self.repository(repository), acting(actor)
        self.require(who, found, Role.WRITE)
        path = self.workflow(found, workflow).path
        git = self.git(found)
        head = git.branch(found.default_branch)
        if head is None or git.find(git.commit(head).tree, path) is None:
            raise not_found()
        if found.parent_id is not None:
            raise Refused(422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow")
        full_ref, sha = self._branch_or_tag(found, ref)
        file = self.workflow_file(found, sha, path)
        if file is None or "workflow_dispatch" not in file.triggers:
            raise Refused(422, "Workflow does not have 'workflow_dispatch' trigger")
        values = checked_inputs(file, inputs or {})
        about: Json = {"inputs": values, "ref": full_ref, "workflow": path}
        emit(self, "workflow_dispatch", None, about, sender=who, repository=found)
        cause = Cause(event="workflow_dispatch", ref=full_ref, sha=sha, about=about, inputs=values)
        return self._start_run(who, found, file, cause)

    def _branch_or_tag(self, repository: Repository, ref: str) -> tuple[str, str]:
        git = self.git(repository)
        for full in (f"refs/heads/{ref}", f"refs/tags/{ref}", ref):
            sha = git.ref(full) if full.startswith(("refs/heads/", "refs/tags/")) else None
            peeled = git.peel(sha) if sha else None
            if peeled is not None:
                return full, peeled
        raise Refused(422, f"No ref found for: {ref}")

    def dispatch_repository(
        self,
        actor: Who,
        repository: str | Repository,
        event_type: str,
        payload: Mapping[str, Any] | None = None,
    ) -> list[WorkflowRun]:
        """Workflows of the default branch that wait for the event are started. Raises Refused."""
        found, who = self.repository(repository), acting(actor)
        self.require(who, found, Role.WRITE)
        if not 0 < len(event_type) <= LONGEST_EVENT_TYPE:
            raise Refused(422, "event_type must have 1 to 100 characters.")
        given = dict(payload or {})
        if len(given) > MOST_PAYLOAD_KEYS:
            raise Refused(422, "No more than 10 properties are allowed; client_payload has more.")
        if len(json.dumps(given)) > LONGEST_PAYLOAD:
            raise Refused(422, "client_payload is too large.")
        about: Json = {"branch": found.default_branch, "client_payload": given}
        emit(self, "repository_dispatch", event_type, about, sender=who, repository=found)
        head = self.git(found).branch(found.default_branch)
        if head is None or found.parent_id is not None:
            return []
        cause = Cause(
            event="repository_dispatch",
            ref=f"refs/heads/{found.default_branch}",
            sha=head,
            about={"action": event_type} | about,
        )
        return [
            self._start_run(who, found, file, cause)
            for file in self.workflow_files(found, head)
            if starts_on_dispatch(file, event_type)
        ]

    def _start_run(
        self, who: Actor, repository: Repository, file: WorkflowFile, cause: Cause
    ) -> WorkflowRun:
        workflow = self.known_workflow(repository, file)
        pull = cause.issue.pull if cause.issue else None
        source = self.head_of(repository, pull) if pull else repository
        branch = pull.head_ref if pull else cause.ref.split("/", 2)[2]
        run = WorkflowRun(
            id=self.world.next_id(),
            repository_id=repository.id,
            workflow_id=workflow.id,
            suite_id=0,
            path=file.path,
            name=file.name,
            event=cause.event,
            head_sha=cause.sha,
            head_branch=branch,
            ref=cause.ref,
            head_repository_id=source.id if source else repository.id,
            number=self._next_run_number(workflow),
            title="",
            actor_id=who.user.id,
            triggering_actor_id=who.user.id,
            inputs=dict(cause.inputs),
            payload=self._event_json(who, repository, cause.about),
            pull_number=cause.issue.number if cause.issue else None,
            created_at_s=self.now_s(),
            started_at_s=self.now_s(),
        )
        is_fork = pull is not None and pull.head_repository_id is not None
        run.suite_id = self._suite_of(run, None if is_fork else branch).id
        known = self.known_of(run)
        run.title = filled(file.run_name, known) or self._title(repository, file, cause)
        run.group = (filled(file.concurrency.group, known) or "") if file.concurrency else ""
        self.save_run(run)
        self.tell_run(run, "requested")
        self.set_going(run, file.problem)
        return run

    def _next_run_number(self, workflow: Workflow) -> int:
        every = self.world.workflow_runs.of(workflow.repository_id)
        return 1 + max((run.number for run in every if run.workflow_id == workflow.id), default=0)

    def set_going(self, run: WorkflowRun, problem: str = "") -> None:
        """The run takes its turn, unless it cannot start: at once, or behind its group.

        One run of a group goes and one waits; a newer one takes the place of the waiting
        one. Source: GitHub docs, "Control the concurrency of workflows and jobs".
        """
        if problem:
            self.finish_run(run, conclusion="startup_failure", problem=problem)
            return
        others = [one for one in self._in_group(run) if one.id != run.id]
        if not others:
            self._go(run)
            return
        run.status = "pending"
        self.save_run(run)
        file = self.workflow_file(self._place(run), run.head_sha, run.path)
        ends_all = bool(file and file.concurrency and file.concurrency.cancel_in_progress)
        for other in others:
            if ends_all or other.status == "pending":
                self.end_early(other, f"A newer run of the group {run.group} took its place.")

    def _in_group(self, run: WorkflowRun) -> list[WorkflowRun]:
        """The runs of its group that are not over, oldest first."""
        group = run.group.lower()
        every = self.world.workflow_runs.of(run.repository_id) if group else []
        return [one for one in every if one.group.lower() == group and one.status != "completed"]

    def _go(self, run: WorkflowRun) -> None:
        run.status = "queued"
        self.open_ready_jobs(run)
        self.runner.start(run)

    def let_next_go(self, over: WorkflowRun) -> None:
        """The run that waits behind the group goes, if no other is going."""
        left = self._in_group(over)
        if left and all(one.status == "pending" for one in left):
            self._go(left[-1])

    def end_early(self, run: WorkflowRun, problem: str = "") -> None:
        """The run ends as cancelled, soon."""
        if not self.runner.cancel(run):
            self.finish_run(run, conclusion="cancelled", problem=problem)

    def _title(self, repository: Repository, file: WorkflowFile, cause: Cause) -> str:
        """What GitHub calls a run without a ``run-name``."""
        if cause.issue is not None:
            return cause.issue.title
        if cause.event == "push":
            return self.git(repository).commit(cause.sha).message.partition("\n")[0]
        return file.name

    def _event_json(self, who: Actor, repository: Repository, about: Json) -> bytes:
        whole = {
            "repository": full_repository(self, repository),
            "sender": simple_user(self, who.user),
        } | about
        return zlib.compress(msgspec.json.encode(whole))

    def _suite_of(self, run: WorkflowRun, branch: str | None) -> CheckSuite:
        made = CheckSuite(
            id=self.world.next_id(),
            repository_id=run.repository_id,
            app_id=self.actions_app().id,
            head_sha=run.head_sha,
            head_branch=branch,
            workflow_run_id=run.id,
            created_at_s=self.now_s(),
            updated_at_s=self.now_s(),
        )
        return self.world.check_suites.put(made)
