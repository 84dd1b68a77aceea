"""Comments, descriptions and README files as HTML that can do no harm."""

from bot.localhub.pages.markdown.references import Links
from bot.localhub.pages.markdown.render import Place, render
from bot.localhub.pages.markdown.sanitise import Addresses

__all__ = ["Addresses", "Links", "Place", "render"]
