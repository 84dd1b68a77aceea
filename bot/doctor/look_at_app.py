"""The App on GitHub: its clock, its key, what it may do, and where it is installed."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Final

from bot.doctor.finding import NETWORK, Finding, words_of
from bot.doctor.probes import AppSeen, InstallationSeen, Probes
from bot.errors import RetryLater
from bot.github.port import GitHubError
from bot.setup import Manifest

SKEW_S: Final = 30.0  # GitHub accepts a token issued up to 60 s ago; half of that is too near
LEVELS: Final = {"read": 1, "write": 2, "admin": 3}


async def look_at_app(probes: Probes, manifest: Manifest) -> list[Finding]:
    """Clock, key, permissions and events."""
    try:
        seen = await probes.app()
    except (GitHubError, RetryLater, OSError) as error:
        return [Finding("GitHub", False, f"Not reached: {words_of(error)}", NETWORK)]
    clock = _clock(seen, probes.clock.now_s())
    if seen.status == 401:
        return [clock, _refused(clock)]
    if seen.status != 200:
        return [clock, Finding("GitHub", False, f"Answered {seen.status} to the App.", NETWORK)]
    known = Finding("App", True, f"GitHub takes its key and knows it as {seen.slug}.")
    return [clock, known, _permissions(seen, manifest), _events(seen, manifest)]


async def look_at_installation(
    probes: Probes, organization: str, manifest: Manifest
) -> list[Finding]:
    """Whether it is installed there, on everything, with everything."""
    name = f"installation in {organization}"
    try:
        there = await probes.installed(organization)
    except (GitHubError, RetryLater, OSError) as error:
        return [Finding(name, False, f"Could not be told: {words_of(error)}", NETWORK)]
    if there is None:
        do = "An owner installs the App there, on all repositories: see the page of the App, "
        return [Finding(name, False, "Not installed.", f"{do}or take it out of ORGANIZATIONS.")]
    return [_installation(name, there, manifest)]


def _installation(name: str, there: InstallationSeen, manifest: Manifest) -> Finding:
    at = f"An owner of the organisation at {there.html_url}"
    if there.suspended:
        return Finding(name, False, "Suspended.", f"{at}: unsuspend it.")
    missing = _missing(there.permissions, manifest.permissions)
    if missing:
        what = f"Not granted here: {', '.join(missing)}."
        return Finding(name, False, what, f"{at}: accept the new permissions, once the App asks.")
    if not there.all_repositories:
        what = "Installed on select repositories; it cannot reach those that it creates."
        return Finding(name, False, what, f"{at}: choose all repositories.")
    return Finding(name, True, "Installed on all repositories, with all permissions.")


def _refused(clock: Finding) -> Finding:
    do = "Set APP_ID and the private key of the same App; a key that was deleted is refused, too."
    if not clock.ok:
        do = "Set the clock first: tokens that seem to come from another time are refused."
    return Finding("App", False, "GitHub refused its key.", do)


def _clock(seen: AppSeen, now_s: float) -> Finding:
    try:
        theirs_s = parsedate_to_datetime(seen.date).timestamp()
    except ValueError:
        return Finding("clock", False, "GitHub's answer had no date.", NETWORK)
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


def _missing(has: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    return [
        f"{name}: {level}"
        for name, level in wanted.items()
        if LEVELS.get(has.get(name, ""), 0) < LEVELS[level]
    ]


def _permissions(seen: AppSeen, manifest: Manifest) -> Finding:
    missing = _missing(seen.permissions, manifest.permissions)
    page = f"{seen.settings_url}/permissions"
    if missing:
        return Finding(
            "permissions",
            False,
            f"Missing: {', '.join(missing)}.",
            f"Add them at {page}; then an owner accepts them where the App is installed.",
        )
    more = _missing(
        manifest.permissions, {n: v for n, v in seen.permissions.items() if v in LEVELS}
    )
    if more:
        return Finding(
            "permissions",
            True,
            f"More than app.yml asks for: {', '.join(more)}.",
            f"Take away at {page} what nothing else uses.",
        )
    return Finding("permissions", True, "As app.yml asks for.")


def _events(seen: AppSeen, manifest: Manifest) -> Finding:
    missing = [event for event in manifest.events if event not in seen.events]
    if missing:
        return Finding(
            "events",
            False,
            f"Not subscribed to: {', '.join(missing)}.",
            f"Tick them under Subscribe to events at {seen.settings_url}/permissions.",
        )
    return Finding("events", True, "As app.yml asks for.")
