import json
import logging
import logging.config
from typing import Any

import pytest

from {{ cookiecutter.__package }}.logs import logging_config
from {{ cookiecutter.__package }}.settings import Settings


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)


def start_logging() -> None:
    logging.config.dictConfig(logging_config(Settings()))


def logged(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The one line that was written."""
    [line] = capsys.readouterr().out.splitlines()
    fields: dict[str, Any] = json.loads(line)
    return fields


def test_an_error_is_one_line_with_its_cause(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging()
    try:
        raise KeyError("inner") from ValueError("the\ncause")
    except KeyError:
        logging.getLogger("tasks").exception("failed for %s", "é\n", extra={"task.id": 7})
    line = logged(capsys)

    assert (line["message"], line["log.level"], line["task.id"]) == ("failed for é\n", "ERROR", 7)
    assert line["error.type"] == "KeyError"
    assert "ValueError: the\ncause" in line["error.stack_trace"]


def test_a_request_is_logged_without_its_query(capsys: pytest.CaptureFixture[str]) -> None:
    start_logging()
    server = logging.getLogger("uvicorn.access")
    for target in ("/tasks?token=secret", "/health/live", "/metrics"):
        server.info('%s - "%s %s HTTP/%s" %d', "10.0.0.1:5", "GET", target, "1.1", 200)
    line = logged(capsys)

    assert line["message"] == "GET /tasks 200"
    assert (line["url.path"], line["http.response.status_code"]) == ("/tasks", 200)
    assert "secret" not in str(line)
