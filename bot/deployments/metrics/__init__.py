"""Delivery metrics: what the records of deployments say about how well changes arrive."""

from bot.deployments.metrics.changes import Change, Outcome, changes_of
from bot.deployments.metrics.figures import (
    DeliveryFigures,
    Week,
    figures_of,
    lead_time_s,
    weeks_of,
)

__all__ = [
    "Change",
    "DeliveryFigures",
    "Outcome",
    "Week",
    "changes_of",
    "figures_of",
    "lead_time_s",
    "weeks_of",
]
