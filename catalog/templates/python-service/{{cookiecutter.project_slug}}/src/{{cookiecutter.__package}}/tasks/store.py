"""Where tasks are kept."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID, uuid4

from .models import NewTask, Task


class Tasks(Protocol):
    """A store of tasks."""

    async def add(self, new: NewTask) -> Task:
        """The new task, saved."""
        ...

    async def find(self, task_id: UUID) -> Task | None:
        """The task of that id, or None where there is none."""
        ...

    async def ping(self) -> None:
        """Returns where the store can be reached, and raises where it cannot."""
        ...


def now() -> datetime:
    """Universal time; where people are shown it, their zone is added there."""
    return datetime.now(UTC)


class TasksInMemory:
    """Tasks in the memory of this process: gone when it stops, not seen by other replicas."""

    def __init__(self, clock: Callable[[], datetime] = now) -> None:
        """``clock`` tells the time, so that a test can set it."""
        self._clock = clock
        self._tasks: dict[UUID, Task] = {}

    async def add(self, new: NewTask) -> Task:
        """The new task, saved."""
        task = Task(id=uuid4(), title=new.title, priority=new.priority, created_at=self._clock())
        self._tasks[task.id] = task
        return task

    async def find(self, task_id: UUID) -> Task | None:
        """The task of that id, or None where there is none."""
        return self._tasks.get(task_id)

    async def ping(self) -> None:
        """Memory is always there."""
