"""The commands as an operator and an author type them: words, exit codes, what they change."""

import asyncio
import json
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from tests.journeys.world import World, body, open_world
from tests.templates.checking import is_of_this_machine

TEMPLATES = Path(__file__).parents[1] / "data" / "catalog" / "templates"


async def run(
    *arguments: str, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[2]), **(env or {})},
        cwd=cwd,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world


async def test_serve_without_settings_names_them_all_and_what_to_run(tmp_path: Path) -> None:
    code, _, err = await run("serve", cwd=tmp_path)
    assert code == 2
    for name in ("APP_ID", "PRIVATE_KEY", "WEBHOOK_SECRET", "ORGANIZATIONS", "CATALOG_REPOSITORY"):
        assert f"{name}: is missing" in err
    assert "paved-road setup" in err
    assert "Traceback" not in err


async def test_serve_on_a_taken_port_says_so(world: World, tmp_path: Path) -> None:
    code, _, err = await run("serve", env=world.environment)
    assert code == 2
    assert f"127.0.0.1:{world.webhook_port} cannot be listened on" in err


async def test_the_doctor_finds_a_fresh_installation_well(world: World) -> None:
    code, out, err = await run("doctor", "--json", env=world.environment)
    report = json.loads(out)
    assert (code, report["ok"]) == (0, True), report["findings"]
    assert "PRIVATE KEY" not in out + err


async def test_the_doctor_names_what_an_owner_took_away_and_the_page_to_change_it(
    world: World,
) -> None:
    """A permission of the App, the repositories of its installation, and another secret."""
    left = {name: level for name, level in world.app.permissions.items() if name != "checks"}
    world.hub.change_permissions(world.app, left)
    [installation] = world.hub.world.installations
    env = world.environment | {"WEBHOOK_SECRET": "another-secret-than-the-bots"}

    code, out, _ = await run("doctor", env=env)

    settings = f"{world.hub.url}/organizations/acme/settings"
    assert code == 1
    assert "permissions: Missing: checks: write" in out
    assert f"{settings}/apps/paved-road/permissions" in out
    assert "installation in acme: Not granted here: checks: write" in out
    assert f"{settings}/installations/{installation.id}" in out
    assert "the bot there did not take the signature" in out
    assert "another-secret" not in out


async def test_the_doctor_says_nothing_it_cannot_know_with_a_key_that_is_refused(
    world: World,
) -> None:
    """Whether the App is installed is not told to others."""
    other = world.hub.add_app("another", permissions={}, events=[])
    code, out, _ = await run(
        "doctor", env=world.environment | {"PRIVATE_KEY": other.private_key_pem}
    )
    assert code == 1
    assert "App: GitHub refused its key." in out
    assert "installation in acme: Could not be told: GitHub answered 401." in out
    assert "webhook: Could not be told: GitHub answered 401." in out
    assert "Not installed" not in out


async def test_an_operator_looks_at_a_run_and_undoes_it(world: World) -> None:
    number = await world.file(body())
    await world.until(number, "is ready")
    _, listed, _ = await run("runs", "list", env=world.environment)
    (line,) = [each for each in listed.splitlines() if each.endswith(f"#{number}")]
    run_id, kind, state, _ = line.split()
    assert (kind, state) == ("generate", "succeeded")
    _, shown, _ = await run("runs", "show", run_id, env=world.environment)
    assert json.loads(shown)["facts"]["commit"]
    code, _, err = await run("runs", "retry", run_id, env=world.environment)
    assert (code, "has not failed" in err) == (1, True)
    code, _, _ = await run("runs", "undo", run_id, env=world.environment)
    assert code == 0
    await world.until(number, "was undone")
    code, _, err = await run("runs", "show", "nonsense", env=world.environment)
    assert (code, "There is no run nonsense" in err) == (1, True)


async def test_the_audit_log_tells_when_somebody_touched_it(world: World, tmp_path: Path) -> None:
    number = await world.file(body())
    await world.until(number, "is ready")
    code, out, _ = await run("audit", "verify", env=world.environment)
    assert (code, " entries hold" in out) == (0, True)
    await asyncio.to_thread(_tamper, tmp_path / "data" / "paved-road.db")
    code, _, err = await run("audit", "verify", env=world.environment)
    assert (code, "entry 2 was changed" in err) == (1, True), err


def _tamper(path: Path) -> None:
    store = sqlite3.connect(path, isolation_level=None)
    (table,) = store.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%audit%'"
    ).fetchone()
    changed = store.execute(
        f"UPDATE {table} SET data = replace(data, 'dana', 'sam') WHERE id LIKE '%2'"
    )
    assert changed.rowcount == 1


async def test_an_author_checks_shows_and_renders_a_template(tmp_path: Path) -> None:
    greeter = str(TEMPLATES / "greeter")
    code, out, _ = await run("template", "check", greeter, "--json")
    report = json.loads(out)
    assert (code, report["ok"], report["problems"]) == (0, True, [])
    assert all(map(is_of_this_machine, report["left_out"]))
    code, out, _ = await run("template", "form", greeter)
    assert (code, "New Greeter" in out) == (0, True)
    made = tmp_path / "made"
    code, _, _ = await run(
        "template", "render", greeter, "--set", "project_slug=hello-kit", "--output", str(made)
    )
    assert code == 0
    assert (made / "README.md").read_text().startswith("# hello-kit\n")


async def test_a_problem_is_told_with_its_place_and_a_note_with_its_reason(tmp_path: Path) -> None:
    """As compilers do it, so that editors jump there."""
    folder = tmp_path / "greeter"
    shutil.copytree(TEMPLATES / "greeter", folder)
    path = "{{cookiecutter.project_slug}}/a.yml"
    (folder / path).write_text("a: 1\n{% if true %}\na: 2\n{% endif %}\n")
    (folder / "hooks").mkdir()
    (folder / "hooks" / "post_gen_project.sh").write_text("exit 1\n")
    code, out, err = await run("template", "check", str(folder))
    assert (code, out) == (1, "")
    assert f"{path}:3:1: error: The key `a` stands here twice. [duplicate-key]" in err
    assert "hooks/post_gen_project.sh:1:1: warning: Hooks need the platform team's word" in err
    assert "note: Hooks were not run" in err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        pytest.param(("check", "/nowhere"), 2, "is not a folder", id="no-such-folder"),
        pytest.param(("check", str(TEMPLATES)), 1, "template.yml", id="no-template"),
        pytest.param(
            ("render", str(TEMPLATES / "greeter"), "--set", "tone", "--output", "x"),
            1,
            "NAME=VALUE",
            id="no-equals",
        ),
        pytest.param(
            ("render", str(TEMPLATES / "greeter"), "--set", "tune=x", "--output", "x"),
            1,
            "tone",
            id="near-miss",
        ),
    ],
)
async def test_what_an_author_got_wrong_is_said(
    arguments: tuple[str, ...], code: int, said: str, tmp_path: Path
) -> None:
    found, out, err = await run("template", *arguments, cwd=tmp_path)
    assert found == code
    assert said in out + err
    assert "Traceback" not in err
