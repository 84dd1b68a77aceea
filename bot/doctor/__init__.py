"""``paved-road doctor``: looks at everything the bot leans on and says what to do.

It only looks, and sends one ping to the bot's own webhook. Each look is given as a small
function by the command, so what is examined is what ``serve`` will use.
"""

from bot.doctor.finding import Finding, all_well, as_json, as_text
from bot.doctor.look_at_everything import examine
from bot.doctor.probes import AppSeen, InstallationSeen, PingSeen, Probes

__all__ = [
    "AppSeen",
    "Finding",
    "InstallationSeen",
    "PingSeen",
    "Probes",
    "all_well",
    "as_json",
    "as_text",
    "examine",
]
