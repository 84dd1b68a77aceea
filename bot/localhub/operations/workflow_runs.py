"""Workflow runs: found, ended by hand, cancelled, run again, deleted."""

from collections.abc import Mapping

from bot.localhub.actor import Who, acting
from bot.localhub.operations.jobs import ENDED
from bot.localhub.operations.workflow_starts import StartOperations
from bot.localhub.refusal import Refused, not_found
from bot.localhub.state.actions import WorkflowRun
from bot.localhub.state.people import Role
from bot.localhub.state.repositories import Repository


class RunOperations(StartOperations):
    """What people and tests do with runs."""

    # Finding them.

    def workflow_runs(
        self,
        repository: str | Repository,
        *,
        workflow: str | None = None,
        event: str | None = None,
        branch: str | None = None,
        head_sha: str | None = None,
    ) -> list[WorkflowRun]:
        """The runs, newest first, as far as they fit. ``workflow`` is an id or file name."""
        found = self.repository(repository)
        of = self.workflow(found, workflow).id if workflow is not None else None
        return [
            run
            for run in reversed(self.world.workflow_runs.of(found.id))
            if of in {None, run.workflow_id}
            and event in {None, run.event}
            and branch in {None, run.head_branch}
            and head_sha in {None, run.head_sha}
        ]

    def workflow_run(self, repository: str | Repository, run_id: int) -> WorkflowRun:
        """The run of that id. Raises Refused 404."""
        found = self.world.workflow_runs.get(run_id)
        if found is None or found.repository_id != self.repository(repository).id:
            raise not_found()
        return found

    # Ending them, and again.

    def conclude_run(
        self,
        repository: str | Repository,
        run_id: int,
        conclusion: str = "success",
        *,
        jobs: Mapping[str, str] | None = None,
    ) -> WorkflowRun:
        """The run is over as if a runner had done it. ``jobs`` has what other names than the
        rest end with; what needs a failed job is skipped.

        Raises ValueError for an unknown conclusion or job, Refused 409 for a run that is over
        or in a runner's hands.
        """
        run = self.workflow_run(repository, run_id)
        wanted = dict(jobs or {})
        unknown = {conclusion, *wanted.values()} - ENDED
        if unknown:
            raise ValueError(f"no conclusion: {sorted(unknown)}; there are {sorted(ENDED)}")
        self._require_by_hand(run)
        while left := [job for job in self.jobs_of(run) if job.status != "completed"]:
            self.conclude_job(repository, left[0].id, wanted.pop(left[0].name, conclusion))
        unknown = wanted.keys() - {job.name for job in self.jobs_of(run)}
        if unknown:
            raise ValueError(f"no such jobs: {sorted(unknown)}")
        return run

    def conclude_job(
        self, repository: str | Repository, job_id: int, conclusion: str = "success"
    ) -> WorkflowRun:
        """One job is over, as if a runner had done it; the run ends with the last one."""
        job = self.job(repository, job_id)
        run = self.world.workflow_runs[job.run_id]
        self._require_by_hand(run)
        if job.status == "completed":
            raise Refused(409, "This job is over already.")
        if job.status == "queued" and conclusion != "skipped":
            self.start_job(job)
        self.log(job, f"Nobody ran this job; it was set to {conclusion} by hand.")
        self.finish_job(job, conclusion)
        if all(one.status == "completed" for one in self.jobs_of(run)):
            self.finish_run(run)
        return run

    def _require_by_hand(self, run: WorkflowRun) -> None:
        if run.status == "completed":
            raise Refused(409, "This run is over already.")
        if run.status == "pending":
            raise Refused(409, "This run waits for another one of its concurrency group.")
        if self.runner.name:
            raise Refused(409, f"{self.runner.name} is running this.")

    def cancel_run(self, actor: Who, repository: str | Repository, run_id: int) -> None:
        """The run ends as cancelled, soon. Raises Refused 409 for one that is over."""
        found = self.repository(repository)
        self.require(acting(actor), found, Role.WRITE)
        run = self.workflow_run(found, run_id)
        if run.status == "completed":
            raise Refused(409, "Cannot cancel a workflow run that is completed.")
        self.end_early(run)

    def rerun(
        self,
        actor: Who,
        repository: str | Repository,
        run_id: int,
        *,
        failed_only: bool = False,
    ) -> WorkflowRun:
        """The run begins another attempt, with all jobs or with those that did not succeed.

        Raises Refused 403 for one that is not over, or where nothing has failed.
        """
        found, who = self.repository(repository), acting(actor)
        self.require(who, found, Role.WRITE)
        run = self.workflow_run(found, run_id)
        if run.status != "completed":
            raise Refused(403, "The workflow run is already running")
        good = [job.id for job in self.jobs_of(run) if job.conclusion == "success"]
        if failed_only and len(good) == len(self.jobs_of(run)):
            raise Refused(403, "This workflow run cannot be retried: no job has failed")
        run.kept_job_ids = good if failed_only and not self.runner.name else []
        run.attempt += 1
        run.status, run.conclusion, run.problem = "queued", None, ""
        run.triggering_actor_id, run.started_at_s = who.user.id, self.now_s()
        self.save_run(run)
        file = self.workflow_file(found, run.head_sha, run.path)
        self.set_going(run, file.problem if file else "The workflow file is gone.")
        return run

    def delete_run(self, actor: Who, repository: str | Repository, run_id: int) -> None:
        """The run, its logs and its checks are gone. Raises Refused 403 while it runs."""
        found = self.repository(repository)
        self.require(acting(actor), found, Role.WRITE)
        run = self.workflow_run(found, run_id)
        if run.status != "completed":
            raise Refused(403, "A workflow run that is not completed cannot be deleted.")
        for job in self.world.jobs.of(run.id):
            self.job_logs.delete(job.id)
            self.world.check_runs.drop(self.world.check_runs[job.id])
            self.world.jobs.drop(job)
        self.world.check_suites.drop(self.world.check_suites[run.suite_id])
        self.world.workflow_runs.drop(run)
        self.changes.publish(f"runs:{found.full_name}@", "deleted")
