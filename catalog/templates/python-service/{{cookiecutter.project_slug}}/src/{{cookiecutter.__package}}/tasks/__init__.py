"""Tasks: the example. Replace it, or take it as the shape of your own resources."""

from .routes import TheTasks, router
from .store import Tasks, TasksInMemory

__all__ = ["Tasks", "TasksInMemory", "TheTasks", "router"]
