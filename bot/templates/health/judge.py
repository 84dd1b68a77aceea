"""Looks at versions that something came in about: owners are told, once, and told when it is over.

One process at a time looks at a version. What it decides is kept before it acts, and every
act is one that may be repeated; so a kill anywhere makes no second issue and loses none.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from bot.clock import Clock
from bot.errors import RetryLater
from bot.github.port import GitHubError, RepositoryName
from bot.organization import Organization
from bot.progress.health_view import (
    LABEL,
    healthy_again,
    no_longer_offered,
    team_label,
    unhealthy_notice,
)
from bot.progress.notices import Notices
from bot.runs import Cause
from bot.templates.health.failures import NewestFailures
from bot.templates.health.formula import ENOUGH, Health
from bot.templates.health.read_health import ReadHealth
from bot.templates.health.watch import Watch, Watched
from bot.templates.version_record import TemplateVersion, TemplateVersions, VersionState
from bot.templates.withdraw import HEALTH

log = structlog.get_logger(__name__)

MARGIN: Final = 5  # points above the threshold before a version counts as healthy again


class WithdrawVersion(Protocol):
    """Takes a version back; repeating it changes nothing."""

    async def __call__(self, version_id: str, *, by: str, reason: str, cause: Cause) -> None:
        """It is not offered any more, and its projects are told."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """The scheduled look."""

    versions: TemplateVersions
    health: ReadHealth
    failures: NewestFailures
    watch: Watch
    organization: Callable[[], Awaitable[Organization]]
    notices: Notices
    withdraw: WithdrawVersion
    catalog: RepositoryName
    clock: Clock

    async def once(self) -> None:
        """Look at every marked version, and at those of which the trouble may be over."""
        for id_ in dict.fromkeys([*await self.watch.to_look_at(), *await self._over()]):
            claimed = await self.watch.claim(id_, now_s=self.clock.now_s())
            if claimed is None:
                continue
            try:
                await self._look(claimed)
            except (RetryLater, GitHubError) as error:
                log.warning("health looked at later", version=id_, reason=str(error))
                await self.watch.let_go(claimed)
            else:
                await self.watch.done(claimed)

    async def mark_offered(self) -> None:
        """Look at everything that is offered: the policy may be another one by now."""
        for version in await self.versions.all_offered():
            await self.watch.mark(version.id)

    async def _over(self) -> Sequence[str]:
        found = []
        for id_ in await self.watch.unhealthy():
            version = await self.versions.get(id_)
            if version is None or await self._is_over(version):
                found.append(id_)
        return found

    async def _is_over(self, version: TemplateVersion) -> bool:
        """Whether nobody has to mend this version any more.

        One that we withdrew is mended by a new one; what was offered before it does not count.
        """
        if version.state is VersionState.OFFERED:
            return False
        withdrawal = version.withdrawal
        if withdrawal is None or withdrawal.by != HEALTH:
            return True
        offered = await self.versions.offered(version.template)
        return offered is not None and offered.created_at_s > withdrawal.at_s

    async def _look(self, claimed: Watched) -> None:
        version = await self.versions.get(claimed.version)
        if version is None:  # content that never became one
            return
        if await self._is_over(version):
            if claimed.unhealthy:
                offered = await self.versions.offered(version.template)
                newer = offered.version if offered else ""
                await self._settle(claimed, version, no_longer_offered(version.title, newer))
            return
        await self._decide(claimed, version, await self.health(version.id))

    async def _decide(self, claimed: Watched, version: TemplateVersion, health: Health) -> None:
        policy = (await self.organization()).policies.health
        below = policy.unhealthy_below
        if claimed.unhealthy and below:
            below += MARGIN
        withdraws = version.withdrawal is not None or _is_below(policy.withdraw_below, health)
        if withdraws or _is_below(below, health):
            await self._tell(claimed, version, health, withdraws=withdraws)
        elif claimed.unhealthy:
            await self._settle(claimed, version, healthy_again(version.title, health))

    async def _tell(
        self, claimed: Watched, version: TemplateVersion, health: Health, *, withdraws: bool
    ) -> None:
        await self.watch.decided(claimed, unhealthy=True, withdrawn=claimed.withdrawn)
        if withdraws and not claimed.withdrawn:
            await self._withdraw(version, health)
        organization = await self.organization()
        team = version.owner if organization.team(version.owner) else organization.platform_team
        title, body = unhealthy_notice(
            version.title,
            health,
            below=organization.policies.health.unhealthy_below,
            team=f"@{self.catalog.owner}/{team}",
            failures=await self.failures(version.id),
            withdrawn=withdraws,
        )
        await self.notices.tell(
            self.catalog,
            _key(version),
            title=title,
            body=body,
            labels=[LABEL, team_label(team)],
        )
        await self.watch.decided(claimed, unhealthy=True, withdrawn=withdraws)

    async def _withdraw(self, version: TemplateVersion, health: Health) -> None:
        await self.withdraw(
            version.id,
            by=HEALTH,
            reason=f"Its health fell to {health.score} of 100.",
            cause=Cause(delivery="", actor=HEALTH, actor_id=0, url=""),
        )

    async def _settle(self, claimed: Watched, version: TemplateVersion, because: str) -> None:
        await self.notices.settle(self.catalog, _key(version), because=because)
        await self.watch.decided(claimed, unhealthy=False, withdrawn=claimed.withdrawn)


def _is_below(threshold: int, health: Health) -> bool:
    """A few observations condemn nobody."""
    return health.score is not None and health.observations >= ENOUGH and health.score < threshold


def _key(version: TemplateVersion) -> str:
    return f"unhealthy:{version.id}"
