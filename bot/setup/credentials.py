"""What a registration brings, and the places that can keep it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.errors import UserError
from bot.setup.plan import PUBLIC_API, Plan

NAMES = ("APP_ID", "PRIVATE_KEY", "WEBHOOK_SECRET", "ORGANIZATIONS", "CATALOG_REPOSITORY")


class AlreadySetUp(UserError):
    """The place holds an App's credentials; they are never overwritten."""

    code = "already-set-up"


class CredentialStore(Protocol):
    """One place, written once."""

    @property
    def place(self) -> str:
        """The place in words that end a sentence: *the file .env*."""
        ...

    async def refuse_if_set(self) -> None:
        """Raises AlreadySetUp, and UserError where the place cannot be used."""
        ...

    async def keep(self, values: Mapping[str, str]) -> None:
        """The place holds these values beside whatever it held. Raises as above."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The App as GitHub answered it once."""

    app_id: int
    name: str
    html_url: str
    private_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)

    @property
    def install_url(self) -> str:
        """Where it is installed."""
        return f"{self.html_url}/installations/new"

    def settings(self, plan: Plan) -> Mapping[str, str]:
        """The bot's variables that are kept."""
        values = {
            "APP_ID": str(self.app_id),
            "PRIVATE_KEY": self.private_key,
            "WEBHOOK_SECRET": self.webhook_secret,
            "ORGANIZATIONS": plan.organization,
            "CATALOG_REPOSITORY": f"{plan.organization}/{plan.catalog}",
        }
        return values | ({"GITHUB_API_URL": plan.api_url} if plan.api_url != PUBLIC_API else {})
