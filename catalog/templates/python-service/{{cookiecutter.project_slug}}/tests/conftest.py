from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fastapi.testclient import TestClient

from {{ cookiecutter.__package }}.app import create_app
from {{ cookiecutter.__package }}.tasks import TasksInMemory

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def http() -> Iterator[TestClient]:
    """A client of the whole service, in which it is always noon."""
    with TestClient(create_app(TasksInMemory(clock=lambda: NOON))) as client:
        yield client
