"""When an issue is opened, edited or reopened in the catalog: it may be a request."""

from bot.github.port import RepositoryName
from bot.projects.requests import Requests
from bot.work.events import IssueChanged


class OnRequest:
    """Passes the catalog's issues on to the requests."""

    def __init__(self, requests: Requests, *, catalog: RepositoryName) -> None:
        self._requests = requests
        self._catalog = str(catalog).lower()

    async def __call__(self, event: IssueChanged) -> None:
        """Consider the issue if it is the catalog's."""
        if str(event.repository).lower() == self._catalog:
            await self._requests.consider(event)
