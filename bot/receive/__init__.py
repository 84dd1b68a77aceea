"""HTTP in: the webhook, health, readiness and metrics."""

from bot.receive.application import Listening, Receiving, listen, receive_app
from bot.receive.body import BodyLimits
from bot.receive.head import Head
from bot.receive.metrics import Metrics

__all__ = [
    "BodyLimits",
    "Head",
    "Listening",
    "Metrics",
    "Receiving",
    "listen",
    "receive_app",
]
