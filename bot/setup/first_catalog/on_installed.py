"""When the App is installed, or reaches more than before: offer a first catalog."""

from dataclasses import dataclass

from bot.audit import AuditCause
from bot.setup.first_catalog.offer import OfferFirstCatalog
from bot.work.events import AppInstalled


@dataclass(frozen=True, slots=True, kw_only=True)
class OnInstalled:
    """Passes installations in the catalog's organisation on."""

    offer: OfferFirstCatalog

    async def __call__(self, event: AppInstalled) -> None:
        """Offer it in the name of whoever installed the App."""
        if event.organization.lower() == self.offer.catalog.owner.lower():
            await self.offer(
                cause=AuditCause(delivery=event.guid, url=""),
                actor=event.sender.login,
                actor_id=event.sender.id,
            )
