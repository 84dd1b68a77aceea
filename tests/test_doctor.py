"""`paved-road doctor`: what is wrong with an installation, and what to do about it."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.utils import formatdate

import pytest

from bot import doctor
from bot.clock import ManualClock
from bot.doctor import AppSeen, Finding, Probes, all_well, as_json, as_text, examine
from bot.errors import RetryLater
from bot.github.port import Forbidden, RepositoryName
from bot.queue.port import QueueStats, QueueUnavailable
from bot.settings import Settings, SettingsError
from bot.setup import read_manifest
from bot.store.port import StoreUnavailable

NOW_S = 1_700_000_000.0
MANIFEST = read_manifest()
NOTHING_WAITS = QueueStats(depth=0, oldest_age_s=0, dead=0)
SETTINGS = Settings(
    app_id=1,
    private_key="key",
    webhook_secret="secret",
    organizations=("acme",),
    catalog_repository=RepositoryName("acme", "catalog"),
)


@dataclass
class Installation:
    """A bot's surroundings, healthy until a test breaks something."""

    app: AppSeen | Exception = field(
        default_factory=lambda: AppSeen(
            status=200,
            date=formatdate(NOW_S, usegmt=True),
            slug="paved-road-for-acme",
            permissions=MANIFEST.permissions,
            events=MANIFEST.events,
        )
    )
    installed: frozenset[str] = frozenset({"acme"})
    store: Exception | None = None
    queue: QueueStats | Exception = NOTHING_WAITS
    isolation: str = "bubblewrap"
    linters: dict[str, bool] = field(default_factory=lambda: {"zizmor": True})

    def probes(self) -> Probes:
        async def app() -> AppSeen:
            if isinstance(self.app, Exception):
                raise self.app
            return self.app

        async def installed(organization: str) -> bool:
            return organization in self.installed

        async def store() -> None:
            if self.store:
                raise self.store

        async def queue() -> QueueStats:
            if isinstance(self.queue, Exception):
                raise self.queue
            return self.queue

        async def isolation() -> str:
            return self.isolation

        async def linters() -> dict[str, bool]:
            return self.linters

        return Probes(
            app=app,
            installed=installed,
            store=store,
            queue=queue,
            isolation=isolation,
            linters=linters,
            clock=ManualClock(NOW_S),
        )


def seen(**changes: object) -> AppSeen:
    healthy = Installation().app
    assert isinstance(healthy, AppSeen)
    return replace(healthy, **changes)  # type: ignore[arg-type]  # a test names its field


async def diagnose(here: Installation) -> list[Finding]:
    return await examine(SETTINGS, here.probes(), MANIFEST)


async def test_where_to_look_depends_on_the_engine() -> None:
    here = Installation(store=StoreUnavailable("Nothing listens there."))
    for url, words in (("sqlite:///road.db", "disk"), ("mongodb://db.example/road", "primary")):
        settings = replace(SETTINGS, store_url=url)
        findings = await examine(settings, here.probes(), MANIFEST)
        (found,) = [finding for finding in findings if finding.name == "store"]
        assert words in found.do
        assert "STORE_URL" in found.do


async def test_a_healthy_installation_is_all_green() -> None:
    """Every line has its mark and nothing is to be done."""
    findings = await diagnose(Installation())

    assert all_well(findings)
    assert [finding.name for finding in findings] == [
        "settings",
        "clock",
        "App",
        "permissions",
        "events",
        "installation in acme",
        "store",
        "queue",
        "rendering",
        "linters",
    ]
    assert "→" not in as_text(findings)
    assert as_text(findings).count("✅") == 10


def without(permissions: Mapping[str, str], name: str) -> dict[str, str]:
    return {key: level for key, level in permissions.items() if key != name}


@pytest.mark.parametrize(
    ("here", "name", "says", "do"),
    [
        pytest.param(
            Installation(app=seen(date=formatdate(NOW_S - 300))),
            "clock",
            "300 seconds ahead of",
            "NTP",
            id="clock-ahead",
        ),
        pytest.param(
            Installation(app=seen(date=formatdate(NOW_S + 300))),
            "clock",
            "300 seconds behind",
            "NTP",
            id="clock-behind",
        ),
        pytest.param(Installation(app=seen(date="")), "clock", "no date", "network", id="no-date"),
        pytest.param(
            Installation(app=seen(status=401)), "App", "refused its key", "APP_ID", id="wrong-key"
        ),
        pytest.param(
            Installation(app=seen(status=401, date=formatdate(NOW_S - 900))),
            "App",
            "refused its key",
            "clock first",
            id="refused-for-the-clock",
        ),
        pytest.param(
            Installation(app=seen(status=503)), "GitHub", "503", "githubstatus", id="github-broke"
        ),
        pytest.param(
            Installation(app=OSError("no route")),
            "GitHub",
            "Not reached",
            "GITHUB_API_URL",
            id="no-network",
        ),
        pytest.param(
            Installation(app=RetryLater("limit")), "GitHub", "RetryLater", "network", id="limited"
        ),
        pytest.param(
            Installation(app=Forbidden("no")), "GitHub", "Forbidden", "network", id="forbidden"
        ),
        pytest.param(
            Installation(app=seen(permissions=without(MANIFEST.permissions, "checks"))),
            "permissions",
            "Missing: checks: write",
            "App's settings",
            id="permission-missing",
        ),
        pytest.param(
            Installation(app=seen(permissions={**MANIFEST.permissions, "contents": "read"})),
            "permissions",
            "Missing: contents: write",
            "accepts",
            id="permission-too-low",
        ),
        pytest.param(
            Installation(app=seen(events=("issues", "push"))),
            "events",
            "issue_comment",
            "Permissions & events",
            id="event-missing",
        ),
        pytest.param(
            Installation(installed=frozenset()),
            "installation in acme",
            "Not installed",
            "all repositories",
            id="not-installed",
        ),
        pytest.param(
            Installation(store=StoreUnavailable("The disk is full.")),
            "store",
            "The disk is full.",
            "STORE_URL",
            id="store",
        ),
        pytest.param(
            Installation(queue=QueueUnavailable("The file is locked.")),
            "queue",
            "The file is locked.",
            "QUEUE_URL",
            id="queue",
        ),
        pytest.param(
            Installation(queue=QueueStats(depth=3, oldest_age_s=4_000, dead=0)),
            "queue",
            "oldest of 3 messages",
            "paved-road work",
            id="nobody-works",
        ),
    ],
)
async def test_what_is_wrong_is_named_with_what_to_do(
    here: Installation, name: str, says: str, do: str
) -> None:
    """One problem, one line, one thing to do."""
    findings = await diagnose(here)

    [finding] = [each for each in findings if each.name == name]
    assert not finding.ok
    assert not all_well(findings)
    assert says in finding.what
    assert do in finding.do


@pytest.mark.parametrize(
    ("here", "name", "says"),
    [
        pytest.param(
            Installation(app=seen(permissions={**MANIFEST.permissions, "secrets": "write"})),
            "permissions",
            "secrets: write",
            id="more-permissions-than-needed",
        ),
        pytest.param(
            Installation(queue=QueueStats(depth=0, oldest_age_s=0, dead=2)),
            "queue",
            "2 messages were given up",
            id="dead-letters",
        ),
        pytest.param(
            Installation(isolation="process"), "rendering", "plain child process", id="isolation"
        ),
        pytest.param(
            Installation(linters={"zizmor": True, "terraform": False}),
            "linters",
            "zizmor; not here: terraform",
            id="linters",
        ),
    ],
)
async def test_what_could_be_better_is_told_and_stops_nobody(
    here: Installation, name: str, says: str
) -> None:
    """The bot works; there is something to mend when there is time."""
    findings = await diagnose(here)

    [finding] = [each for each in findings if each.name == name]
    assert all_well(findings)
    assert says in finding.what
    assert finding.do


async def test_without_settings_their_problems_are_the_findings() -> None:
    """Every missing setting is a line of its own, and setup is suggested."""
    with pytest.raises(SettingsError) as told:
        Settings.from_env({})

    findings = await examine(told.value, None, MANIFEST)

    assert len(findings) == len(told.value.problems)
    assert not all_well(findings)
    assert all("paved-road setup" in finding.do for finding in findings)


async def test_a_check_that_hangs_does_not_hang_the_doctor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Behind a proxy that swallows everything the other findings still come."""
    monkeypatch.setattr(doctor, "PATIENCE_S", 0.01)

    async def never() -> AppSeen:
        await asyncio.Event().wait()
        raise AssertionError

    findings = await examine(SETTINGS, replace(Installation().probes(), app=never), MANIFEST)

    assert [finding.name for finding in findings if not finding.ok] == ["GitHub"]
    assert "store" in [finding.name for finding in findings]


async def test_machines_read_json() -> None:
    """`--json` says the same in fields."""
    findings = await diagnose(Installation(store=StoreUnavailable("Full.")))

    told = json.loads(as_json(findings))

    assert told["ok"] is False
    assert {"name": "store", "ok": False, "what": "Full."}.items() <= next(
        each for each in told["findings"] if each["name"] == "store"
    ).items()
