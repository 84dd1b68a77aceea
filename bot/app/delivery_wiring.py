"""Wiring of what is read from the records of deployments."""

from collections.abc import Awaitable, Callable, Sequence

from bot.app.parts import Parts, Shared
from bot.deployments import FindDeployments
from bot.deployments.metrics.describe import DescribeDelivery


def describe_delivery(parts: Parts, shared: Shared) -> DescribeDelivery:
    """The part of ``/status`` about how well changes arrive."""

    async def ladder() -> Sequence[str]:
        return (await shared.organization.get()).policies.deployments.environments

    find = FindDeployments(parts.store.documents)
    return DescribeDelivery(
        find=find, repositories=parts.github.repositories, ladder=ladder, clock=parts.clock
    )


def count_open(parts: Parts) -> Callable[[], Awaitable[None]]:
    """Tells ``/metrics`` at each scrape how many deployments have not ended.

    It reads the records, so that a restart or another worker changes nothing.
    """
    find = FindDeployments(parts.store.documents)

    async def count() -> None:
        parts.metrics.deployments_open(
            (each.environment, each.state.value) for each in await find.open()
        )

    return count
