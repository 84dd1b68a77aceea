"""``paved-road doctor``: looks at everything the bot leans on and says what to do.

It only looks. Each check is given as a small function by the composition root,
so what is examined is what ``serve`` will use.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from email.utils import parsedate_to_datetime

from bot.clock import Clock
from bot.errors import RetryLater
from bot.github.port import GitHubError
from bot.queue.port import QueueStats, QueueUnavailable
from bot.settings import Settings, SettingsError
from bot.setup import Manifest
from bot.store.port import StoreUnavailable

PATIENCE_S = 15.0  # for one check
SKEW_S = 30.0  # GitHub accepts a token issued up to 60 s ago; half of that is too near
OLD_AGE_S = 600.0  # a message that has waited so long waits for nobody
LEVELS = {"read": 1, "write": 2, "admin": 3}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. ``do`` is empty where nothing is to be done."""

    name: str
    ok: bool
    what: str
    do: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSeen:
    """GitHub's answer to ``GET /app``: 200 with these fields, or another status without."""

    status: int
    date: str  # the Date header
    slug: str = ""
    permissions: Mapping[str, str]
    events: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """How to look. What a look raises becomes a finding.

    GitHub's may raise GitHubError, RetryLater and OSError, the others what their
    ports say. ``app`` asks GitHub as the App, once and without retries. ``installed`` says
    whether the App is installed in that organisation. ``isolation`` is the name
    of how templates are rendered: ``bubblewrap`` or ``process``. ``linters`` has each
    program that looks at what templates make, and whether it is here.
    """

    app: Callable[[], Awaitable[AppSeen]]
    installed: Callable[[str], Awaitable[bool]]
    store: Callable[[], Awaitable[None]]
    queue: Callable[[], Awaitable[QueueStats]]
    isolation: Callable[[], Awaitable[str]]
    linters: Callable[[], Awaitable[Mapping[str, bool]]]
    clock: Clock


async def examine(
    settings: Settings | SettingsError, probes: Probes | None, manifest: Manifest
) -> list[Finding]:
    """Everything that was found, in the order in which it is best mended.

    Without settings (``probes`` is then None) only the settings are judged.
    """
    if isinstance(settings, SettingsError) or probes is None:
        problems = settings.problems if isinstance(settings, SettingsError) else {}
        return [_setting(name, what) for name, what in problems.items()]
    checks = {"GitHub": _app(probes, manifest)}
    for organization in settings.organizations:
        checks[f"installation in {organization}"] = _installed(probes, organization)
    checks |= {
        "store": _store(probes),
        "queue": _queue(probes),
        "rendering": _isolation(probes),
        "linters": _linters(probes),
    }
    found = await asyncio.gather(*(_in_time(name, check) for name, check in checks.items()))
    complete = Finding("settings", True, "Complete.")
    return [complete, *(finding for findings in found for finding in findings)]


def as_text(findings: Sequence[Finding]) -> str:
    """For a terminal: one mark a line, and below each problem what to do."""
    lines = []
    for finding in findings:
        lines.append(f"{'✅' if finding.ok else '❌'} {finding.name}: {finding.what}")
        if finding.do:
            lines.append(f"   → {finding.do}")
    return "\n".join(lines)


def as_json(findings: Sequence[Finding]) -> str:
    """``{"ok": bool, "findings": [{"name", "ok", "what", "do"}]}``."""
    told = {"ok": all_well(findings), "findings": [asdict(finding) for finding in findings]}
    return json.dumps(told, ensure_ascii=False, indent=2)


def all_well(findings: Sequence[Finding]) -> bool:
    """Whether nothing keeps the bot from working."""
    return all(finding.ok for finding in findings)


def _setting(name: str, what: str) -> Finding:
    return Finding(
        f"setting {name}",
        False,
        f"{name} {what}.",
        "`paved-road setup` registers the App and writes the settings; or set it yourself.",
    )


async def _in_time(name: str, check: Awaitable[list[Finding]]) -> list[Finding]:
    try:
        return await asyncio.wait_for(check, PATIENCE_S)
    except TimeoutError:
        return [Finding(name, False, f"No answer within {PATIENCE_S:.0f} seconds.", _NETWORK)]


_NETWORK = "Check the network, a proxy and GITHUB_API_URL; see githubstatus.com."


async def _app(probes: Probes, manifest: Manifest) -> list[Finding]:
    try:
        seen = await probes.app()
    except (GitHubError, RetryLater, OSError) as error:
        return [Finding("GitHub", False, f"Not reached: {type(error).__name__}.", _NETWORK)]
    clock = _clock(seen, probes.clock.now_s())
    if seen.status == 401:
        return [clock, _refused(clock)]
    if seen.status != 200:
        return [clock, Finding("GitHub", False, f"Answered {seen.status} to the App.", _NETWORK)]
    known = Finding("App", True, f"GitHub knows it as {seen.slug}.")
    return [clock, known, _permissions(seen, manifest), _events(seen, manifest)]


def _refused(clock: Finding) -> Finding:
    do = "Set APP_ID and the private key of the same App; a key that was deleted is refused, too."
    if not clock.ok:
        do = "Set the clock first: tokens that seem to come from another time are refused."
    return Finding("App", False, "GitHub refused its key.", do)


def _clock(seen: AppSeen, now_s: float) -> Finding:
    try:
        theirs_s = parsedate_to_datetime(seen.date).timestamp()
    except ValueError:
        return Finding("clock", False, "GitHub's answer had no date.", _NETWORK)
    skew_s = now_s - theirs_s
    if abs(skew_s) <= SKEW_S:
        return Finding("clock", True, f"Within {SKEW_S:.0f} seconds of GitHub's.")
    side = "ahead of" if skew_s > 0 else "behind"
    return Finding(
        "clock",
        False,
        f"{abs(skew_s):.0f} seconds {side} GitHub's.",
        "Let the machine's clock follow a time server (NTP).",
    )


def _permissions(seen: AppSeen, manifest: Manifest) -> Finding:
    wanted = manifest.permissions
    missing = [
        f"{name}: {level}"
        for name, level in wanted.items()
        if LEVELS.get(seen.permissions.get(name, ""), 0) < LEVELS[level]
    ]
    more = [
        f"{name}: {level}"
        for name, level in seen.permissions.items()
        if LEVELS.get(level, 0) > LEVELS.get(wanted.get(name, ""), 0)
    ]
    if missing:
        return Finding(
            "permissions",
            False,
            f"Missing: {', '.join(missing)}.",
            "Add them in the App's settings; then an owner accepts them in the organisation's.",
        )
    if more:
        return Finding(
            "permissions",
            True,
            f"More than app.yml asks for: {', '.join(more)}.",
            "Take away in the App's settings what nothing else uses.",
        )
    return Finding("permissions", True, "As app.yml asks for.")


def _events(seen: AppSeen, manifest: Manifest) -> Finding:
    missing = [event for event in manifest.events if event not in seen.events]
    if missing:
        return Finding(
            "events",
            False,
            f"Not subscribed to: {', '.join(missing)}.",
            "Tick them in the App's settings under Permissions & events.",
        )
    return Finding("events", True, "As app.yml asks for.")


async def _installed(probes: Probes, organization: str) -> list[Finding]:
    name = f"installation in {organization}"
    try:
        there = await probes.installed(organization)
    except (GitHubError, RetryLater, OSError) as error:
        return [Finding(name, False, f"Could not be told: {type(error).__name__}.", _NETWORK)]
    if there:
        return [Finding(name, True, "Installed.")]
    do = "An owner installs the App there, on all repositories; or take it out of ORGANIZATIONS."
    return [Finding(name, False, "Not installed.", do)]


async def _store(probes: Probes) -> list[Finding]:
    try:
        await probes.store()
    except StoreUnavailable as error:
        do = "Look at the disk's space and the file's owner, or at STORE_URL."
        return [Finding("store", False, str(error), do)]
    return [Finding("store", True, "Works.")]


async def _queue(probes: Probes) -> list[Finding]:
    try:
        stats = await probes.queue()
    except QueueUnavailable as error:
        do = "Look at QUEUE_URL; for a file also at the disk's space and the file's owner."
        return [Finding("queue", False, str(error), do)]
    if stats.oldest_age_s is not None and stats.oldest_age_s > OLD_AGE_S:
        what = f"The oldest of {stats.depth} messages waits for {stats.oldest_age_s:.0f} seconds."
        return [Finding("queue", False, what, "Start `paved-road work`, or look at its log.")]
    if stats.dead:
        what = f"Works; {stats.dead} messages were given up."
        do = "`paved-road queue dead list` says why, `… dead redrive ID` tries one again."
        return [Finding("queue", True, what, do)]
    return [Finding("queue", True, "Works.")]


async def _isolation(probes: Probes) -> list[Finding]:
    how = await probes.isolation()
    if how == "bubblewrap":
        return [Finding("rendering", True, "Templates are rendered in bubblewrap.")]
    return [
        Finding(
            "rendering",
            True,
            f"Templates are rendered in a plain child process ({how}); hooks are refused.",
            "Install bubblewrap (Debian: `apt-get install bubblewrap`) and allow user namespaces.",
        )
    ]


async def _linters(probes: Probes) -> list[Finding]:
    """None keeps the bot from working: what could not be looked at is told with each check."""
    there = await probes.linters()
    missing = [name for name, is_here in there.items() if not is_here]
    found = ", ".join(name for name, is_here in there.items() if is_here)
    if not missing:
        return [Finding("linters", True, f"{found}.")]
    return [
        Finding(
            "linters",
            True,
            f"{found or 'none'}; not here: {', '.join(missing)}.",
            "Templates are checked without them, and each check says so. Put them on the PATH; for "
            "Terraform's own validation also name a provider mirror in TF_PLUGIN_MIRROR_DIR.",
        )
    ]
