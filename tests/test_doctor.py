"""`paved-road doctor`: what is wrong with an installation, and what to do about it."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from email.utils import formatdate

import pytest

from bot.clock import ManualClock
from bot.doctor import (
    AppSeen,
    Finding,
    InstallationSeen,
    PingSeen,
    Probes,
    all_well,
    as_json,
    as_text,
    examine,
)
from bot.doctor.probes import Trouble
from bot.errors import RetryLater
from bot.github.port import Forbidden, RepositoryName
from bot.queue.port import QueueStats, QueueUnavailable
from bot.rendering import RendererUnavailable
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


SETTINGS_OF = "https://github.com/organizations/acme/settings"
HOOK = "https://road.acme.example/webhook"
ALL = InstallationSeen(html_url=f"{SETTINGS_OF}/installations/3", permissions=MANIFEST.permissions)

TAKEN = PingSeen(url=HOOK, status=202)


@dataclass
class Installation:
    """A bot's surroundings, healthy until a test breaks something."""

    app: AppSeen | Exception = field(
        default_factory=lambda: AppSeen(
            status=200,
            date=formatdate(NOW_S, usegmt=True),
            slug="paved-road-for-acme",
            settings_url=f"{SETTINGS_OF}/apps/paved-road-for-acme",
            permissions=MANIFEST.permissions,
            events=MANIFEST.events,
        )
    )
    installed: InstallationSeen | Exception | None = ALL
    ping: PingSeen | Exception = TAKEN
    store: Exception | None = None
    queue: QueueStats | Exception = NOTHING_WAITS
    rendering: str | Exception = "bubblewrap"
    linters: dict[str, bool] = field(default_factory=lambda: {"zizmor": True})

    def probes(self) -> Probes:
        async def app() -> AppSeen:
            if isinstance(self.app, Exception):
                raise self.app
            return self.app

        async def installed(_organization: str) -> InstallationSeen | None:
            if isinstance(self.installed, Exception):
                raise self.installed
            return self.installed

        async def ping() -> PingSeen:
            if isinstance(self.ping, Exception):
                raise self.ping
            return self.ping

        async def store() -> None:
            if self.store:
                raise self.store

        async def queue() -> QueueStats:
            if isinstance(self.queue, Exception):
                raise self.queue
            return self.queue

        async def rendering() -> str:
            if isinstance(self.rendering, Exception):
                raise self.rendering
            return self.rendering

        async def linters() -> dict[str, bool]:
            return self.linters

        return Probes(
            app=app,
            installed=installed,
            ping=ping,
            store=store,
            queue=queue,
            rendering=rendering,
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
        "webhook",
        "store",
        "queue",
        "rendering",
        "linters",
    ]
    assert "→" not in as_text(findings)
    assert as_text(findings).count("✅") == 11


def without(permissions: Mapping[str, str], name: str) -> dict[str, str]:
    return {key: level for key, level in permissions.items() if key != name}


TROUBLES: list[tuple[int, Trouble, str, str]] = [
    (0, "no-name", "its host name is not known", "DNS"),
    (0, "refused", "nothing can be reached there", "firewall"),
    (0, "certificate", "its certificate is not trusted", "public authority"),
    (0, "tls", "a secure connection could not be made", "TLS"),
    (0, "too-slow", "no answer came within 10 seconds", "/readyz"),
    (0, "broken", "the connection broke", "proxy"),
    (401, "", "the bot there did not take the signature", "WEBHOOK_SECRET"),
    (404, "", "nothing takes webhooks at that path", "/webhook"),
    (503, "", "the bot there cannot save what comes", "store"),
    (302, "", "it answered 302", "proxy"),
]


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
            Installation(app=RetryLater("Too many.")),
            "GitHub",
            "Too many.",
            "network",
            id="limited",
        ),
        pytest.param(
            Installation(app=Forbidden("no")), "GitHub", "Forbidden", "network", id="forbidden"
        ),
        pytest.param(
            Installation(app=seen(permissions=without(MANIFEST.permissions, "checks"))),
            "permissions",
            "Missing: checks: write",
            "settings/apps/paved-road-for-acme/permissions",
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
            "settings/apps/paved-road-for-acme/permissions",
            id="event-missing",
        ),
        pytest.param(
            Installation(installed=None),
            "installation in acme",
            "Not installed",
            "all repositories",
            id="not-installed",
        ),
        pytest.param(
            Installation(installed=OSError("no route")),
            "installation in acme",
            "Could not be told",
            "network",
            id="installation-unknown",
        ),
        pytest.param(
            Installation(
                installed=replace(ALL, permissions=without(MANIFEST.permissions, "members"))
            ),
            "installation in acme",
            "Not granted here: members: read",
            "settings/installations/3: accept",
            id="not-accepted",
        ),
        pytest.param(
            Installation(installed=replace(ALL, all_repositories=False)),
            "installation in acme",
            "select repositories",
            "settings/installations/3: choose all",
            id="not-on-all-repositories",
        ),
        pytest.param(
            Installation(installed=replace(ALL, suspended=True)),
            "installation in acme",
            "Suspended",
            "settings/installations/3: unsuspend",
            id="suspended",
        ),
        *(
            pytest.param(
                Installation(ping=PingSeen(url=HOOK, status=status, trouble=trouble)),
                "webhook",
                f"{HOOK}: {says}",
                do,
                id=f"webhook-{trouble or status}",
            )
            for status, trouble, says, do in TROUBLES
        ),
        pytest.param(
            Installation(ping=PingSeen(url="")),
            "webhook",
            "no webhook address",
            "App's settings",
            id="webhook-none",
        ),
        pytest.param(
            Installation(ping=RetryLater("limit")),
            "webhook",
            "Could not be told",
            "network",
            id="webhook-unknown",
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
        pytest.param(
            Installation(rendering=RendererUnavailable("no process could be started")),
            "rendering",
            "No template can be rendered: no process could be started",
            "/tmp",
            id="no-rendering",
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
            Installation(rendering="process"), "rendering", "plain child process", id="isolation"
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
    monkeypatch.setattr("bot.doctor.look_at_everything.PATIENCE_S", 0.01)

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
    assert {"name": "store", "ok": False, "what": "SQLite: Full."}.items() <= next(
        each for each in told["findings"] if each["name"] == "store"
    ).items()
