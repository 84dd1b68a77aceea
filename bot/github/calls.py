"""Requests under one scope, so that adapters read as routes and bodies."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.github.auth import Installations
from bot.github.client import Access, Client, Request
from bot.github.exchange import Answer
from bot.github.port import Repository, RepositoryName
from bot.github.scopes import Scope, project

PAGE = 100  # the most that GitHub lists at once
MOST_PAGES = 100


@dataclass(frozen=True, slots=True)
class Calls:
    """What can be asked with one access. ``known`` fills the variables that every route has."""

    client: Client
    access: Access
    known: Mapping[str, Any] = field(default_factory=dict)

    async def get(self, template: str, *, follow: bool = True, **variables: Any) -> Any:
        """Read. ``follow`` goes to where a rename leads; without it that is NotFound."""
        return await self._send("GET", template, variables, None, follow=follow)

    async def answer(self, template: str, **variables: Any) -> Answer:
        """Read what is not in the body alone."""
        request = Request("GET", template, {**self.known, **variables})
        return await self.client.ask(request, self.access)

    async def post(
        self, template: str, body: Any, *, repeatable: bool = False, **variables: Any
    ) -> Any:
        """Create. ``repeatable``: a second one does no harm, as with git's objects."""
        return await self._send("POST", template, variables, body, repeatable=repeatable)

    async def put(self, template: str, body: Any = None, **variables: Any) -> Any:
        """Set."""
        return await self._send("PUT", template, variables, body)

    async def patch(self, template: str, body: Any, **variables: Any) -> Any:
        """Change; every change we make says the whole new value, so twice is like once."""
        return await self._send("PATCH", template, variables, body)

    async def delete(self, template: str, **variables: Any) -> None:
        """Remove."""
        await self._send("DELETE", template, variables, None)

    async def every(
        self, template: str, *, within: str = "", **variables: Any
    ) -> AsyncIterator[Any]:
        """The items of a list, page by page; ``within`` names the key that holds them.

        The template ends with a query that has ``per_page`` and ``page``.
        """
        for page in range(1, MOST_PAGES + 1):
            told = await self.get(template, per_page=PAGE, page=page, **variables)
            items = told[within] if within else told
            for item in items:
                yield item
            if len(items) < PAGE:
                return

    def leave(self, share: float, *, before: int) -> None:
        """Raises RetryLater where ``before`` requests leave less than that share of the hour."""
        self.client.leave(share, self.access, before=before)

    async def _send(
        self, method: str, template: str, variables: Mapping[str, Any], body: Any, **how: bool
    ) -> Any:
        request = Request(method, template, {**self.known, **variables}, body, **how)
        return await self.client.send(request, self.access)


@dataclass(frozen=True, slots=True)
class Api:
    """Gives out ``Calls``."""

    client: Client
    installations: Installations
    app_id: int

    def under(self, organization: str, scope: Scope) -> Calls:
        """Calls about the organisation as a whole."""
        access = self.installations.access(organization, scope)
        return Calls(self.client, access, {"org": organization})

    def on(self, repository: RepositoryName, scope: Scope) -> Calls:
        """Calls about one repository."""
        access = self.installations.access(repository.owner, scope)
        known = {"org": repository.owner, "owner": repository.owner, "repo": repository.name}
        return Calls(self.client, access, known)

    def project(self, repository: Repository) -> Calls:
        """Calls for setting up one repository, all under its one token."""
        return self.on(repository.name, project(repository))
