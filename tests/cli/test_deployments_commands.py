"""What an operator sees of deployments: of everything, of one project, of one team."""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.app import open_store
from bot.cli import main
from bot.deployments import DeploymentRecords, DeploymentState
from bot.settings import Settings
from tests.deployments.metrics.records import HOUR_S, START_S, deployment

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def paved_road(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """The command line on a store that has three deployments."""
    environment = settings_at(tmp_path)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    asyncio.run(_deploy(Settings.from_env(environment)))

    def run(*arguments: str) -> tuple[int, str, str]:
        try:
            code = main(["deployments", *arguments])
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def settings_at(folder: Path) -> dict[str, str]:
    """The environment of an installation whose files lie in the folder."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    return {
        "APP_ID": "1",
        "PRIVATE_KEY": pem.decode(),
        "WEBHOOK_SECRET": "a-secret-of-some-length",
        "ORGANIZATIONS": "acme",
        "CATALOG_REPOSITORY": "acme/catalog",
        "STORE_URL": f"sqlite:///{folder}/bot.db",
    }


async def _deploy(settings: Settings) -> None:
    now_h = (time.time() - START_S) / HOUR_S
    async with open_store(settings) as (store, _):
        records = DeploymentRecords(store.documents)
        await records.put(deployment("d1", at_h=now_h - 30, took_h=2, committed_h=now_h - 31))
        failed = deployment("d2", DeploymentState.FAILED, at_h=now_h - 9, team="search")
        await records.put(failed)
        await records.put(deployment("d3", at_h=now_h - 50 * 24))


def test_the_last_days_are_listed_oldest_first(paved_road: Run) -> None:
    code, out, _ = paved_road("list")
    words = [line.split() for line in out.splitlines()]
    told = ["production", "deploy"]
    assert code == 0
    assert [[line[0], *line[2:]] for line in words] == [
        ["d1", "succeeded", *told, "d100000", "acme/money-kit", "dana"],
        ["d2", "failed", *told, "d200000", "acme/money-kit", "dana"],
    ]


def test_programs_get_every_field(paved_road: Run) -> None:
    code, out, _ = paved_road("list", "--days", "60", "--json")
    found = json.loads(out)
    assert (code, [each["id"] for each in found]) == (0, ["d3", "d1", "d2"])
    assert found[2]["state"] == "failed"
    assert "month" not in found[2]


@pytest.mark.parametrize(
    ("of", "rate"),
    [
        pytest.param((), "50% (1 of 2)", id="everything"),
        pytest.param(("--team", "payments"), "0% (0 of 1)", id="a-team"),
        pytest.param(("--template", "greeter"), "50% (1 of 2)", id="a-template"),
        pytest.param(("--environment", "staging"), "—", id="an-environment"),
        pytest.param(("--days", "60", "--team", "payments"), "0% (0 of 2)", id="longer"),
    ],
)
def test_the_figures_are_of_what_was_asked_for(
    paved_road: Run, of: Sequence[str], rate: str
) -> None:
    code, out, _ = paved_road("figures", *of)
    assert code == 0
    assert f"Change failure rate    {rate}\n" in out
    _, out, _ = paved_road("figures", *of, "--json")
    assert f"{json.loads(out)['failure_rate']:.0%} (" in rate if rate != "—" else "null" in out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(("list", "--project", "acme/x"), 1, "no project acme/x", id="no-project"),
        pytest.param(("list", "--days", "0"), 2, "from 1 to 3660", id="no-days"),
        pytest.param(("list", "--days", "soon"), 2, "invalid", id="no-number"),
        pytest.param(("figures", "--team", "a", "--template", "b"), 2, "not allowed", id="both"),
    ],
)
def test_what_cannot_be_is_said(
    paved_road: Run, arguments: Sequence[str], code: int, said: str
) -> None:
    found, out, err = paved_road(*arguments)
    assert (found, out) == (code, "")
    assert said in err
