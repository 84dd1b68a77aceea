"""Run as a module (``python -m …``), the package serves until it is asked to stop."""

import sys
from pathlib import Path

import uvicorn
from pydantic import ValidationError

from .logs import logging_config
from .settings import Settings

STOP_S = 20  # how long requests in flight may take after a stop was asked for


def main() -> None:
    """Serves. On SIGTERM no new request is taken, and those in flight are finished."""
    settings = _settings()
    uvicorn.run(
        f"{__package__}.app:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        reload=settings.reload,
        reload_dirs=[str(Path(__file__).parent)] if settings.reload else None,
        workers=1,  # metrics and what is in memory are this process's own: add replicas instead
        log_config=logging_config(settings),
        server_header=False,
        timeout_graceful_shutdown=STOP_S,
    )


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        wrong = (f"{str(each['loc'][0]).upper()}: {each['msg']}" for each in error.errors())
        sys.exit("The environment is not right.\n" + "\n".join(wrong))


if __name__ == "__main__":
    main()
