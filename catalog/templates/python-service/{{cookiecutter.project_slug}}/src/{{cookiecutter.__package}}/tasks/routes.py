"""``/tasks``: create one, read one."""

from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from .models import NewTask, Task
from .store import Tasks

router = APIRouter(prefix="/tasks", tags=["tasks"])


def _tasks_of(request: Request) -> Tasks:
    return cast(Tasks, request.app.state.tasks)


TheTasks = Annotated[Tasks, Depends(_tasks_of)]


@router.post("", status_code=201)
async def create_task(new: NewTask, tasks: TheTasks, response: Response) -> Task:
    """Saves a task and says where it can be read."""
    task = await tasks.add(new)
    response.headers["Location"] = router.url_path_for("read_task", task_id=str(task.id))
    return task


@router.get("/{task_id}")
async def read_task(task_id: UUID, tasks: TheTasks) -> Task:
    """The task of that id; 404 where there is none."""
    task = await tasks.find(task_id)
    if task is None:
        raise HTTPException(404, f"There is no task {task_id}.")
    return task
