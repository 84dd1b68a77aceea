"""The record of a deployment: one commit to one environment, from the command to its outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import msgspec

from bot.deployments.months import month_fields
from bot.store.collections import DEPLOYMENTS
from bot.store.keep import change, put
from bot.store.port import Documents, Json, Scalar


class Action(StrEnum):
    """What was asked for. A PROMOTE deploys what the environment before runs."""

    DEPLOY = "deploy"
    PROMOTE = "promote"
    ROLLBACK = "rollback"


class DeploymentState(StrEnum):
    """Where a deployment stands; only SUCCEEDED says that the environment runs the commit.

    ROLLED_BACK: it failed, and the commit before is in place again. UNKNOWN: what was
    observed does not tell; somebody has to look. CANCELLED: it ended before it began.
    """

    WAITS_FOR_APPROVAL = "waits-for-approval"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ROLLED_BACK = "rolled-back"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing more happens by itself."""
        return self not in (DeploymentState.WAITS_FOR_APPROVAL, DeploymentState.RUNNING)


class StageState(StrEnum):
    """How one stage went, as far as it was observed."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """``name`` is build, canary, health, promotion or rollback; times are Unix seconds."""

    name: str
    state: StageState
    started_at_s: float
    ended_at_s: float = 0.0
    note: str = ""  # what the status said behind the stage's name: a stranger's text


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """``id`` is that of its run; times are Unix seconds, 0 where it has not come to that.

    ``team``, ``template`` and ``template_version_id`` are the project's when it was
    commanded: metrics group by them, whatever the project becomes.
    """

    id: str
    project: str  # the project's id
    full_name: str
    team: str
    template: str
    template_version_id: str
    environment: str
    action: Action
    commit: str  # 40 hexadecimal digits
    ref: str  # what was typed, or the branch it was taken from
    committed_at_s: float  # of the commit, for the lead time
    by: str
    by_id: int
    approved_by: tuple[str, ...] = ()
    cause_url: str
    state: DeploymentState
    stages: tuple[Stage, ...] = ()
    github_id: int = 0  # GitHub's id of its deployment
    plan: str = ""  # "2 to add, 1 to change, 0 to destroy"; a stranger's text
    image: str = ""
    url: str = ""  # where the environment answers
    look_url: str = ""  # where its log is
    created_at_s: float
    ended_at_s: float = 0.0


class DeploymentRecords:
    """Deployments on the ``Documents`` port."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def put(self, deployment: Deployment) -> None:
        """Save it; saving the same again changes nothing."""
        await put(self._documents, DEPLOYMENTS.name, deployment.id, _data(deployment))

    async def update(self, id_: str, **changed: Any) -> Deployment:
        """The deployment with these fields changed. Raises LookupError where there is none."""

        def decide(known: Mapping[str, Json] | None) -> Mapping[str, Json]:
            if known is None:
                raise LookupError(f"no deployment {id_}")
            return _data(replace(msgspec.convert(known, Deployment), **changed))

        kept = await change(self._documents, DEPLOYMENTS.name, id_, decide)
        return msgspec.convert(kept, Deployment)

    async def get(self, id_: str) -> Deployment | None:
        """The deployment, or None."""
        found = await self._documents.get(DEPLOYMENTS.name, id_)
        return msgspec.convert(found.data, Deployment) if found else None

    async def of_project(self, project: str) -> Sequence[Deployment]:
        """Every deployment of that project's id, oldest first."""
        return await self._all({"project": project})

    async def of_environment(self, project: str, environment: str) -> Sequence[Deployment]:
        """Those to one environment, oldest first."""
        return await self._all({"project": project, "environment": environment})

    async def _all(self, where: dict[str, Scalar]) -> list[Deployment]:
        found: list[Deployment] = []
        after = ""
        while page := await self._documents.find(DEPLOYMENTS.name, where, after=after):
            found += [msgspec.convert(each.data, Deployment) for each in page]
            after = page[-1].id
        return sorted(found, key=lambda each: (each.created_at_s, each.id))


def _data(deployment: Deployment) -> dict[str, Json]:
    """The record, and what ``FindDeployments`` finds it by."""
    data: dict[str, Json] = msgspec.to_builtins(deployment)
    return data | month_fields(
        created_at_s=deployment.created_at_s,
        project=deployment.project,
        team=deployment.team,
        template=deployment.template,
    )
