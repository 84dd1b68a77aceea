"""After a merge: what is offered, with its form, its row in the README and its record."""

from bot.templates.registration.on_push import OnCatalogPush
from bot.templates.registration.registration import Registration

__all__ = ["OnCatalogPush", "Registration"]
