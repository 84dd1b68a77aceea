"""What an environment costs in a month at list prices: an estimate, and called so."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

HOURS_A_MONTH: Final = 730


@dataclass(frozen=True, slots=True)
class Estimate:
    """US dollars a month: with the fewest replicas all the time, and with the most."""

    least_usd: int
    most_usd: int

    def __str__(self) -> str:
        if self.least_usd == self.most_usd:
            return f"${self.least_usd:,}"
        return f"${self.least_usd:,} to ${self.most_usd:,}"


def estimate(settings: Mapping[str, str | int]) -> Estimate | None:
    """The cost of one environment with these settings; None for a cloud without prices."""
    prices = _prices().get(str(settings["cloud_provider"]))
    if not isinstance(prices, dict):
        return None
    cpu = max(int(settings["cpu_millicores"]), int(prices["least_millicores"]))
    replica = float(
        cpu / 1000 * prices["vcpu_hour"] + int(settings["memory_mib"]) / 1024 * prices["gib_hour"]
    )

    balancer = float(prices["load_balancer_hour"])

    def month(replicas: str | int) -> int:
        return round(HOURS_A_MONTH * (int(replicas) * replica + balancer))

    return Estimate(month(settings["min_replicas"]), month(settings["max_replicas"]))


def known_in() -> str:
    """The year of the prices."""
    return str(_prices()["known_in"])


@cache
def _prices() -> Mapping[str, Any]:
    prices: Mapping[str, Any] = json.loads(files("bot.costs").joinpath("prices.json").read_text())
    return prices
