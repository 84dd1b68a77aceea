"""The programs of deploy.yml, each run alone as a step runs it."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.catalog.needed_tools import tool
from tests.workflows.installed import program, run, run_program, step

SETTINGS = {"cloud_provider": "aws", "region": "eu-central-1"}


@pytest.fixture(autouse=True)
def tools() -> None:
    for name in ("jq", "curl"):
        tool(name, install=f"apt-get install {name}")


@contextmanager
def answering(
    *codes: int, bodies: Sequence[object] = ()
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server's address, and the requests it got; it answers with the codes, the last for ever."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            text = self.rfile.read(size)
            asked.append(
                {
                    "path": self.path,
                    "authorization": self.headers.get("Authorization"),
                    "canary": self.headers.get("x-paved-road-canary"),
                    "body": json.loads(text) if text else None,
                }
            )
            self.send_response(codes[min(len(asked), len(codes)) - 1])
            self.end_headers()
            if len(asked) <= len(bodies):
                self.wfile.write(json.dumps(bodies[len(asked) - 1]).encode())

        do_POST = do_GET  # noqa: N815 -- the name that http.server calls

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


# Telling how it goes.


def tell(folder: Path, url: str, *words: str, deployment: str = "42") -> tuple[int, str]:
    environment = {"GITHUB_API_URL": url, "DEPLOYMENT": deployment}
    code, said, _ = run_program("TELL", *words, folder=folder, environment=environment)
    return code, said


def test_a_status_says_stage_sentence_log_and_address(tmp_path: Path) -> None:
    with answering(201) as (url, asked):
        assert tell(tmp_path, url, "success", "promotion", "Done.", "https://kit.test")[0] == 0
    (request,) = asked
    assert request["path"] == "/repos/acme/money-kit/deployments/42/statuses"
    assert request["authorization"] == "Bearer a-token"
    assert request["body"] == {
        "state": "success",
        "description": "promotion: Done.",
        "log_url": "https://github.test/acme/money-kit/actions/runs/7",
        "environment_url": "https://kit.test",
    }


def test_a_status_is_told_again_when_github_was_away(tmp_path: Path) -> None:
    with answering(502, 201) as (url, asked):
        assert tell(tmp_path, url, "failure", "health", "x" * 200)[0] == 0
    assert len(asked) == 2
    assert asked[1]["body"]["description"] == ("health: " + "x" * 200)[:140]


@pytest.mark.parametrize("deployment", ["", "abc", "4/../5"])
def test_without_a_deployment_nobody_is_told(tmp_path: Path, deployment: str) -> None:
    with answering(201) as (url, asked):
        assert tell(tmp_path, url, "success", "build", "Done.", deployment=deployment) == (0, "")
    assert asked == []


def test_text_of_strangers_is_only_text(tmp_path: Path) -> None:
    said = "a\"b $(touch hacked) `touch hacked` \\ \n'c"
    with answering(201) as (url, asked):
        assert tell(tmp_path, url, "failure", "build", said)[0] == 0
    assert asked[0]["body"]["description"] == f"build: {said}"
    assert not (tmp_path / "hacked").exists()


# Production.

COMMANDED: dict[str, Any] = {
    "creator": {"login": "paved-road[bot]", "type": "Bot"},
    "sha": "a" * 40,
    "environment": "production",
    "payload": {"run": "deploy-1", "action": "deploy"},
}


@pytest.mark.parametrize(
    ("deployment", "states", "goes"),
    [
        pytest.param({}, [], True, id="commanded"),
        pytest.param({}, ["in_progress", "queued"], True, id="begun"),
        pytest.param({"payload": json.dumps(COMMANDED["payload"])}, [], True, id="payload-as-text"),
        pytest.param({"creator": {"login": "dana", "type": "User"}}, [], False, id="by-hand"),
        pytest.param(
            {"creator": {"login": "github-actions[bot]", "type": "Bot"}}, [], False, id="by-a-job"
        ),
        pytest.param({"sha": "b" * 40}, [], False, id="another-commit"),
        pytest.param({"environment": "staging"}, [], False, id="for-staging"),
        pytest.param({"payload": {"run": "deploy-1", "action": "rollback"}}, [], False, id="back"),
        pytest.param({"payload": ""}, [], False, id="no-payload"),
        pytest.param({}, ["success", "in_progress"], False, id="done-before"),
        pytest.param({}, ["inactive", "success"], False, id="retired"),
        pytest.param(None, [], False, id="not-there"),
    ],
)
def test_production_takes_what_was_commanded_and_once(
    tmp_path: Path, deployment: dict[str, Any] | None, states: list[str], goes: bool
) -> None:
    statuses = [{"state": state} for state in states]
    bodies = [None if deployment is None else COMMANDED | deployment, statuses]
    environment = {
        "ACTION": "deploy",
        "COMMIT": "a" * 40,
        "DEPLOYMENT": "42",
        "ENVIRONMENT": "production",
        "RUN": "deploy-1",
    }
    with answering(404 if deployment is None else 200, 200, bodies=bodies) as (url, asked):
        code, said, _ = run(
            step("deploy.yml", "build", "Look for the command"),
            folder=tmp_path,
            environment=environment | {"GITHUB_API_URL": url},
        )
    assert (code == 0) is goes, said
    assert ("Nobody commanded this" in said) is not goes
    assert asked[0]["path"] == "/repos/acme/money-kit/deployments/42"
    assert {each["authorization"] for each in asked} == {"Bearer a-token"}


# Settings.


def read_settings(folder: Path, settings: object, environment: str = "staging") -> Any:
    (folder / "deploy").mkdir()
    (folder / "deploy" / "settings.json").write_text(json.dumps(settings))
    return run_program("SETTINGS", folder=folder, environment={"ENVIRONMENT": environment})


def test_settings_have_defaults(tmp_path: Path) -> None:
    code, said, outputs = read_settings(tmp_path, SETTINGS)
    assert code == 0, said
    assert outputs == {
        "cloud": "aws",
        "region": "eu-central-1",
        "minutes": "5",
        "failures": "3",
    }


def test_an_environment_says_otherwise(tmp_path: Path) -> None:
    own = {"staging": {"canary_minutes": 2}, "production": {"canary_minutes": 30}}
    _, _, outputs = read_settings(tmp_path, {**SETTINGS, "environments": own})
    assert outputs["minutes"] == "2"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        pytest.param({"region": "x\ncloud=evil"}, "region must be", id="a-line-break"),
        pytest.param({"region": "$(id)"}, "region must be", id="a-command"),
        pytest.param({"region": 7}, "region must be", id="a-number"),
        pytest.param({"cloud_provider": "moon"}, "cloud_provider must be", id="no-cloud"),
        pytest.param({"canary_minutes": 61}, "from 1 to 60", id="too-long"),
        pytest.param({"canary_minutes": "5"}, "from 1 to 60", id="text"),
        pytest.param({"health_failures": 0.5}, "from 1 to 10", id="half"),
    ],
)
def test_wrong_settings_are_refused(tmp_path: Path, wrong: dict[str, Any], told: str) -> None:
    code, said, outputs = read_settings(tmp_path, {**SETTINGS, **wrong})
    assert code != 0
    assert told in said
    assert outputs == {}


# Why Terraform failed.


@pytest.mark.parametrize(
    ("log", "told"),
    [
        pytest.param("Error: Error acquiring the state lock", "holds the lock", id="locked"),
        pytest.param(
            "Error: ExpiredToken: it is over", "did not take the credentials", id="expired"
        ),
        pytest.param(
            "a: Creation complete after 1s\nb: Modifications complete after 2s\nError: no",
            "Terraform ended with an error after 2 changes were made; the log says which.",
            id="half-way",
        ),
        pytest.param("", "It failed after 0 changes were made; the log says why.", id="before"),
        pytest.param(None, "It failed after 0 changes were made; the log says why.", id="no-log"),
    ],
)
def test_a_failure_says_how_far_it_came(tmp_path: Path, log: str | None, told: str) -> None:
    if log is not None:
        (tmp_path / "terraform.log").write_text(log)
    code, said, _ = run_program("WHY", folder=tmp_path, environment={})
    assert code == 0
    assert told in said
    assert len(said) < 130  # with its stage, a status holds 140


# Asked for wrongly.


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"COMMIT": "main"}, id="a-branch"),
        pytest.param({"COMMIT": "A" * 40}, id="capitals"),
        pytest.param({"COMMIT": "a" * 40 + "\n; id"}, id="a-second-line"),
        pytest.param({"ACTION": "destroy"}, id="another-action"),
        pytest.param({"DEPLOYMENT": "7; id"}, id="no-number"),
    ],
)
def test_what_is_asked_for_is_checked_first(tmp_path: Path, wrong: dict[str, str]) -> None:
    right = {"COMMIT": "a" * 40, "ACTION": "deploy", "DEPLOYMENT": "", "PATTERN": "^[0-9a-f]{40}$"}
    check = step("deploy.yml", "build", "Check what was asked for")
    assert run(check, folder=tmp_path, environment=right)[0] == 0
    code, said, _ = run(check, folder=tmp_path, environment=right | wrong)
    assert code == 1
    assert said.startswith("::error::")


# Health.


def probe(folder: Path, url: str, **changed: str) -> tuple[int, str]:
    environment = {
        "EVERY_S": "0.01",
        "FAILURES": "2",
        "HEADER": "x-paved-road-canary: 1",
        "MINUTES": "60",
        "PROBE": f"{url}/health/ready",
        "START_S": "60",
    }
    script = step("deploy.yml", "health", "Probe the canary")
    code, said, _ = run(script, folder=folder, environment=environment | changed)
    return code, said


def test_a_canary_that_answers_for_its_minutes_is_healthy(tmp_path: Path) -> None:
    """It has a while to start."""
    with answering(503, 503, 503, 503, 200) as (url, asked):
        code, said = probe(tmp_path, url, MINUTES="0")
    assert (code, said.splitlines()[-1]) == (0, "The canary is healthy.")
    assert {each["canary"] for each in asked} == {"1"}


def test_failures_in_a_row_end_it(tmp_path: Path) -> None:
    """Two are allowed, a third in a row is not; a good answer between begins the count anew."""
    with answering(200, 500, 500, 200, 500, 500, 500) as (url, asked):
        code, _ = probe(tmp_path, url)
    assert (code, len(asked)) == (1, 7)


def test_a_canary_that_never_answers_well_is_not_healthy(tmp_path: Path) -> None:
    with answering(503) as (url, _):
        code, said = probe(tmp_path, url, START_S="1")
    assert code == 1
    assert "never gave a good answer" in said


# How it ended.


@pytest.mark.parametrize(
    ("build", "promotion", "rollback", "results", "code", "told"),
    [
        ("success", "success", "skipped", "success success", 0, "All traffic"),
        ("skipped", "skipped", "skipped", "skipped skipped", 1, "must be dev, staging"),
        ("failure", "skipped", "skipped", "failure skipped", 1, "Nothing was deployed"),
        ("success", "skipped", "success", "success failure", 1, "rolled back"),
        ("success", "failure", "failure", "success failure", 1, "look at both"),
        ("success", "cancelled", "success", "success cancelled", 1, "ended by hand"),
    ],
    ids=["deployed", "no-such-place", "not-built", "rolled-back", "lost", "cancelled"],
)
def test_the_run_is_green_only_when_it_deployed(
    tmp_path: Path, build: str, promotion: str, rollback: str, results: str, code: int, told: str
) -> None:
    environment = {
        "BUILD": build,
        "PROMOTION": promotion,
        "ROLLBACK": rollback,
        "RESULTS": results,
        "DEPLOYMENT": "",
        "TELL": program("TELL"),
    }
    script = step("deploy.yml", "result", "Say how it ended")
    ended, said, _ = run(script, folder=tmp_path, environment=environment)
    assert (ended, told in (tmp_path / "summary").read_text()) == (code, True), said
