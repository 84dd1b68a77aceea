"""A new project brings its own Maven: the version it names, from Apache, by checksum."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.catalog.cases import KOTLIN_CASES, RELEASED, SERVED, Case
from tests.catalog.maven import attempt, copied, run
from tests.catalog.needed_tools import tool

PROPERTIES = ".mvn/wrapper/maven-wrapper.properties"
WRAPPER = ("mvnw", "mvnw.cmd", PROPERTIES)
FETCH = "mvn -B -ntp -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"

kotlin_projects = pytest.mark.parametrize("case", KOTLIN_CASES, ids=lambda case: case.id)
each_template = pytest.mark.parametrize("case", [RELEASED, SERVED], ids=lambda case: case.id)


def properties(project: Path) -> dict[str, str]:
    """What the project's wrapper is told."""
    lines = (project / PROPERTIES).read_text().splitlines()
    return {key: value for key, _, value in (line.partition("=") for line in lines)}


def maven_version(project: Path) -> str:
    """The Maven that the project names."""
    named = re.search(r"apache-maven-([\d.]+)-bin\.zip$", properties(project)["distributionUrl"])
    assert named is not None
    return named[1]


# --- as made ----------------------------------------------------------------------


@kotlin_projects
def test_the_wrapper_can_be_run(case: Case, projects: Mapping[Case, Path]) -> None:
    runnable = {
        path.relative_to(projects[case]).as_posix()
        for path in projects[case].rglob("*")
        if path.is_file() and os.access(path, os.X_OK)
    }

    assert runnable == {"mvnw"}


def test_every_project_has_the_same_wrapper(projects: Mapping[Case, Path]) -> None:
    """What is shown of one, below, is true of all."""
    brought = {
        tuple((projects[case] / name).read_bytes() for name in WRAPPER) for case in KOTLIN_CASES
    }

    assert len(brought) == 1


@each_template
def test_the_wrapper_is_pinned_by_a_checksum(case: Case, projects: Mapping[Case, Path]) -> None:
    told = properties(projects[case])

    assert re.fullmatch(r"[0-9a-f]{64}", told["distributionSha256Sum"])
    assert told["distributionType"] == "only-script"


@each_template
def test_the_wrapper_knows_no_host_but_those_of_apache(
    case: Case, projects: Mapping[Case, Path]
) -> None:
    """A registry is the choice of who builds; its name has no place in a template."""
    text = "".join((projects[case] / name).read_text() for name in WRAPPER)

    assert set(re.findall(r"\b\w+://([^/\s\"']+)", text)) == {
        "archive.apache.org",
        "www.apache.org",
    }


@each_template
def test_the_build_accepts_the_maven_that_the_wrapper_brings(
    case: Case, projects: Mapping[Case, Path]
) -> None:
    pom = (projects[case] / "pom.xml").read_text()
    least = re.search(r"<requireMavenVersion>\s*<version>\[([\d.]+),\)</version>", pom)

    assert least is not None
    oldest, brought = (
        [int(word) for word in version.split(".")]
        for version in (least[1], maven_version(projects[case]))
    )
    assert oldest <= brought


@kotlin_projects
def test_every_command_of_a_project_uses_its_wrapper(
    case: Case, projects: Mapping[Case, Path]
) -> None:
    """Another Maven is another build: docs, workflows and image name the same one."""
    others = {
        path.name: re.findall(r".*(?<![\w./-])mvn .*", path.read_text())
        for path in projects[case].rglob("*")
        if path.is_file() and path.name not in ("mvnw", "mvnw.cmd")
    }

    assert {name: lines for name, lines in others.items() if lines} == {}


@each_template
def test_git_changes_no_byte_of_the_wrapper(
    case: Case, projects: Mapping[Case, Path], tmp_path: Path
) -> None:
    """Also mvnw.cmd, whose lines end as Windows needs them."""
    git = f"{tool('git', install='apt-get install git')} -c user.name=A -c user.email=a@b.test"
    work = copied(projects[case], tmp_path / "work")
    run_git = f"{git} init -q && {git} add . && {git} commit -qm A && {git} clone -q . ../clone"
    code, said = attempt(run_git, work, java=17)

    assert code == 0, said
    clone = tmp_path / "clone"
    assert [(clone / name).read_bytes() for name in WRAPPER] == [
        (projects[case] / name).read_bytes() for name in WRAPPER
    ]
    assert os.access(clone / "mvnw", os.X_OK)
    assert b"\n" not in (clone / "mvnw.cmd").read_bytes().replace(b"\r\n", b"")


# --- run --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def distribution(
    projects: Mapping[Case, Path], tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, bytes]:
    """The real archive of each Maven that a template names, from wherever Maven fetches."""
    tool("unzip", install="apt-get install unzip")
    folder = tmp_path_factory.mktemp("maven")
    versions = {maven_version(projects[case]) for case in (RELEASED, SERVED)}
    for version in versions:
        archive = f"org.apache.maven:apache-maven:{version}:zip:bin"
        run(f"{FETCH} -Dartifact={archive} -DoutputDirectory=.", folder, java=17)
    return {
        version: (folder / f"apache-maven-{version}-bin.zip").read_bytes() for version in versions
    }


class Archive:
    """An archive on this machine that answers every path with one file, and counts."""

    def __init__(self, content: bytes) -> None:
        self.paths: list[str] = []
        self._content = content

    async def answer(self, request: web.Request) -> web.Response:
        self.paths.append(request.path)
        return web.Response(body=self._content)


@asynccontextmanager
async def archive_of(content: bytes, project: Path) -> AsyncIterator[Archive]:
    """``project``'s wrapper asks an archive on this machine in place of Apache's."""
    archive = Archive(content)
    application = web.Application()
    application.router.add_get("/{path:.*}", archive.answer)
    async with TestServer(application) as server:
        url = properties(project)["distributionUrl"]
        here = urlsplit(url)._replace(scheme="http", netloc=f"{server.host}:{server.port}")
        file = project / PROPERTIES
        file.write_text(file.read_text().replace(url, here.geturl()))
        yield archive


async def ask_version(project: Path, home: Path) -> tuple[int, str]:
    """How ``./mvnw -v`` ended and what it said, with nothing kept outside ``home``."""
    alone = {"MAVEN_USER_HOME": str(home), "MVNW_REPOURL": "", "no_proxy": "*"}
    return await asyncio.to_thread(attempt, "./mvnw -v", project, java=17, env=alone)


@pytest.mark.slow
@each_template
async def test_the_wrapper_fetches_the_maven_it_names_once(
    case: Case, projects: Mapping[Case, Path], distribution: Mapping[str, bytes], tmp_path: Path
) -> None:
    project = copied(projects[case], tmp_path / "project")
    version = maven_version(project)
    async with archive_of(distribution[version], project) as archive:
        first = await ask_version(project, tmp_path / "home")
        second = await ask_version(project, tmp_path / "home")

    for code, said in (first, second):
        assert (code, f"Apache Maven {version}" in said) == (0, True), said
    assert [Path(path).name for path in archive.paths] == [f"apache-maven-{version}-bin.zip"]


@pytest.mark.slow
@each_template
async def test_the_wrapper_refuses_another_archive_than_the_pinned(
    case: Case, projects: Mapping[Case, Path], distribution: Mapping[str, bytes], tmp_path: Path
) -> None:
    """One bit is another: it would still unpack and run."""
    project = copied(projects[case], tmp_path / "project")
    real = distribution[maven_version(project)]
    tampered = real[:-1] + bytes([real[-1] ^ 1])
    async with archive_of(tampered, project) as archive:
        code, said = await ask_version(project, tmp_path / "home")

    assert code != 0
    assert "Failed to validate Maven distribution SHA-256" in said
    assert len(archive.paths) == 1
    assert list((tmp_path / "home").rglob("mvn")) == []
