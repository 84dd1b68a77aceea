"""Who executes workflow runs: the port, and the one that leaves it to people."""

from typing import TYPE_CHECKING, Protocol

from bot.localhub.state.actions import WorkflowRun

if TYPE_CHECKING:  # the hub knows its runner, and the runner the hub
    from bot.localhub.hub import Hub


class Runner(Protocol):
    """Takes runs that are queued and tells the hub how they go."""

    @property
    def name(self) -> str:
        """What pages call it; empty where nobody is on duty."""
        ...

    async def open(self, hub: "Hub") -> None:
        """Begin; runs that a former process left behind come to an end or start again."""
        ...

    def start(self, run: WorkflowRun) -> None:
        """Take a queued run. Returns at once."""
        ...

    def cancel(self, run: WorkflowRun) -> bool:
        """Stop a run. False for one that is not in its hands; otherwise it ends soon."""
        ...

    async def idle(self) -> None:
        """Return when no run is in its hands."""
        ...

    async def close(self) -> None:
        """End everything at once; nothing is left behind."""
        ...


class Nobody:
    """Runs stay queued until a person, or a test, says how they ended."""

    name = ""

    async def open(self, hub: "Hub") -> None:
        """Nothing to prepare."""

    def start(self, run: WorkflowRun) -> None:
        """The run waits."""

    def cancel(self, run: WorkflowRun) -> bool:  # noqa: ARG002 -- nothing is in its hands
        """Nothing runs."""
        return False

    async def idle(self) -> None:
        """Always."""

    async def close(self) -> None:
        """Nothing to end."""
