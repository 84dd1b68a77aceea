"""Who may do what, asked of GitHub at this moment."""

from collections.abc import Sequence
from typing import Any

import structlog

from bot.errors import RetryLater
from bot.github.calls import Api
from bot.github.port import GitHubError, NotFound, RepositoryName, Role, Team
from bot.github.scopes import LOOKING

log = structlog.get_logger(__name__)

ROLES = {role.name.lower(): role for role in Role}
BASE = {Role.TRIAGE: Role.READ, Role.MAINTAIN: Role.WRITE}  # what ``permission`` says for them


class GitHubPeople:
    """``People`` over the REST API."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def role(self, repository: RepositoryName, login: str, *, user_id: int) -> Role:
        """See the port. Any failure is NONE: what could not be told is no."""
        try:
            told = await self._api.on(repository, LOOKING).get(
                "/repos/{owner}/{repo}/collaborators/{login}/permission", login=login
            )
            return _role(told, user_id)
        except NotFound:
            return Role.NONE
        except (GitHubError, RetryLater, KeyError, TypeError, AttributeError) as error:
            log.warning("role could not be told", repository=str(repository), reason=str(error))
            return Role.NONE

    async def is_team_member(self, organization: str, team: str, login: str) -> bool:
        """See the port. An invitation that is not accepted is no membership."""
        try:
            told = await self._api.under(organization, LOOKING).get(
                "/orgs/{org}/teams/{team}/memberships/{login}", team=team, login=login
            )
        except NotFound:
            return False
        return bool(told["state"] == "active")

    async def is_member(self, organization: str, login: str) -> bool:
        """See the port. GitHub answers 204 for members and 404 for others."""
        try:
            await self._api.under(organization, LOOKING).get(
                "/orgs/{org}/members/{login}", follow=False, login=login
            )
        except (GitHubError, RetryLater):
            return False
        return True

    async def team_exists(self, organization: str, team: str) -> bool:
        """See the port."""
        try:
            told = await self._api.under(organization, LOOKING).get(
                "/orgs/{org}/teams/{team}", team=team
            )
        except NotFound:
            return False
        return bool(told["slug"] == team.lower())

    async def teams(self, organization: str) -> Sequence[Team]:
        """See the port. One request for each hundred."""
        calls = self._api.under(organization, LOOKING)
        return [_team(each) async for each in calls.every("/orgs/{org}/teams{?per_page,page}")]


def _team(told: dict[str, Any]) -> Team:
    parent = told.get("parent") or {}
    return Team(slug=told["slug"], name=told["name"], parent=parent.get("slug", ""))


def _role(told: dict[str, Any], user_id: int) -> Role:
    """``permission`` knows only admin, write, read and none; ``role_name`` knows all.

    A custom role has a name of its own; it counts as the base that ``permission``
    names. A login may have passed to another account since the event: the id decides.
    Source: GitHub docs, "Get repository permissions for a user".
    """
    user = told["user"]
    if user is None or isinstance(user["id"], bool) or user["id"] != user_id:
        return Role.NONE
    base = ROLES.get(told["permission"], Role.NONE)
    named = ROLES.get(str(told.get("role_name")), base)
    return named if BASE.get(named, named) is base else base
