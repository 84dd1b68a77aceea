"""For all tests: how long one takes decides nothing, and a logged error costs little."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import settings

from tests.thoroughness import THOROUGH

if TYPE_CHECKING:
    from tests.queue.sqs import SqsServer

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

# As the bot logs. What structlog begins with draws every local value of a traceback, which
# takes seconds of processor time.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        ),
    ]
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without ``THOROUGH=1`` what takes minutes more is left out: CI ends within its limit."""
    if THOROUGH:
        return
    left_out = [item for item in items if item.get_closest_marker("thorough")]
    items[:] = [item for item in items if not item.get_closest_marker("thorough")]
    config.hook.pytest_deselected(items=left_out)


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A command that a test runs in this process sets its logs up; the next has its own again."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def _sqs_of_all(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[SqsServer]":
    """One server for all tests of this process that ask for it; none for the others."""
    from tests.queue.sqs import sqs_server  # noqa: PLC0415 - boto3 takes its time to import

    with sqs_server(tmp_path_factory.mktemp("sqs") / "sqs.log") as server:
        yield server


@pytest.fixture
def sqs(_sqs_of_all: "SqsServer", monkeypatch: pytest.MonkeyPatch) -> "SqsServer":
    """An SQS on this machine, its clock running, and the environment that may use it."""
    from tests.queue.sqs import credentials  # noqa: PLC0415 - as above

    for name, value in credentials().items():
        monkeypatch.setenv(name, value)
    _sqs_of_all.tell("run")
    return _sqs_of_all
