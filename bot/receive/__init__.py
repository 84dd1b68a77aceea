"""HTTP in: the webhook, health, readiness and metrics."""

from bot.receive.application import Receiving, receive_app, web_runner
from bot.receive.body import BodyLimits
from bot.receive.head import Head
from bot.receive.metrics import Metrics

__all__ = [
    "BodyLimits",
    "Head",
    "Metrics",
    "Receiving",
    "receive_app",
    "web_runner",
]
