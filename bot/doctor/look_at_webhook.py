"""Whether GitHub's webhooks can arrive: one signed ping goes where GitHub sends them."""

from collections.abc import Mapping
from typing import Final

from bot.doctor.finding import NETWORK, Finding, words_of
from bot.doctor.probes import PingSeen, Probes, Trouble
from bot.errors import RetryLater
from bot.github.port import GitHubError

NAME: Final = "webhook"
TROUBLES: Final[Mapping[Trouble, tuple[str, str]]] = {
    "no-name": (
        "its host name is not known.",
        "Mend the name in the DNS, or the address in the App's settings.",
    ),
    "refused": (
        "nothing can be reached there.",
        "Start `paved-road serve`, and look at the proxy, the firewall and the port.",
    ),
    "certificate": (
        "its certificate is not trusted.",
        "Give the proxy a certificate for that name that a public authority signed; GitHub checks.",
    ),
    "tls": ("a secure connection could not be made.", "Look at the TLS settings of the proxy."),
    "too-slow": (
        "no answer came within 10 seconds, which is as long as GitHub waits.",
        "Look at the proxy and at the bot's log; /readyz says whether its store answers.",
    ),
    "broken": ("the connection broke.", "Look at the proxy and at the bot's log."),
}
STATUSES: Final[Mapping[int, tuple[str, str]]] = {
    401: (
        "the bot there did not take the signature.",
        "It runs with another WEBHOOK_SECRET than this machine: set both to the App's.",
    ),
    404: (
        "nothing takes webhooks at that path.",
        "Correct the address in the App's settings; it ends with /webhook.",
    ),
    503: (
        "the bot there cannot save what comes.",
        "Look at its store: /readyz says what is wrong. A bot that is not set up yet says so, too.",
    ),
}


async def look_at_webhook(probes: Probes) -> list[Finding]:
    """One finding. It is told from here: GitHub comes from elsewhere."""
    try:
        seen = await probes.ping()
    except (GitHubError, RetryLater, OSError) as error:
        return [Finding(NAME, False, f"Could not be told: {words_of(error)}", NETWORK)]
    return [_judged(seen)]


def _judged(seen: PingSeen) -> Finding:
    if not seen.url:
        do = "Put the bot's public address, ending with /webhook, into the App's settings."
        return Finding(NAME, False, "The App has no webhook address.", do)
    if seen.trouble:
        what, do = TROUBLES[seen.trouble]
    elif seen.status in (200, 202):
        return Finding(NAME, True, f"{seen.url} takes a signed ping.")
    else:
        other = (
            f"it answered {seen.status}.",
            "Another program may answer there; look at the proxy.",
        )
        what, do = STATUSES.get(seen.status, other)
    return Finding(NAME, False, f"{seen.url}: {what}", do)
