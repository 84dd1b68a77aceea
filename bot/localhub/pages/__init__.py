"""The local GitHub's pages: what a person sees and does in the browser."""

from bot.localhub.pages.routes import routes

__all__ = ["routes"]
