"""Runs of one concurrency group: one goes, one waits, the newest wait wins."""

import pytest

from bot.localhub.actions.expressions import filled
from bot.localhub.refusal import Refused
from bot.localhub.state.actions import WorkflowRun
from tests.localhub.fixtures import Scene

KIT = "acme/kit"
WAITS = b"""
on: {workflow_dispatch: {inputs: {environment: {default: dev}}}}
concurrency: {group: 'deploy-${{ inputs.environment }}', cancel-in-progress: false}
jobs: {go: {runs-on: ubuntu-latest, steps: [{run: make}]}}
"""
ENDS = WAITS.replace(b"cancel-in-progress: false", b"cancel-in-progress: true")


@pytest.fixture
def kit(scene: Scene) -> Scene:
    """A repository with a workflow that waits and one that ends its forerunner."""
    folder = ".github/workflows"
    files = {f"{folder}/waits.yml": WAITS, f"{folder}/ends.yml": ENDS}
    scene.hub.add_repository(KIT, files)
    return scene


def start(scene: Scene, file: str = "waits.yml", environment: str = "dev") -> WorkflowRun:
    given = {"environment": environment}
    return scene.hub.dispatch_workflow(scene.owner, KIT, file, ref="main", inputs=given)


def states(*runs: WorkflowRun) -> list[str]:
    return [run.conclusion or run.status for run in runs]


def test_the_second_waits_and_goes_when_the_first_is_over(kit: Scene) -> None:
    """A run that waits has no jobs yet; another environment waits for nobody."""
    first, second, elsewhere = start(kit), start(kit), start(kit, environment="staging")
    assert states(first, second, elsewhere) == ["queued", "pending", "queued"]
    assert kit.hub.jobs_of(second) == []
    with pytest.raises(Refused):
        kit.hub.conclude_run(KIT, second.id)

    kit.hub.conclude_run(KIT, first.id, "failure")

    assert states(first, second) == ["failure", "queued"]
    assert [job.name for job in kit.hub.jobs_of(second)] == ["go"]


def test_the_third_takes_the_place_of_the_second(kit: Scene) -> None:
    """GitHub keeps one waiting run of a group."""
    first, second, third = start(kit), start(kit), start(kit)
    assert states(first, second, third) == ["queued", "cancelled", "pending"]
    kit.hub.cancel_run(kit.owner, KIT, first.id)
    assert states(first, third) == ["cancelled", "queued"]


def test_a_waiting_run_can_be_cancelled(kit: Scene) -> None:
    """The running one goes on."""
    first, second = start(kit), start(kit)
    kit.hub.cancel_run(kit.owner, KIT, second.id)
    assert states(first, second) == ["queued", "cancelled"]


def test_cancel_in_progress_ends_what_runs(kit: Scene) -> None:
    """Groups are shared by all workflows of a repository."""
    first, waiting, last = start(kit), start(kit), start(kit, "ends.yml")
    assert states(first, waiting, last) == ["cancelled", "cancelled", "queued"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("plain", "plain", id="plain"),
        pytest.param("a ${{ inputs.Env }} b", "a dev b", id="input"),
        pytest.param("${{inputs.none}}", "", id="input-not-given"),
        pytest.param("${{ github.ref || github.run_id }}", "7", id="first-that-says-something"),
        pytest.param("${{ inputs.none || 'x' }}", "x", id="text"),
        pytest.param("${{ inputs.env && 'x' }}", None, id="more-than-a-look-up"),
        pytest.param("${{ github.event.number }}", None, id="unknown"),
        pytest.param("${{ secrets.KEY }}", None, id="secret"),
        pytest.param("a ${{ inputs.env", None, id="not-closed"),
    ],
)
def test_expressions_are_looked_up_and_nothing_more(text: str, expected: str | None) -> None:
    """What would need a runner is not guessed."""
    known = {"inputs.env": "dev", "github.ref": "", "github.run_id": "7"}
    assert filled(text, known) == expected
