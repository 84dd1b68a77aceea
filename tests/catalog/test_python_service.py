"""Generated Python services: checked by real uv, on real Pythons, and run as in their image."""

import asyncio
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import aiohttp
import pytest

from tests.catalog.cases import CATALOG, Case, read_yaml
from tests.catalog.python_cases import PYTHON_BUILT, SERVED_PYTHON
from tests.catalog.running_service import RunningService, started
from tests.catalog.uv import copied, environment, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

TEMPLATE = CATALOG / "templates" / "python-service"
OFFERED = json.loads((TEMPLATE / "cookiecutter.json").read_text())["python_version"]


def verify(project: Path) -> None:
    """What the template promises a new project to pass, and nothing of it is changed by that."""
    before = (project / "uv.lock").read_bytes()
    for command in read_yaml(TEMPLATE / "template.yml")["verify"]:
        run(command, project)
    assert (project / "uv.lock").read_bytes() == before


@pytest.mark.parametrize("case", PYTHON_BUILT, ids=lambda case: case.id)
def test_a_new_project_passes_its_own_checks(
    case: Case, projects: Mapping[Case, Path], tmp_path: Path
) -> None:
    """Locked, linted, formatted, typed and tested, for each Python."""
    verify(copied(projects[case], tmp_path / "project"))


@pytest.mark.parametrize("version", OFFERED)
def test_every_library_is_there_for_each_python(
    version: str, projects: Mapping[Case, Path], tmp_path: Path
) -> None:
    """Also for a Python that this machine has not: nothing would have to be compiled."""
    project = copied(projects[SERVED_PYTHON], tmp_path / "project")
    run("uv export --quiet --locked --no-emit-project --output-file all.txt", project)
    said = run(
        "uv pip install --dry-run --only-binary :all: --require-hashes --requirements all.txt "
        f"--target {tmp_path}/nowhere --python-platform linux --python-version {version}",
        project,
    )

    assert re.search(r"Would install \d\d packages", said)


# --- running ----------------------------------------------------------------------


def of_the_image(project: Path, keyword: str) -> list[str]:
    """The program that the Dockerfile names behind ``ENTRYPOINT`` or ``HEALTHCHECK``."""
    dockerfile = (project / "Dockerfile").read_text().replace("\\\n", "")
    command = re.search(rf"(?m)^{keyword} [^\[]*(\[.+\])$", dockerfile)
    assert command is not None
    words: list[str] = json.loads(command[1])
    return words


def within(application: Path) -> dict[str, str]:
    """The environment in which the image runs its programs."""
    env = environment()
    return {**env, "PATH": f"{application / '.venv/bin'}:{env['PATH']}"}


def serving(application: Path) -> AbstractAsyncContextManager[RunningService]:
    """The service, started by the image's own command."""
    command = of_the_image(application, "ENTRYPOINT")
    listening = r"running on http://0\.0\.0\.0:(\d+)"
    return started(command, application, within(application), port_said=listening)


@pytest.fixture(scope="module")
def application(projects: Mapping[Case, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checked service, then installed by the image's own commands: the code is in no folder."""
    project = copied(projects[SERVED_PYTHON], tmp_path_factory.mktemp("service") / "project")
    verify(project)
    shutil.rmtree(project / ".venv")
    dockerfile = (project / "Dockerfile").read_text()
    for command in re.findall(r"RUN --mount=\S+ \\\n +(uv sync .+)", dockerfile):
        run(command, project)
    shutil.rmtree(project / "src")
    return project


def test_the_image_holds_no_tools_of_development(application: Path) -> None:
    installed = {path.name for path in (application / ".venv" / "bin").iterdir()}

    assert "python" in installed
    assert installed & {"pytest", "mypy", "ruff", "poe"} == set()


async def test_a_service_says_what_is_wrong_and_how_it_is(application: Path) -> None:
    """Ready, counted, and a refused request names the field that has to change."""
    async with serving(application) as service, aiohttp.ClientSession() as http:
        async with http.get(f"{service.url}/health/ready") as ready:
            assert (ready.status, await ready.json()) == (200, {"status": "up"})
        async with http.post(f"{service.url}/tasks", json={"title": " "}) as refused:
            assert (refused.status, refused.content_type) == (422, "application/problem+json")
            problem = await refused.json()
            assert [error["field"] for error in problem["errors"]] == ["title"]
        async with http.get(f"{service.url}/metrics") as metrics:
            counted = r'http_server_request_duration_seconds_count\{.*="422",http_route="/tasks"'
            assert re.search(counted, await metrics.text())
        await service.logged(r"^POST /tasks 422$")


async def test_the_image_knows_whether_its_service_is_well(application: Path) -> None:
    check = of_the_image(application, "HEALTHCHECK")
    async with serving(application) as service:
        env = within(application) | {"PORT": str(service.port)}
        assert await asyncio.to_thread(ended, check, env) == 0
        service.ask_to_stop()
        await service.ended()

    assert await asyncio.to_thread(ended, check, env) != 0


def ended(command: list[str], env: Mapping[str, str]) -> int:
    """The exit code of a program that says nothing we want to hear."""
    done = subprocess.run(command, env=env, capture_output=True, timeout=20, check=False)
    return done.returncode


async def test_a_service_that_is_stopped_finishes_what_it_began(application: Path) -> None:
    """SIGTERM comes while half of a request is there: it is answered, and no other is taken."""
    body = b'{"title": "Pay the rent"}'
    async with serving(application) as service:
        reader, writer = await begin(service, length=len(body))
        writer.write(body[:10])
        await writer.drain()
        service.ask_to_stop()
        await service.logged("Waiting for connections to close")
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", service.port)
        writer.write(body[10:])
        async with asyncio.timeout(60):
            answer = await reader.read()
        writer.close()

        assert answer.startswith(b"HTTP/1.1 201")
        assert await service.ended() == -15  # ended by the signal, once all was done


async def begin(
    service: RunningService, *, length: int
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A request whose headers the service has taken, and said so, and whose body is to come."""
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    writer.write(
        b"POST /tasks HTTP/1.1\r\nHost: service\r\nContent-Type: application/json\r\n"
        b"Connection: close\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n" % length
    )
    async with asyncio.timeout(60):
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100 ")
    return reader, writer
