"""What a task is, and what callers say about one."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Priority(StrEnum):
    """How soon a task matters."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class NewTask(BaseModel):
    """A task that does not exist yet. A field that is not known is refused: it was misspelt."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Title
    priority: Priority = Priority.NORMAL


class Task(BaseModel):
    """Something to do."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    title: str
    priority: Priority
    created_at: datetime
