"""How the checks of a commit stand, in one mark and in a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.localhub.core import HubCore
from bot.localhub.operations.apps import ACTIONS
from bot.localhub.state.checks import CheckRun
from bot.localhub.state.repositories import Repository

GOOD = {"success", "neutral", "skipped"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One check run or commit status. ``state`` is success, failure, running, or quiet."""

    name: str
    state: str
    words: str
    address: str
    by: str
    run: CheckRun | None = None  # where its App can be asked for more: a completed one

    @property
    def buttons(self) -> Sequence[Mapping[str, str]]:
        """What its App offers, in the API's words."""
        return self.run.actions if self.run else ()


@dataclass(frozen=True, slots=True)
class Marks:
    """All marks of a commit, one for each name."""

    each: Sequence[Mark]

    @property
    def state(self) -> str:
        """The worst of them, empty without any."""
        states = {mark.state for mark in self.each}
        order = ("failure", "running", "success", "quiet")
        return next((state for state in order if state in states), "")

    @property
    def words(self) -> str:
        """All of them in a sentence."""
        if not self.each:
            return "No checks"
        failed = sum(mark.state == "failure" for mark in self.each)
        running = sum(mark.state == "running" for mark in self.each)
        total = len(self.each)
        if failed:
            return f"{failed} of {total} checks failed"
        if running:
            return f"{running} of {total} checks still running"
        return f"All {total} checks have passed" if total > 1 else "The check has passed"


def marks_of(hub: HubCore, repository: Repository, sha: str) -> Marks:
    """The newest check run of each suite and name, then the newest status of each context."""
    runs = {
        (run.suite_id, run.name): _mark_of(hub, repository, run)
        for run in hub.world.check_runs.of((repository.id, sha))
    }
    statuses = {
        (0, status.context): Mark(
            name=status.context,
            state={"success": "success", "pending": "running"}.get(status.state, "failure"),
            words=status.description or status.state,
            address=on_the_web(status.target_url),
            by="",
        )
        for status in hub.world.statuses.of((repository.id, sha))
    }
    return Marks([*runs.values(), *statuses.values()])


def _mark_of(hub: HubCore, repository: Repository, run: CheckRun) -> Mark:
    app = hub.world.apps.get(run.app_id)
    job = hub.world.jobs.get(run.id)
    home = f"/{repository.full_name}"
    of_actions = app is not None and app.slug == ACTIONS
    can_ask = run.status == "completed" and app is not None and not of_actions
    return Mark(
        name=run.name,
        state=state_of(run.status, run.conclusion),
        words=run.title or words_of(run.status, run.conclusion),
        address=f"{home}/actions/runs/{job.run_id}/job/{job.id}"
        if job
        else f"{home}/runs/{run.id}",
        by=app.name if app else "",
        run=run if can_ask else None,
    )


def on_the_web(address: str | None) -> str:
    """An address that a page may link to, or nothing."""
    return address if address and address.startswith(("https://", "http://")) else ""


def state_of(status: str, conclusion: str | None) -> str:
    """A check run's status and conclusion as one word."""
    if status != "completed":
        return "running"
    if conclusion == "success":
        return "success"
    return "quiet" if conclusion in GOOD else "failure"


def words_of(status: str, conclusion: str | None) -> str:
    """The same in GitHub's words, to be read."""
    return (conclusion or status).replace("_", " ").capitalize()
