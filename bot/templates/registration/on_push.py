"""When commits reach the catalog's default branch: bring templates and forms in line."""

from bot.github.port import RepositoryName
from bot.templates.registration.registration import Registration
from bot.work.events import BranchPushed


class OnCatalogPush:
    """Passes pushes to the catalog's default branch on to the registration."""

    def __init__(self, registration: Registration, *, catalog: RepositoryName) -> None:
        self._registration = registration
        self._catalog = str(catalog).lower()

    async def __call__(self, event: BranchPushed) -> None:
        """Refresh; a push that the bot made itself costs no request."""
        if str(event.repository).lower() == self._catalog and event.is_default:
            await self._registration.refresh(
                by=event.sender.login, branch=event.branch, expected=event.after
            )
