"""The jobs of workflow runs, from queued to completed, with steps, logs and check runs."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from bot.localhub.actions.definition import JobPlan
from bot.localhub.actions.expressions import filled
from bot.localhub.actions.read_workflow import job_name
from bot.localhub.actor import Actor
from bot.localhub.operations.checks import MOST_ANNOTATIONS
from bot.localhub.operations.workflows import WorkflowOperations
from bot.localhub.refusal import not_found
from bot.localhub.shapes.actions import job as job_shape
from bot.localhub.shapes.actions import job_page, workflow_run
from bot.localhub.shapes.actions import workflow as workflow_shape
from bot.localhub.shapes.basics import Json, iso
from bot.localhub.state.actions import Job, Step, WorkflowRun
from bot.localhub.state.checks import Deployment
from bot.localhub.state.repositories import Repository
from bot.localhub.webhooks.payloads import emit

# What a run says when its jobs have these; the first that occurs counts.
WORST_FIRST = ("failure", "timed_out", "cancelled", "success")
ENDED = {"success", "failure", "cancelled", "skipped", "timed_out", "neutral"}


class JobOperations(WorkflowOperations):
    """What a runner, or a person in its place, reports."""

    def jobs_of(self, run: WorkflowRun, *, attempt: int | None = None) -> list[Job]:
        """The jobs of the newest attempt or of another, those that it kept first."""
        wanted = attempt or run.attempt
        every = self.world.jobs.of(run.id)
        kept = run.kept_job_ids if wanted == run.attempt else []
        return [j for j in every if j.id in kept] + [j for j in every if j.attempt == wanted]

    def job(self, repository: str | Repository, job_id: int) -> Job:
        """The job of that id. Raises Refused 404."""
        found = self.world.jobs.get(job_id)
        if found is None or found.repository_id != self.repository(repository).id:
            raise not_found()
        return found

    # Which jobs there are.

    def open_ready_jobs(self, run: WorkflowRun) -> None:
        """Jobs whose needs are met are queued; those whose needs failed are skipped."""
        plans = self.plans_of(run)
        while self._open_some(run, plans):
            pass

    def _open_some(self, run: WorkflowRun, plans: Sequence[JobPlan]) -> bool:
        jobs = self.jobs_of(run)
        opened = {job.key for job in jobs}
        running = {job.key for job in jobs if job.status != "completed"}
        unhappy = {job.key for job in jobs if job.conclusion not in {None, "success"}}
        ready = [
            plan
            for plan in plans
            if plan.key not in opened
            and not any(n in running or n not in opened for n in plan.needs)
        ]
        for plan in ready:
            skipped = not plan.runs_after_failure and any(n in unhappy for n in plan.needs)
            for values in ({},) if skipped else plan.matrix or ({},):
                job = self.add_job(run, plan.key, job_name(plan, values), plan.labels)
                if skipped:
                    self._complete(run, job, "skipped")
        return any(job.conclusion == "skipped" for job in self.jobs_of(run) if job not in jobs)

    def add_job(self, run: WorkflowRun, key: str, name: str, labels: Sequence[str] = ()) -> Job:
        """Another job of the newest attempt, queued, with its check run."""
        repository = self.world.repositories[run.repository_id]
        given = {"name": name, "head_sha": run.head_sha, "status": "queued"}
        suite = self.world.check_suites[run.suite_id]
        check = self.create_check_run(self._reporter(), repository, given, suite=suite)
        job = Job(
            id=check.id,
            repository_id=repository.id,
            run_id=run.id,
            attempt=run.attempt,
            key=key,
            name=name,
            labels=list(labels),
            created_at_s=self.now_s(),
        )
        check.details_url = job_page(self, repository, job)
        self.world.check_runs.put(check)
        self.world.jobs.put(job)
        self._tell_job(run, job, "queued")
        return job

    def _reporter(self) -> Actor:
        return self.app_actor(self.actions_app())

    # How one goes.

    def start_job(self, job: Job, *, runner: str = "") -> None:
        """The job runs, and so does its run."""
        run = self.world.workflow_runs[job.run_id]
        job.status, job.started_at_s, job.runner = "in_progress", self.now_s(), runner
        self.world.jobs.put(job)
        if run.status == "queued":
            run.status = "in_progress"
            self.save_run(run)
            self.tell_run(run, "in_progress")
        given = {"status": "in_progress", "started_at": iso(job.started_at_s)}
        self.update_check_run(self._reporter(), self._place(run), job.id, given)
        self._tell_job(run, job, "in_progress")
        self._begin_deployment(run, job)

    def start_step(self, job: Job, name: str) -> Step:
        """The next step of the job runs."""
        step = Step(
            number=len(job.steps) + 1,
            name=name,
            started_at_s=self.now_s(),
            log_from=self.job_logs.size_bytes(job.id),
        )
        job.steps.append(step)
        self.world.jobs.put(job)
        self.wake_run(job.run_id)
        return step

    def finish_step(self, job: Job, step: Step, conclusion: str) -> None:
        """The step ended so."""
        step.status, step.conclusion, step.completed_at_s = "completed", conclusion, self.now_s()
        self.world.jobs.put(job)
        self.wake_run(job.run_id)

    def log(self, job: Job, text: str) -> None:
        """The job printed these lines, each at the time it is now."""
        at = time.strftime("%Y-%m-%dT%H:%M:%S.0000000Z", time.gmtime(self.now_s()))
        self.job_logs.append(job.id, "".join(f"{at} {line}\n" for line in text.splitlines()))

    def finish_job(
        self,
        job: Job,
        conclusion: str,
        *,
        annotations: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """The job ended so; what waited for it is queued, and the run ends with the last one."""
        run = self.world.workflow_runs[job.run_id]
        self._complete(run, job, conclusion, annotations)
        self.open_ready_jobs(run)

    def _complete(
        self,
        run: WorkflowRun,
        job: Job,
        conclusion: str,
        annotations: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        for step in job.steps:
            if step.status != "completed":
                step.status, step.conclusion = "completed", conclusion
                step.completed_at_s = self.now_s()
        job.status, job.conclusion, job.completed_at_s = "completed", conclusion, self.now_s()
        self.world.jobs.put(job)
        output = {"summary": "", "annotations": list(annotations)[:MOST_ANNOTATIONS]}
        given = {"conclusion": conclusion, "completed_at": iso(self.now_s()), "output": output}
        self.update_check_run(self._reporter(), self._place(run), job.id, given)
        self._tell_job(run, job, "completed")
        self._end_deployment(run, job, conclusion)

    # Its environment.

    def _begin_deployment(self, run: WorkflowRun, job: Job) -> None:
        """GitHub's own deployment of a job that names an environment.

        Source: GitHub docs, "Managing environments for deployment".
        """
        plan = next((one for one in self.plans_of(run) if one.key == job.key), None)
        environment = filled(plan.environment, self.known_of(run)) if plan else None
        if not environment:
            return
        given = {"ref": run.head_sha, "environment": environment, "required_contexts": []}
        made = self.create_deployment(self._reporter(), self._place(run), given, run=run)
        job.deployment_id = made.id
        self.world.jobs.put(job)
        self._say_of_deployment(run, job, "in_progress")

    def _end_deployment(self, run: WorkflowRun, job: Job, conclusion: str) -> None:
        if job.deployment_id is not None:
            states = {"success": "success", "skipped": "inactive"}
            self._say_of_deployment(run, job, states.get(conclusion, "failure"))

    def _say_of_deployment(self, run: WorkflowRun, job: Job, state: str) -> None:
        if job.deployment_id is None or self.world.deployments.get(job.deployment_id) is None:
            return  # somebody deleted it
        place = self._place(run)
        given = {"state": state, "log_url": job_page(self, place, job)}
        self.create_deployment_status(self._reporter(), place, job.deployment_id, given)

    def _made_by(self, made: Deployment) -> Json:
        run = self.world.workflow_runs.get(made.workflow_run_id or 0)
        if run is None:
            return super()._made_by(made)
        place, workflow = self._place(run), self.world.workflows[run.workflow_id]
        return {
            "workflow": workflow_shape(self, place, workflow),
            "workflow_run": workflow_run(self, place, run),
        }

    def known_of(self, run: WorkflowRun) -> Mapping[str, str]:
        """What expressions of its file may look up, by dotted name in small letters."""
        place = self._place(run)
        inputs = {name.lower(): value for name, value in run.inputs.items()}
        return {
            **{f"inputs.{name}": value for name, value in inputs.items()},
            **{f"github.event.inputs.{name}": value for name, value in inputs.items()},
            "github.workflow": run.name,
            "github.event_name": run.event,
            "github.ref": run.ref,
            "github.ref_name": run.ref.split("/", 2)[2],
            "github.head_ref": (run.head_branch or "") if run.event == "pull_request" else "",
            "github.sha": run.head_sha,
            "github.actor": self.world.users[run.actor_id].login,
            "github.repository": place.full_name,
            "github.run_id": str(run.id),
            "github.run_number": str(run.number),
        }

    # How the run goes.

    def finish_run(
        self, run: WorkflowRun, *, conclusion: str | None = None, problem: str = ""
    ) -> None:
        """The run is over; jobs that were left open end with it. Without a conclusion the
        jobs say how it ended.
        """
        left = "cancelled" if conclusion == "cancelled" else "skipped"
        for job in self.jobs_of(run):
            if job.status != "completed":
                self._complete(run, job, left if job.status == "queued" else conclusion or left)
        run.status, run.problem = "completed", problem
        run.conclusion = conclusion or self.verdict(run)
        self.save_run(run)
        self.tell_run(run, "completed")
        suite = self.world.check_suites[run.suite_id]
        self.tell_suite(self._sender(run), self._place(run), suite, "completed")
        self.let_next_go(run)

    def let_next_go(self, over: WorkflowRun) -> None:
        """What waits behind a run that is over may go; those who start runs know how."""

    def verdict(self, run: WorkflowRun, *, attempt: int | None = None) -> str:
        """What the jobs of an attempt add up to."""
        conclusions = {job.conclusion for job in self.jobs_of(run, attempt=attempt)}
        return next((word for word in WORST_FIRST if word in conclusions), "skipped")

    def save_run(self, run: WorkflowRun) -> None:
        """The run is kept as it is now, and open pages look again."""
        run.updated_at_s = self.now_s()
        self.world.workflow_runs.put(run)
        self.wake_run(run.id)

    def wake_run(self, run_id: int) -> None:
        """Pages that show the run look again."""
        run = self.world.workflow_runs[run_id]
        name = self._place(run).full_name
        self.changes.publish(f"run:{name}@{run.id}", "run")
        self.changes.publish(f"runs:{name}@", "run")

    def _place(self, run: WorkflowRun) -> Repository:
        return self.world.repositories[run.repository_id]

    # Who hears of it.

    def _sender(self, run: WorkflowRun) -> Actor:
        return Actor(self.world.users[run.triggering_actor_id])

    def tell_run(self, run: WorkflowRun, action: str) -> None:
        """Apps hear of the run."""
        place = self._place(run)
        workflow = self.world.workflows[run.workflow_id]
        emit(
            self,
            "workflow_run",
            action,
            lambda: {
                "workflow_run": workflow_run(self, place, run),
                "workflow": workflow_shape(self, place, workflow),
            },
            sender=self._sender(run),
            repository=place,
        )

    def _tell_job(self, run: WorkflowRun, job: Job, action: str) -> None:
        place = self._place(run)
        emit(
            self,
            "workflow_job",
            action,
            lambda: {"workflow_job": job_shape(self, place, job)},
            sender=self._sender(run),
            repository=place,
        )
        self.wake_run(run.id)
