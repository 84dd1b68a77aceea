"""Deployments of a span of time: of a project, a team, a template, or all."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final

import msgspec

from bot.deployments.months import month_key, months_back, months_since
from bot.deployments.record import Deployment, DeploymentState
from bot.store.collections import DEPLOYMENTS
from bot.store.port import Documents, Scalar

PAGE: Final = 500
MONTHS_LOOKED_BACK: Final = 13  # for the newest of a project; /audit knows older ones


class By(StrEnum):
    """What deployments are asked for by."""

    PROJECT = "project"  # its id
    TEAM = "team"  # the project's when it was commanded
    TEMPLATE = "template"


class FindDeployments:
    """Reads months, not everything: a long history makes no question slower."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def since(
        self, since_s: float, *, now_s: float, by: By | None = None, of: str = ""
    ) -> Sequence[Deployment]:
        """Those commanded from ``since_s`` on, oldest first; all of them where ``by`` is None."""
        found: list[Deployment] = []
        for month in months_since(since_s, now_s=now_s):
            found += await self._month(month, by, of)
        return _in_order(each for each in found if each.created_at_s >= since_s)

    async def newest(self, project: str, *, count: int, now_s: float) -> Sequence[Deployment]:
        """The newest of a project, newest first; what is older than a year is not looked for."""
        found: list[Deployment] = []
        for month, _ in zip(months_back(now_s), range(MONTHS_LOOKED_BACK), strict=False):
            found += await self._month(month, By.PROJECT, project)
            if len(found) >= count:
                break
        return _in_order(found)[::-1][:count]

    async def open(self) -> Sequence[Deployment]:
        """Everything that has not ended, oldest first."""
        states = [state for state in DeploymentState if not state.is_final]
        found = [each for state in states for each in await self._all({"state": state.value})]
        return _in_order(found)

    async def _month(self, month: str, by: By | None, of: str) -> list[Deployment]:
        if by is None:
            return await self._all({"month": month})
        return await self._all({f"{by.value}_month": month_key(of, month)})

    async def _all(self, where: Mapping[str, Scalar]) -> list[Deployment]:
        found: list[Deployment] = []
        after = ""
        while page := await self._documents.find(DEPLOYMENTS.name, where, after=after, limit=PAGE):
            found += [msgspec.convert(each.data, Deployment) for each in page]
            after = page[-1].id
        return found


def _in_order(deployments: Iterable[Deployment]) -> list[Deployment]:
    return sorted(deployments, key=lambda each: (each.created_at_s, each.id))
