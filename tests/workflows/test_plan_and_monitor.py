"""What plan.yml and monitor.yml ask of GitHub, played by a small server that holds state."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.catalog.needed_tools import tool
from tests.workflows.installed import run, step

ROBOT, PERSON = "github-actions[bot]", "dana"
MARK = "<!-- paved-road:plan dev -->"
COMMENT = step("plan.yml", "plan", "Comment it")
PROBE = step("monitor.yml", "probe", "Probe")


@pytest.fixture(autouse=True)
def tools() -> None:
    for name in ("jq", "curl"):
        tool(name, install=f"apt-get install {name}")


@dataclass
class GitHub:
    """Comments of an issue, and deployments with their statuses, newest first."""

    url: str = ""
    comments: list[dict[str, Any]] = field(default_factory=list)
    deployments: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    statuses: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    is_well: bool = True

    def add(self, login: str, body: str) -> None:
        number = len(self.comments) + 1
        self.comments.append({"id": number, "user": {"login": login}, "body": body})

    def answer(self, method: str, path: str, given: Any) -> tuple[int, Any]:
        """As GitHub answers; anything that is not asked for here is not found."""
        if path.startswith("/health/"):
            return (200 if self.is_well else 503), {}
        path = path.removeprefix("/repos/acme/money-kit/")
        if found := re.fullmatch(r"issues/7/comments\?per_page=100&page=(\d+)", path):
            start = 100 * (int(found[1]) - 1)
            return 200, self.comments[start : start + 100]
        if method == "POST" and path == "issues/7/comments":
            self.add(ROBOT, given["body"])
            return 201, self.comments[-1]
        if method == "PATCH" and (found := re.fullmatch(r"issues/comments/(\d+)", path)):
            self.comments[int(found[1]) - 1]["body"] = given["body"]
            return 200, {}
        if found := re.fullmatch(r"deployments\?environment=(\w+)&per_page=100", path):
            return 200, self.deployments.get(found[1], [])
        if found := re.fullmatch(r"deployments/(\d+)/statuses\?per_page=100", path):
            return 200, self.statuses[int(found[1])]
        return 404, {}


@pytest.fixture
def github() -> Iterator[GitHub]:
    with served(GitHub()) as github:
        yield github


@contextmanager
def served(github: GitHub) -> Iterator[GitHub]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            given = json.loads(self.rfile.read(size)) if size else None
            code, told = github.answer(self.command, self.path, given)
            text = json.dumps(told).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_POST = do_PATCH = do_GET  # noqa: N815 -- the names that http.server calls

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        github.url = f"http://127.0.0.1:{server.server_port}"
        yield github
        server.shutdown()


# The plan's comment.


def comment(folder: Path, github: GitHub, text: str) -> None:
    (folder / "comment.md").write_text(text)
    environment = {"GITHUB_API_URL": github.url, "ISSUE": "7", "MARK": MARK}
    code, said, _ = run(COMMENT, folder=folder, environment=environment)
    assert code == 0, said


def test_a_plan_has_one_comment_that_is_edited(github: GitHub, tmp_path: Path) -> None:
    """Behind more comments than a page holds, too."""
    for number in range(150):
        github.add(PERSON, f"Comment {number}")
    comment(tmp_path, github, "Terraform would change dev: nothing\n")
    comment(tmp_path, github, 'Terraform would change dev: "much" $(id)\n')
    ours = [each["body"] for each in github.comments if each["user"]["login"] == ROBOT]
    assert ours == [f'{MARK}\nTerraform would change dev: "much" $(id)\n']


def test_a_plan_that_failed_early_is_told(github: GitHub, tmp_path: Path) -> None:
    """Whoever commanded it waits for the comment."""
    environment = {"GITHUB_API_URL": github.url, "ISSUE": "7", "MARK": MARK}
    assert run(COMMENT, folder=tmp_path, environment=environment)[0] == 0
    (told,) = github.comments
    assert told["body"].startswith(f"{MARK}\nThere is no plan: ")
    assert "(https://github.test/acme/money-kit/actions/runs/7)" in told["body"]


def test_a_comment_that_only_looks_like_ours_stays(github: GitHub, tmp_path: Path) -> None:
    """A person wrote the mark; and another environment's plan has a comment of its own."""
    github.add(PERSON, f"{MARK}\nmine")
    github.add(ROBOT, "<!-- paved-road:plan production -->\nother")
    comment(tmp_path, github, "new")
    assert [each["body"] for each in github.comments] == [
        f"{MARK}\nmine",
        "<!-- paved-road:plan production -->\nother",
        f"{MARK}\nnew",
    ]


# The monitor.


def monitor(folder: Path, github: GitHub, environments: str = "staging") -> tuple[int, str]:
    (folder / "deploy").mkdir()
    (folder / "deploy" / "settings.json").write_text('{"health_path": "/health/up"}')
    environment = {"GITHUB_API_URL": github.url, "ENVIRONMENTS": environments}
    script = PROBE.replace("10 20 0", "0 0 0")  # seconds between attempts
    code, _, _ = run(script, folder=folder, environment=environment)
    return code, (folder / "summary").read_text()


def deployed(github: GitHub) -> None:
    """Two of ours, of which the newer failed, and between them one that GitHub made by itself."""
    ours = {"payload": {"run": "r"}}
    github.deployments["staging"] = [{"id": 3, **ours}, {"id": 2, "payload": ""}, {"id": 1, **ours}]
    good = {"state": "success", "environment_url": f"{github.url}/"}
    github.statuses = {
        3: [{"state": "failure", "environment_url": ""}],
        2: [{"state": "success", "environment_url": "https://elsewhere.test"}],
        1: [{"state": "inactive", "environment_url": ""}, good],
    }


def test_what_was_deployed_last_is_asked(github: GitHub, tmp_path: Path) -> None:
    deployed(github)
    assert monitor(tmp_path, github) == (0, "staging answers.\n")


def test_what_does_not_answer_well_fails_the_run(github: GitHub, tmp_path: Path) -> None:
    deployed(github)
    github.is_well = False
    told = f"staging does not answer well at {github.url}/health/up.\n"
    assert monitor(tmp_path, github) == (1, told)


def test_where_nothing_was_deployed_nothing_fails(github: GitHub, tmp_path: Path) -> None:
    code, told = monitor(tmp_path, github, "staging production")
    assert code == 0
    assert "Nothing of production is monitored" in told
