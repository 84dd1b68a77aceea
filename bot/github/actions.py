"""GitHub Actions: asking for a workflow to run, and how it went."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.github.calls import Api, Calls
from bot.github.port import Job, Rejected, RepositoryName, WorkflowRun
from bot.github.scopes import running

ACTIONS = "/repos/{owner}/{repo}/actions"
DISPATCHES = ACTIONS + "/workflows/{workflow}/dispatches"
RUN = ACTIONS + "/runs/{run}"


class GitHubActions:
    """``Actions`` over the REST API."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def _calls(self, repository: RepositoryName) -> Calls:
        return self._api.on(repository, running(repository))

    async def dispatch(
        self, repository: RepositoryName, workflow: str, *, ref: str, inputs: Mapping[str, str]
    ) -> int | None:
        """See the port. Older Enterprise Servers do not know ``return_run_details``.

        Source: GitHub changelog, 2026-02-19, "Workflow dispatch API now returns run IDs".
        """
        calls = self._calls(repository)
        body: dict[str, Any] = {"ref": ref, "inputs": dict(inputs)}
        try:
            told = await calls.post(
                DISPATCHES, body | {"return_run_details": True}, workflow=workflow
            )
        except Rejected as error:
            if "return_run_details" not in error.words:
                raise
            told = await calls.post(DISPATCHES, body, workflow=workflow)
        return int(told["workflow_run_id"]) if told else None

    async def run(self, repository: RepositoryName, run_id: int) -> WorkflowRun:
        """See the port."""
        return _run(await self._calls(repository).get(RUN, run=run_id))

    async def runs_on(self, repository: RepositoryName, *, branch: str) -> Sequence[WorkflowRun]:
        """See the port."""
        told = await self._calls(repository).get(
            ACTIONS + "/runs{?branch,per_page}", branch=branch, per_page=100
        )
        return [_run(each) for each in told["workflow_runs"]]

    async def jobs(self, repository: RepositoryName, run_id: int) -> Sequence[Job]:
        """See the port."""
        found = self._calls(repository).every(
            RUN + "/jobs{?filter,per_page,page}", within="jobs", run=run_id, filter="latest"
        )
        return [_job(each) async for each in found]


def _run(told: dict[str, Any]) -> WorkflowRun:
    return WorkflowRun(
        id=told["id"],
        workflow=str(told["path"]).partition("@")[0],
        event=told["event"],
        branch=told.get("head_branch") or "",
        head_sha=told["head_sha"],
        status=told.get("status") or "",
        conclusion=told.get("conclusion") or "",
        html_url=told["html_url"],
        title=told.get("display_title") or "",
    )


def _job(told: dict[str, Any]) -> Job:
    return Job(
        id=told["id"],
        name=told["name"],
        status=told["status"],
        conclusion=told.get("conclusion") or "",
        html_url=told.get("html_url") or "",
    )
