"""What ``/status`` tells of a project's deployments, read from the records now."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.clock import Clock
from bot.deployments.find_deployments import By, FindDeployments
from bot.deployments.metrics.figures import DAY_S, figures_of, weeks_of
from bot.deployments.record import Deployment
from bot.github.port import Repositories, RepositoryName
from bot.progress.delivery_view import Column, DeliveryShown, delivery_status
from bot.progress.words import cell
from bot.projects import Project

MONTH_DAYS: Final = 30
QUARTER_DAYS: Final = 90
NEWEST: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeDelivery:
    """``ladder`` names the environments from the first to the one that people depend on."""

    find: FindDeployments
    repositories: Repositories
    ladder: Callable[[], Awaitable[Sequence[str]]]
    clock: Clock

    async def __call__(self, project: Project) -> str:
        """The words; empty for what is never deployed."""
        now_s = self.clock.now_s()
        newest = await self.find.newest(project.id, count=NEWEST, now_s=now_s)
        if not newest and not project.is_deployed:
            return ""
        ladder = await self.ladder()
        own = await self._last_quarter(now_s, By.PROJECT, project.id) if newest else []
        return delivery_status(
            DeliveryShown(
                environment=ladder[-1],
                first_environment=ladder[0],
                columns=await self._columns(project, own, ladder[-1], now_s),
                weeks=weeks_of(own, environment=ladder[-1], now_s=now_s),
                newest=newest,
            )
        )

    async def _columns(
        self, project: Project, own: Sequence[Deployment], environment: str, now_s: float
    ) -> Sequence[Column]:
        columns = [
            _column(f"{days} days", own, environment, now_s, days)
            for days in (MONTH_DAYS, QUARTER_DAYS)
        ]
        if not own or await self._is_public(project):
            return columns
        for by, name in ((By.TEAM, project.team), (By.TEMPLATE, project.template)):
            theirs = await self._last_quarter(now_s, by, name)
            title = f"{by.value} `{cell(name)}`, {QUARTER_DAYS} days"
            columns.append(_column(title, theirs, environment, now_s, QUARTER_DAYS))
        return columns

    async def _is_public(self, project: Project) -> bool:
        """Whether strangers read what is told here, for whom the figures of others are not."""
        repository = await self.repositories.find(RepositoryName.of(project.full_name))
        return repository is None or repository.visibility == "public"

    async def _last_quarter(self, now_s: float, by: By, of: str) -> Sequence[Deployment]:
        return await self.find.since(now_s - QUARTER_DAYS * DAY_S, now_s=now_s, by=by, of=of)


def _column(
    title: str, deployments: Sequence[Deployment], environment: str, now_s: float, days: int
) -> Column:
    figures = figures_of(deployments, environment=environment, now_s=now_s, days=days)
    return Column(title=title, figures=figures)
