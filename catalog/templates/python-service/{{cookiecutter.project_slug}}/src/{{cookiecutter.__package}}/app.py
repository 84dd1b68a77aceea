"""The service, put together. The only module that knows all the others."""

from importlib.metadata import version

from fastapi import FastAPI

from . import health, metrics, problems, tasks
from .settings import NAME

MOST_BODY_BYTES = 1_000_000


def create_app(store: tasks.Tasks | None = None) -> FastAPI:
    """The application; ``store`` keeps tasks, in memory where none is given."""
    measured = metrics.Metrics()
    app = FastAPI(
        title=NAME,
        version=version("{{ cookiecutter.__distribution }}"),
        responses=problems.RESPONSES,
        max_body_size=MOST_BODY_BYTES,
        telemetry=measured.telemetry,
    )
    app.state.tasks = store or tasks.TasksInMemory()
    app.add_api_route("/metrics", measured.read, include_in_schema=False)
    app.include_router(health.router)
    app.include_router(tasks.router)
    problems.tell_by(app)
    return app
