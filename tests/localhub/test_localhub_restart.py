"""A sandbox started again on its folder goes on where it was."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.localhub import LocalHub
from bot.localhub.state import journal
from tests.localhub.client import app_jwt, asking
from tests.localhub.fixtures import EVENTS, PERMISSIONS


async def _fill(hub: LocalHub) -> tuple[str, str]:
    """Something of every kind; a person's and an installation's token."""
    hub.add_organization("acme", plan="team")
    hub.add_member("acme", "olga", role="admin")
    team = hub.add_team("acme", "payments", members=["dana"])
    hub.add_repository("acme/catalog", {"README.md": b"# Catalog\n"})
    app = hub.add_app("paved-road", permissions=PERMISSIONS, events=EVENTS)
    installation = hub.install(app, "acme")
    owner = hub.user("olga")
    issue = hub.create_issue(owner, "acme/catalog", "Slow", "Very", ["bug"])
    comment = hub.add_comment(owner, "acme/catalog", issue.number, "Why?")
    hub.react(owner, "acme/catalog", issue.number, "eyes", comment_id=comment.id)
    hub.set_topics(owner, "acme/catalog", ["kotlin"])
    hub.grant_team(owner, "acme/catalog", team, "push")
    hub.create_ruleset(
        owner,
        "acme/catalog",
        {"name": "r", "enforcement": "active", "rules": [{"type": "deletion"}]},
    )
    hub.put_environment(owner, "acme/catalog", "dev", {})
    head = hub.git(hub.repository("acme/catalog")).branch("main")
    hub.create_check_run(
        hub.app_actor(app), "acme/catalog", {"name": "c", "head_sha": head, "external_id": "e"}
    )
    return owner.token, hub.mint_token(installation).token


async def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    """Issues, comments, reactions, teams, rules, checks, code; tokens still open doors."""
    async with LocalHub.start(tmp_path) as hub:
        person_token, bot_token = await _fill(hub)
        app = hub.world.apps.find("paved-road")
    assert app is not None
    async with LocalHub.start(tmp_path) as hub:
        async with asking(hub, person_token) as person:
            (issue,) = await person.ok("GET /repos/acme/catalog/issues")
            assert [one["name"] for one in issue["labels"]] == ["bug"]
            (comment,) = await person.ok("GET /repos/acme/catalog/issues/1/comments")
            assert comment["reactions"]["eyes"] == 1
            repository = await person.ok("GET /repos/acme/catalog")
            assert repository["topics"] == ["kotlin"]
        async with asking(hub, bot_token) as bot:
            runs = await bot.ok("GET /repos/acme/catalog/commits/main/check-runs")
            assert [one["external_id"] for one in runs["check_runs"]] == ["e"]
            file = await bot.ok("GET /repos/acme/catalog/contents/README.md")
            assert file["size"] == len(b"# Catalog\n")
        async with asking(hub, app_jwt(app)) as jwt:
            assert len(await jwt.ok("GET /app/installations")) == 1
        new = hub.create_issue(hub.user("olga"), "acme/catalog", "Next")
        assert new.number == 2
        assert len({i.id for i in hub.world.issues} | {c.id for c in hub.world.comments}) == 3


async def test_what_was_deleted_stays_deleted(tmp_path: Path) -> None:
    """A repository that is gone does not come back, and its name is free."""
    async with LocalHub.start(tmp_path) as hub:
        await _fill(hub)
        hub.delete_repository(hub.user("olga"), "acme/catalog")
    async with LocalHub.start(tmp_path) as hub:
        assert list(hub.world.repositories) == []
        assert list(hub.world.issues) == []
        assert list(hub.world.check_runs) == []
        hub.add_repository("acme/catalog", {"a": b"a"})


async def test_an_app_added_again_keeps_its_key_and_takes_the_new_address(
    tmp_path: Path,
) -> None:
    """The sandbox restarts on another port; the App's credentials stay."""
    async with LocalHub.start(tmp_path) as hub:
        hub.add_organization("acme")
        first = hub.add_app("bot", permissions={}, events=[], webhook_url="http://old")
        key, number = first.private_key_pem, first.id
    async with LocalHub.start(tmp_path) as hub:
        again = hub.add_app("bot", permissions={}, events=["push"], webhook_url="http://new")
        assert (again.private_key_pem, again.id) == (key, number)
        assert again.webhook_url == "http://new"


async def test_a_long_journal_is_rewritten_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A comment edited a hundred times is kept once."""
    monkeypatch.setattr(journal, "REWRITE_AFTER_BYTES", 10_000)
    async with LocalHub.start(tmp_path) as hub:
        token, _ = await _fill(hub)
        (comment,) = hub.world.comments
        async with asking(hub, token) as person:
            for number in range(100):
                path = f"/repos/acme/catalog/issues/comments/{comment.id}"
                await person.ok(f"PATCH {path}", {"body": f"{number} " * 100})
        assert (tmp_path / "journal.jsonl").stat().st_size < 30_000
    async with LocalHub.start(tmp_path) as hub:
        assert [one.body[:3] for one in hub.world.comments] == ["99 "]
        assert len(hub.world.labels.of(hub.repository("acme/catalog").id)) == 9


async def test_a_torn_last_line_of_the_journal_is_forgotten(tmp_path: Path) -> None:
    """Killed in the middle of writing: everything before that line is there."""
    async with LocalHub.start(tmp_path) as hub:
        hub.add_organization("acme")
    with (tmp_path / "journal.jsonl").open("ab") as journal:
        journal.write(b'["put","Organization",{"id":99')
    async with LocalHub.start(tmp_path) as hub:
        assert [one.login for one in hub.world.organizations] == ["acme"]


def test_it_runs_as_a_process_of_its_own_and_survives_a_kill(tmp_path: Path) -> None:
    """One line of JSON says where it is; killed and started again it has the same App."""
    first = _ready_line(tmp_path, signal.SIGKILL)
    second = _ready_line(tmp_path, signal.SIGTERM)
    assert first["app_id"] == second["app_id"]
    assert first["private_key"] == second["private_key"]
    assert first["token"] == second["token"]


def _ready_line(folder: Path, end: signal.Signals) -> dict[str, object]:
    command = [sys.executable, "-m", "bot.localhub", str(folder / "hub")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready: dict[str, object] = json.loads(process.stdout.readline())
        process.send_signal(end)
        code = process.wait(timeout=60)
    assert code == (0 if end is signal.SIGTERM else -signal.SIGKILL)
    return ready
