"""Generated Kotlin projects build, release and run: with real Maven, on real JDKs."""

import asyncio
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import aiohttp
import pytest

from tests.catalog.cases import CATALOG, NEWER, RELEASED, SERVED, Case, read_yaml
from tests.catalog.maven import attempt, by_installed_maven, copied, run
from tests.catalog.running_service import RunningService, laid_out_as_in_the_image, running

# A first build fetches some 430 MB before it compiles anything.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

QUICK = "-Dmaven.test.skip -Djacoco.skip -Ddokka.skip -Dspotless.check.skip -Dmaven.source.skip"


def verify(case: Case, project: Path) -> None:
    """What the template promises a new project to pass."""
    for command in read_yaml(CATALOG / "templates" / case.template / "template.yml")["verify"]:
        run(by_installed_maven(command), project, java=case.java)


@pytest.mark.thorough
@pytest.mark.parametrize("case", NEWER, ids=lambda case: case.id)
def test_a_new_project_passes_its_own_checks(
    case: Case, projects: Mapping[Case, Path], tmp_path: Path
) -> None:
    """Compiled without a warning, tested, documented and formatted, for each Java asked for.

    What is released and served below is built for the oldest.
    """
    verify(case, copied(projects[case], tmp_path / "project"))


# --- the library ------------------------------------------------------------------


@pytest.fixture
def clean_cache() -> Iterator[None]:
    """What Maven keeps of our own group in its cache is gone before and after."""
    folder = Path.home() / ".m2" / "repository" / "in" / "pavedroad"
    shutil.rmtree(folder, ignore_errors=True)
    yield
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.usefixtures("clean_cache")
def test_a_tag_publishes_the_library_and_later_breaks_are_noticed(
    projects: Mapping[Case, Path], tmp_path: Path
) -> None:
    """The publishing workflow's own commands; then a method of the release is taken away."""
    released = copied(projects[RELEASED], tmp_path / "project")
    repository = {"ARTIFACTORY_URL": (tmp_path / "artifactory").as_uri()}
    steps = read_yaml(released / ".github" / "workflows" / "publish.yml")["jobs"]["publish"][
        "steps"
    ]
    for command in (step["run"] for step in steps if "run" in step):
        environment = {"GITHUB_REF_NAME": "v1.0.0", **repository}
        run(by_installed_maven(command), released, java=17, env=environment)

    published = tmp_path / "artifactory" / "in/pavedroad/object/money-kit/1.0.0"
    assert {path.name for path in published.iterdir() if path.suffix in (".jar", ".pom")} == {
        "money-kit-1.0.0.jar",
        "money-kit-1.0.0-sources.jar",
        "money-kit-1.0.0-javadoc.jar",
        "money-kit-1.0.0.pom",
    }

    later = copied(projects[RELEASED], tmp_path / "later")
    code = later / "src/main/kotlin/in/pavedroad/object/kit/Backoff.kt"
    code.write_text(code.read_text().replace("fun waitAfter", "fun pauseAfter"))
    compare = f"mvn -B -ntp verify -Dapi.baseline=1.0.0 {QUICK}"
    exit_code, said = attempt(compare, later, java=17, env=repository)

    assert exit_code != 0
    assert "waitAfter(int):METHOD_REMOVED" in said


# --- the service ------------------------------------------------------------------


@pytest.fixture(scope="module")
def application(projects: Mapping[Case, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built and checked service, as its image holds it."""
    project = copied(projects[SERVED], tmp_path_factory.mktemp("service") / "project")
    verify(SERVED, project)
    return laid_out_as_in_the_image(project, java=SERVED.java)


async def test_a_service_says_what_is_wrong_and_how_it_is(application: Path) -> None:
    """Ready, counted, and a refused request names the field that has to change."""
    async with running(application, java=SERVED.java) as service, aiohttp.ClientSession() as http:
        async with http.get(f"{service.url}/actuator/health/readiness") as ready:
            assert (ready.status, (await ready.json())["status"]) == (200, "UP")
        async with http.post(f"{service.url}/tasks", json={"title": " "}) as refused:
            assert (refused.status, refused.content_type) == (400, "application/problem+json")
            problem = await refused.json()
            assert [error["field"] for error in problem["errors"]] == ["title"]
        async with http.get(f"{service.url}/actuator/prometheus") as metrics:
            assert re.search(
                r'http_server_requests_seconds_count\{.*status="400",uri="/tasks"',
                await metrics.text(),
            )
        async with http.get(f"{service.url}/actuator/env") as secret:
            assert secret.status == 404


async def test_a_service_that_is_stopped_finishes_what_it_began(application: Path) -> None:
    """SIGTERM comes while half of a request is there: it is answered, and no other is taken."""
    body = b'{"title": "Pay the rent"}'
    async with running(application, java=SERVED.java) as service:
        reader, writer = await begin(service, length=len(body))
        writer.write(body[:10])
        await writer.drain()
        service.ask_to_stop()
        await service.logged("Commencing graceful shutdown")
        writer.write(body[10:])
        async with asyncio.timeout(60):
            answer = await reader.read()
        writer.close()

        assert answer.startswith(b"HTTP/1.1 201")
        assert await service.ended() == 143


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
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 \r\n\r\n"
    return reader, writer
