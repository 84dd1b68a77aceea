"""What ``/status`` tells: the record of a request or of a project, in words."""

from typing import Protocol

from bot.clock import day_of
from bot.progress.steps_view import current_step, steps_table
from bot.runs.record import Run


class ProjectFacts(Protocol):
    """What a project's status shows."""

    @property
    def full_name(self) -> str: ...  # noqa: D102 - named as in the record
    @property
    def team(self) -> str: ...  # noqa: D102 - named as in the record
    @property
    def business_unit(self) -> str: ...  # noqa: D102 - named as in the record
    @property
    def template(self) -> str: ...  # noqa: D102 - named as in the record
    @property
    def template_version(self) -> str: ...  # noqa: D102 - named as in the record
    @property
    def request(self) -> str: ...  # noqa: D102 - named as in the record
    @property
    def created_at_s(self) -> float: ...  # noqa: D102 - named as in the record


WAITING = {
    "needs-correction": "it waits for its answers to be corrected",
    "waits-for-approval": "it waits for an approval",
    "new": "it has not been looked at yet",
}


def request_status(run: Run | None, *, state: str) -> str:
    """A request: what it waits for, or how far its run is."""
    if run is None:
        return f"This request has not begun: {WAITING.get(state, 'it waits')}"
    return f"`{run.intent['full_name']}`: {run.state.value}, {current_step(run)}\n\n" + steps_table(
        run
    )


def project_status(project: ProjectFacts, *, cost_center: str) -> str:
    """A project: who owns it, who pays, what it came from."""
    made = day_of(project.created_at_s)
    rows = [
        ("Team", f"`{project.team}` ({project.business_unit})"),
        ("Cost center", f"`{cost_center}`"),
        ("Template", f"`{project.template}` {project.template_version}"),
        ("Made", f"{made}, asked for in {project.request}"),
    ]
    table = "\n".join(["| | |", "| --- | --- |", *(f"| {name} | {what} |" for name, what in rows)])
    return f"`{project.full_name}` is active\n\n{table}"
