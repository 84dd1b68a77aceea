"""``make lambda``: what is in the packages, and that the functions start with that alone."""

import asyncio
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from platform import machine

import pytest

from bot.aws_lambda.envelope import pack, unpack
from bot.rendering import Elsewhere, Renderer
from infra.bot import build_lambda
from tests.catalog.needed_tools import python
from tests.infra.projects import ROOT
from tests.rendering.templates_in_memory import template, texts

MACHINE = "arm64" if machine() in ("aarch64", "arm64") else "x86_64"
# What a function of AWS has: the unpacked package first on the path, no other package, no variable.
START = "import sys; sys.path.insert(0, sys.argv[1]); "
FUNCTIONS = (
    "import bot.aws_lambda.receive as r, bot.aws_lambda.work as w;"
    "print(callable(r.handler), callable(w.handler));"
)
RENDER = (
    "import json; from bot.aws_lambda.render import handler;"
    "print(json.dumps(handler(json.load(sys.stdin), None)))"
)
CLIENTS = (
    "import boto3; print(*(boto3.client(each, region_name='eu-central-1').meta.endpoint_url"
    " for each in ('lambda', 'secretsmanager', 'sqs', 'sts')));"
)
BESIDE = (
    "from bot.projects.deployment_files import table; print(*table());"
    "from bot.templates.catalog_files import verify_workflow; verify_workflow();"
    "from bot.setup import read_manifest; print(*read_manifest().events)"
)


@dataclass(frozen=True, slots=True)
class Built:
    """Both packages, and the libraries that they were made of."""

    bot: build_lambda.Package
    render: build_lambda.Package
    libraries: Path
    compiler: str | None


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """For this machine, so that they can be started here; one of them compiled."""
    folder = tmp_path_factory.mktemp("lambda")
    libraries, compiler = folder / "libraries", python_of_lambda()
    build_lambda.install(MACHINE, libraries)
    return Built(
        build_lambda.build_bot(libraries, folder, python=None),
        build_lambda.build_render(libraries, folder, python=compiler),
        libraries,
        compiler,
    )


def python_of_lambda() -> str | None:
    try:
        return str(python("3.13"))
    except pytest.skip.Exception:
        return None


def names(package: build_lambda.Package) -> list[str]:
    with zipfile.ZipFile(package.path) as packed:
        return packed.namelist()


def unpacked(package: build_lambda.Package, folder: Path) -> Path:
    with zipfile.ZipFile(package.path) as packed:
        packed.extractall(folder)
    return folder


def said(folder: Path, code: str, given: str = "") -> str:
    """What Lambda's Python says with this folder alone; skipped where there is no such Python."""
    command = [str(python("3.13")), "-I", "-S", "-B", "-c", START + code, str(folder)]
    done = subprocess.run(command, env={}, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4_000:]
    return done.stdout


def test_lambda_takes_them(built: Built) -> None:
    """With room, so that the next library does not break a release."""
    for package in (built.bot, built.render):
        assert package.zipped_bytes < build_lambda.MOST_ZIPPED_BYTES * 0.75
        assert package.unpacked_bytes < build_lambda.MOST_UNPACKED_BYTES * 0.75


def test_the_bot_is_there_without_what_a_function_never_uses(built: Built) -> None:
    inside = names(built.bot)

    assert {"bot/aws_lambda/receive.py", "bot/aws_lambda/work.py"} <= set(inside)
    assert {"bot/shipped/app.yml", "bot/shipped/catalog/organization.yml"} <= set(inside)
    for unwanted in ("tests/", "bot/localhub/", "bot/cli/", "zizmor", "uvloop/", "bin/"):
        assert [name for name in inside if name.startswith(unwanted)] == []
    assert [name for name in inside if name.startswith("botocore/data/ec2/")] == []


def test_the_renderer_has_rendering_and_nothing_of_the_bot_beside(built: Built) -> None:
    its = {name for name in names(built.render) if name.startswith("bot/")}

    assert its >= {"bot/aws_lambda/render.py", "bot/rendering/inside/host.py"}
    assert {name.split("/")[1] for name in its} - {"__pycache__"} == {
        "__init__.py",
        "aws_lambda",
        "rendering",
    }
    assert [name for name in names(built.render) if name.startswith(("boto", "aiohttp"))] == []


def test_all_of_ours_that_the_renderer_imports_is_in_its_package(built: Built) -> None:
    """Asked of this Python, so that it is seen where there is none of Lambda's, too."""
    code = (
        "import sys, bot.aws_lambda.render;"
        "print(*(sys.modules[n].__file__ for n in sys.modules if n.split('.')[0] == 'bot'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    imported = {Path(each).relative_to(ROOT).as_posix() for each in done.stdout.split()}

    assert len(imported) > 10
    assert imported <= set(names(built.render))


def test_they_are_the_same_bytes_every_time(built: Built, tmp_path: Path) -> None:
    """Terraform sees no change where there is none."""
    again = build_lambda.build_render(built.libraries, tmp_path, python=built.compiler)

    assert again.path.read_bytes() == built.render.path.read_bytes()
    with zipfile.ZipFile(built.bot.path) as packed:
        assert {each.date_time for each in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert packed.namelist() == sorted(packed.namelist())


def test_the_functions_start_with_their_package_alone(built: Built, tmp_path: Path) -> None:
    """Their libraries, AWS's services that they call, and the files that they read."""
    folder = unpacked(built.bot, tmp_path / "bot")

    functions, clients, kinds, events = said(folder, FUNCTIONS + CLIENTS + BESIDE).splitlines()
    assert functions == "True True"
    assert clients.count("amazonaws.com") == 4
    assert "service" in kinds.split()
    assert "issues" in events.split()


async def test_the_renderer_renders_with_its_package_alone(built: Built, tmp_path: Path) -> None:
    """What goes to the function and comes back, through a process that has nothing else."""
    folder = unpacked(built.render, tmp_path / "render")

    async def exchange(message: bytes) -> bytes:
        event = json.dumps({"message": pack(message)})
        answer = json.loads(await asyncio.to_thread(said, folder, RENDER, event))
        return unpack(answer["answer"], most_bytes=1_000_000)

    async with Renderer(isolation=Elsewhere(exchange)) as renderer:
        made = await renderer.render(
            template({"a.txt": "Hello {{ cookiecutter.project_slug | upper }}\n"}),
            {"project_slug": "money-kit"},
        )
    assert texts(made) == {"a.txt": "Hello MONEY-KIT\n"}


def test_a_machine_that_lambda_has_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build_lambda.main(["--architecture", "riscv64"])
    assert "arm64" in capsys.readouterr().err


def test_what_lambda_would_refuse_is_not_left_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_lambda, "MOST_UNPACKED_BYTES", 3)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "large").write_bytes(b"1234")

    with pytest.raises(build_lambda.CannotBuild, match="more than Lambda takes"):
        build_lambda.pack(tmp_path / "in", tmp_path / "out.zip")
