"""Deployments and their statuses."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from bot.github.calls import PAGE, Api, Calls
from bot.github.port import DeploymentStatus, NewDeployment, RepositoryName
from bot.github.scopes import deploying

DEPLOYMENTS = "/repos/{owner}/{repo}/deployments"
STATUSES = DEPLOYMENTS + "/{deployment}/statuses"
LONGEST_DESCRIPTION = 140  # GitHub REST docs, "Create a deployment status"


class GitHubDeployments:
    """``Deployments`` over the REST API."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def _calls(self, repository: RepositoryName) -> Calls:
        return self._api.on(repository, deploying(repository))

    async def create(self, repository: RepositoryName, new: NewDeployment) -> int:
        """See the port. Left out, ``auto_merge`` would merge and ``required_contexts`` refuse."""
        body = {
            "ref": new.commit,
            "auto_merge": False,
            "required_contexts": [],
            "environment": new.environment,
            "production_environment": new.production,
            "description": new.description[:LONGEST_DESCRIPTION],
            "payload": {"run": new.run, "action": new.action},
        }
        return int((await self._calls(repository).post(DEPLOYMENTS, body))["id"])

    async def find(
        self, repository: RepositoryName, *, commit: str, environment: str, run: str
    ) -> int | None:
        """See the port."""
        found = self._calls(repository).every(
            DEPLOYMENTS + "{?sha,environment,per_page,page}", sha=commit, environment=environment
        )
        async for each in found:
            payload = each.get("payload")
            if isinstance(payload, Mapping) and payload.get("run") == run:
                return int(each["id"])
        return None

    async def statuses(
        self, repository: RepositoryName, deployment: int
    ) -> Sequence[DeploymentStatus]:
        """See the port. GitHub lists them newest first."""
        told = await self._calls(repository).get(
            STATUSES + "{?per_page}", deployment=deployment, per_page=PAGE
        )
        return [_status(each) for each in told]

    async def add_status(
        self, repository: RepositoryName, deployment: int, *, state: str, description: str
    ) -> None:
        """See the port."""
        body = {"state": state, "description": description[:LONGEST_DESCRIPTION]}
        await self._calls(repository).post(STATUSES, body, deployment=deployment)


def _status(told: dict[str, Any]) -> DeploymentStatus:
    return DeploymentStatus(
        id=told["id"],
        state=told["state"],
        description=told.get("description") or "",
        environment_url=told.get("environment_url") or "",
        log_url=told.get("log_url") or told.get("target_url") or "",
        told_at_s=dt.datetime.fromisoformat(told["created_at"]).timestamp(),
    )
