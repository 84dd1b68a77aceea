"""A GitHub on your machine: REST subset, webhooks, git and pages, for `sandbox` and tests."""

from bot.localhub.actions.act import ActRunner, Unavailable
from bot.localhub.faults import Fault, Faults, WebhookFault
from bot.localhub.refusal import Refused
from bot.localhub.server import LocalHub

__all__ = [
    "ActRunner",
    "Fault",
    "Faults",
    "LocalHub",
    "Refused",
    "Unavailable",
    "WebhookFault",
]
