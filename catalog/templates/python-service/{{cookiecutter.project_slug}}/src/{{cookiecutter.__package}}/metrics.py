"""What Prometheus reads: requests by route and status, and this process."""

from collections.abc import MutableMapping
from typing import Any

from fastapi import Response
from fastapi.telemetry import TelemetryConfig
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from .settings import NAME

NOT_COUNTED = ("/health/", "/metrics")  # asked all the time, by machines


class Metrics:
    """The metrics of one application. FastAPI itself measures, in OpenTelemetry's names.

    ``telemetry["meter_provider"].get_meter(…)`` makes counters of your own.
    """

    def __init__(self) -> None:
        """Nothing is shared with another application, so tests do not see each other."""
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        reader = PrometheusMetricReader(registry=self._registry, scope_info_enabled=False)
        service = Resource.create({SERVICE_NAME: NAME})
        self.telemetry = TelemetryConfig(
            meter_provider=MeterProvider([reader], resource=service), exclude=_is_not_counted
        )

    async def read(self) -> Response:
        """Everything so far, in Prometheus' text format."""
        return Response(generate_latest(self._registry), media_type=CONTENT_TYPE_LATEST)


def _is_not_counted(scope: MutableMapping[str, Any]) -> bool:
    return str(scope.get("path")).startswith(NOT_COUNTED)
