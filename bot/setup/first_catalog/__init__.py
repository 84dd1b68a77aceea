"""A catalog to start with, offered by one pull request after the App is installed."""

from bot.setup.first_catalog.offer import OfferFirstCatalog
from bot.setup.first_catalog.on_installed import OnInstalled

__all__ = ["OfferFirstCatalog", "OnInstalled"]
