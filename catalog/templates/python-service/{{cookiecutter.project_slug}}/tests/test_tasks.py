import pytest
from fastapi.testclient import TestClient

PROBLEM = "application/problem+json"


def test_a_new_task_can_be_read_where_the_answer_says(http: TestClient) -> None:
    created = http.post("/tasks", json={"title": " Pay the rent ", "priority": "high"})
    read = http.get(created.headers["Location"])

    assert (created.status_code, read.status_code) == (201, 200)
    assert created.json() == read.json()
    assert read.json() | {"id": ""} == {
        "id": "",
        "title": "Pay the rent",
        "priority": "high",
        "created_at": "2026-01-01T12:00:00Z",
    }


def test_a_priority_that_is_not_given_is_normal(http: TestClient) -> None:
    assert http.post("/tasks", json={"title": "Pay"}).json()["priority"] == "normal"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({"title": " "}, "title", id="blank"),
        pytest.param({"title": "x" * 201}, "title", id="too-long"),
        pytest.param({"title": None}, "title", id="null"),
        pytest.param({}, "title", id="missing"),
        pytest.param({"title": "Pay", "priority": "urgent"}, "priority", id="no-such-priority"),
        pytest.param({"title": "Pay", "priorty": "high"}, "priorty", id="misspelt"),
    ],
)
def test_a_refused_task_names_the_field_that_has_to_change(
    http: TestClient, body: dict[str, str], field: str
) -> None:
    answer = http.post("/tasks", json=body)

    assert (answer.status_code, answer.headers["Content-Type"]) == (422, PROBLEM)
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_a_body_that_is_no_json_is_told_so(http: TestClient) -> None:
    answer = http.post("/tasks", content="{", headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, PROBLEM)
    assert answer.json()["detail"] == "The body is not readable as JSON."


def test_a_task_that_does_not_exist_is_a_problem_of_its_own(http: TestClient) -> None:
    nobody = "00000000-0000-0000-0000-000000000000"
    answer = http.get(f"/tasks/{nobody}")

    assert (answer.status_code, answer.headers["Content-Type"]) == (404, PROBLEM)
    assert answer.json() == {
        "title": "Not Found",
        "status": 404,
        "detail": f"There is no task {nobody}.",
    }
