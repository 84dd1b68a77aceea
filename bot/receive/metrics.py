"""Every figure that an operator watches, counted through small methods.

Label values are bounded: a name that GitHub does not document counts as
``other``, so a stranger's input never makes a new time series.
"""

import math
from collections import Counter as Counts
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.queue.port import QueueStats
from bot.receive.event_names import EVENT_NAMES

OTHER = "other"
ENVIRONMENTS = frozenset({"dev", "staging", "production"})
DEPLOYMENT_OUTCOMES = frozenset({"succeeded", "failed", "rolled-back", "unknown", "cancelled"})
OPEN_DEPLOYMENTS = ("running", "waits-for-approval")

HOUR_S, DAY_S = 3600.0, 86_400.0
DEPLOYMENT_SECONDS = (30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, HOUR_S, 2 * HOUR_S)
LEAD_SECONDS = (
    *(600.0, HOUR_S, 4 * HOUR_S, 12 * HOUR_S),
    *(DAY_S, 2 * DAY_S, 7 * DAY_S, 14 * DAY_S, 30 * DAY_S, 90 * DAY_S),
)
SECONDS = (0.005, 0.02, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0)


class Metrics:
    """Figures in a registry of their own, which the composition root makes."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._received = Counter(
            "paved_road_deliveries_received",
            "Webhook requests by event and what they were answered",
            ["event", "outcome"],
            registry=registry,
        )
        self._handled = Counter(
            "paved_road_deliveries_handled",
            "Deliveries by event and how their handling ended",
            ["event", "outcome"],
            registry=registry,
        )
        self._retries = Counter(
            "paved_road_retries",
            "Repeated attempts by what they were of",
            ["of"],
            registry=registry,
        )
        self._redeliveries = Counter(
            "paved_road_redeliveries",
            "Deliveries that failed and what became of asking GitHub for them again",
            ["outcome"],
            registry=registry,
        )
        self._runs = Histogram(
            "paved_road_run_seconds",
            "Duration of runs by kind and outcome",
            ["kind", "outcome"],
            buckets=SECONDS,
            registry=registry,
        )
        self._steps = Histogram(
            "paved_road_step_seconds",
            "Duration of steps by kind of run, step and outcome",
            ["kind", "step", "outcome"],
            buckets=SECONDS,
            registry=registry,
        )
        self._renders = Histogram(
            "paved_road_render_seconds",
            "Duration of renders by outcome",
            ["outcome"],
            buckets=SECONDS,
            registry=registry,
        )
        self._requests = Histogram(
            "paved_road_github_request_seconds",
            "Duration of requests to GitHub by method, route template and status",
            ["method", "route", "status"],
            buckets=SECONDS,
            registry=registry,
        )
        self._rate_limit_left = Gauge(
            "paved_road_github_rate_limit_left",
            "Requests that an installation has left in this hour",
            ["installation"],
            registry=registry,
        )
        self._deployments = Counter(
            "paved_road_deployments",
            "Deployments by environment and how they ended",
            ["environment", "outcome"],
            registry=registry,
        )
        self._deployment_seconds = Histogram(
            "paved_road_deployment_seconds",
            "Time from the command to the end of a deployment by environment and outcome",
            ["environment", "outcome"],
            buckets=DEPLOYMENT_SECONDS,
            registry=registry,
        )
        self._lead_time = Histogram(
            "paved_road_deployment_lead_time_seconds",
            "Time from a commit to its arrival by environment",
            ["environment"],
            buckets=LEAD_SECONDS,
            registry=registry,
        )
        self._deployments_open = Gauge(
            "paved_road_deployments_open",
            "Deployments that run or wait for an approval, by environment",
            ["environment", "state"],
            registry=registry,
        )
        self._depth = _gauge(registry, "depth", "Messages that wait or are claimed")
        self._oldest_s = _gauge(
            registry,
            "oldest_age_seconds",
            "Age of the oldest message; NaN where the queue does not tell",
        )
        self._dead = _gauge(registry, "dead", "Messages that were given up")
        self._up = _gauge(registry, "up", "1 if the queue answered this scrape, else 0")

    def received(self, event: str, outcome: str) -> None:
        """One request to ``/webhook`` had this outcome."""
        self._received.labels(_bounded(event), outcome).inc()

    def delivery(self, event: str, outcome: str) -> None:
        """The handling of one delivery ended so."""
        self._handled.labels(_bounded(event), outcome).inc()

    def retried(self, of: str) -> None:
        """Something (``delivery``, ``run``, ``github``) is tried once more."""
        self._retries.labels(of).inc()

    def redelivery(self, outcome: str) -> None:
        """A delivery that failed was asked for again, has arrived, or is lost."""
        self._redeliveries.labels(outcome).inc()

    def run_done(self, kind: str, outcome: str, seconds: float) -> None:
        """One run ended."""
        self._runs.labels(kind, outcome).observe(seconds)

    def step_done(self, kind: str, step: str, outcome: str, seconds: float) -> None:
        """One step ended."""
        self._steps.labels(kind, step, outcome).observe(seconds)

    def render_done(self, outcome: str, seconds: float) -> None:
        """One render ended."""
        self._renders.labels(outcome).observe(seconds)

    def github_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request was answered; ``route`` is the template, and status 0 a lost answer."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    def rate_limit(self, installation: str, left: int) -> None:
        """GitHub said how many requests are left."""
        self._rate_limit_left.labels(installation).set(left)

    def deployment_done(
        self, environment: str, outcome: str, seconds: float, lead_time_s: float | None = None
    ) -> None:
        """One deployment ended; ``lead_time_s`` where its commit is known to have arrived."""
        place = _place(environment)
        ended = outcome if outcome in DEPLOYMENT_OUTCOMES else OTHER
        self._deployments.labels(place, ended).inc()
        self._deployment_seconds.labels(place, ended).observe(seconds)
        if lead_time_s is not None:
            self._lead_time.labels(place).observe(lead_time_s)

    def deployments_open(self, open_: Iterable[tuple[str, str]]) -> None:
        """Environment and state of every deployment that has not ended, at this scrape."""
        found = Counts((_place(environment), state) for environment, state in open_)
        for environment in (*ENVIRONMENTS, OTHER):
            for state in OPEN_DEPLOYMENTS:
                self._deployments_open.labels(environment, state).set(found[environment, state])

    def queue(self, stats: QueueStats | None) -> None:
        """What the queue said at this scrape; None if it could not be asked."""
        self._up.set(stats is not None)
        if stats is not None:
            self._depth.set(stats.depth)
            self._oldest_s.set(math.nan if stats.oldest_age_s is None else stats.oldest_age_s)
            self._dead.set(stats.dead)

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self._registry)


def _gauge(registry: CollectorRegistry, name: str, help_: str) -> Gauge:
    return Gauge(f"paved_road_queue_{name}", help_, registry=registry)


def _bounded(event: str) -> str:
    return event if event in EVENT_NAMES else OTHER


def _place(environment: str) -> str:
    return environment if environment in ENVIRONMENTS else OTHER
