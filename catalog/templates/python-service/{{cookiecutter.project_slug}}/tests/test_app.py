from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from {{ cookiecutter.__package }}.app import MOST_BODY_BYTES, create_app
from {{ cookiecutter.__package }}.tasks import TasksInMemory

PROBLEM = "application/problem+json"
NOBODY = UUID(int=0)


class Broken(TasksInMemory):
    async def ping(self) -> None:
        raise ConnectionError

    async def find(self, task_id: UUID) -> None:
        raise ConnectionError(f"password of the store, for {task_id}")


@pytest.fixture
def broken() -> TestClient:
    """A client of a service whose store is away."""
    return TestClient(create_app(Broken()), raise_server_exceptions=False)


@pytest.mark.parametrize("probe", ["live", "ready"])
def test_platforms_can_ask_how_the_service_is(http: TestClient, probe: str) -> None:
    answer = http.get(f"/health/{probe}")

    assert (answer.status_code, answer.json()) == (200, {"status": "up"})


def test_a_service_without_its_store_lives_and_is_not_ready(broken: TestClient) -> None:
    assert broken.get("/health/live").status_code == 200
    assert broken.get("/health/ready").status_code == 503


def test_an_error_of_ours_tells_nothing_of_the_inside(broken: TestClient) -> None:
    answer = broken.get(f"/tasks/{NOBODY}")

    assert (answer.status_code, answer.headers["Content-Type"]) == (500, PROBLEM)
    assert "password" not in answer.text


def test_requests_are_counted_by_route_and_status(http: TestClient) -> None:
    http.get(f"/tasks/{NOBODY}")
    metrics = http.get("/metrics").text
    counted = [line for line in metrics.splitlines() if line.startswith("http_server_request_")]

    assert any('http_route="/tasks/{task_id}"' in line and '="404"' in line for line in counted)
    assert "process_cpu_seconds_total" in metrics


def test_probes_are_not_counted(http: TestClient) -> None:
    http.get("/health/live")

    assert "/health" not in http.get("/metrics").text


def test_a_body_without_end_is_refused(http: TestClient) -> None:
    assert http.post("/tasks", json={"title": "x" * MOST_BODY_BYTES}).status_code == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "/nowhere", 404, id="unknown-path"),
        pytest.param("DELETE", "/tasks", 405, id="unknown-method"),
    ],
)
def test_what_the_framework_refuses_is_a_problem_too(
    http: TestClient, method: str, path: str, status: int
) -> None:
    answer = http.request(method, path)

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, PROBLEM)


def test_the_description_promises_problems_and_nothing_else(http: TestClient) -> None:
    description = http.get("/openapi.json").json()
    created = description["paths"]["/tasks"]["post"]["responses"]

    assert list(description["paths"]) == ["/tasks", "/tasks/{task_id}"]
    assert (list(created), list(created["default"]["content"])) == (["201", "default"], [PROBLEM])
