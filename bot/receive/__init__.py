"""HTTP in: the webhook, health, readiness and metrics."""

from bot.receive.application import Receiving, receive_app, web_runner
from bot.receive.body import BodyLimits
from bot.receive.head import Head
from bot.receive.metrics import Metrics
from bot.receive.outbox import OUTBOX
from bot.receive.refusal import Refusal, malformed, too_large

__all__ = [
    "OUTBOX",
    "BodyLimits",
    "Head",
    "Metrics",
    "Receiving",
    "Refusal",
    "malformed",
    "receive_app",
    "too_large",
    "web_runner",
]
