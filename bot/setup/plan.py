"""What is to be registered, and the addresses that take part."""

import re
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from bot.errors import UserError
from bot.setup.manifest import Manifest, read_manifest

PUBLIC_API, PUBLIC_GITHUB = "https://api.github.com", "https://github.com"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class SetupFailed(UserError):
    """GitHub did not register the App, or not the one that was asked for."""

    code = "setup-failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The App to be.

    ``webhook_url`` is where GitHub sends deliveries, ``home_url`` the bot's public address,
    ``pages_url`` the address below which the person's browser finds ``/setup``; none ends
    with a slash.
    """

    organization: str
    webhook_url: str
    home_url: str
    pages_url: str
    catalog: str  # name of the catalog repository in the organisation
    github_url: str
    api_url: str
    manifest: Manifest

    @property
    def manifest_text(self) -> str:
        """What GitHub's form takes."""
        return self.manifest.for_registration(
            self.organization,
            webhook_url=self.webhook_url,
            home_url=f"{self.home_url}/setup",
            redirect_url=f"{self.pages_url}/setup/registered",
        )

    def form_address(self, state: str) -> str:
        """Where the form is sent."""
        owner = quote(self.organization, safe="")
        query = urlencode({"state": state})
        return f"{self.github_url}/organizations/{owner}/settings/apps/new?{query}"

    @property
    def apps_address(self) -> str:
        """Where an owner sees the Apps that the organisation has registered."""
        return f"{self.github_url}/organizations/{quote(self.organization, safe='')}/settings/apps"


def make_plan(
    organization: str,
    *,
    url: str,
    pages_url: str = "",
    catalog: str = "catalog",
    github_url: str = PUBLIC_GITHUB,
    api_url: str = "",
    manifest: Manifest | None = None,
) -> Plan:
    """The plan for these words of a person. Raises SetupFailed for what GitHub would refuse.

    ``url`` is the bot's public address, with or without its ``/webhook``. Without
    ``pages_url`` the pages are there, too.
    """
    _check_name(organization, "organisation", r"[A-Za-z0-9](-?[A-Za-z0-9]){0,38}", "acme")
    _check_name(catalog, "repository", r"(?!\.\.?$)[A-Za-z0-9._-]{1,100}", "catalog")
    github_url = github_url.rstrip("/")
    webhook_url = _webhook_address(url, local=urlsplit(github_url).hostname in LOOPBACK)
    home_url = webhook_url.removesuffix("/webhook")
    return Plan(
        organization=organization,
        webhook_url=webhook_url,
        home_url=home_url,
        pages_url=pages_url or home_url,
        catalog=catalog,
        github_url=github_url,
        api_url=(api_url or api_address(github_url)).rstrip("/"),
        manifest=manifest or read_manifest(),
    )


def api_address(github_url: str) -> str:
    """The REST API of a GitHub: its own host on github.com, a path of the same one elsewhere."""
    return PUBLIC_API if github_url == PUBLIC_GITHUB else f"{github_url}/api/v3"


def web_address(api_url: str) -> str:
    """The pages of a GitHub whose REST API is there; also where an enterprise has its own name."""
    parts = urlsplit(api_url)
    if parts.netloc.startswith("api."):
        return f"{parts.scheme}://{parts.netloc.removeprefix('api.')}"
    return api_url.removesuffix("/").removesuffix("/api/v3")


def _check_name(text: str, kind: str, pattern: str, example: str) -> None:
    if not re.fullmatch(pattern, text):
        raise SetupFailed(
            f"That is not the name of a GitHub {kind}.",
            fix=f"Give it as in its address, without slashes: `{example}`.",
        )


def _webhook_address(url: str, *, local: bool) -> str:
    """The address as given, completed by the path of webhooks where it has none."""
    try:
        address = urlsplit(url)
        secure = address.scheme == "https" or (
            local and address.scheme == "http" and address.hostname in LOOPBACK
        )
        fine = secure and address.hostname and not (address.query or address.fragment)
        fine = fine and not address.username and address.port != 0
    except ValueError:  # a port that is none, brackets that are not closed
        fine = False
    if not fine:
        raise SetupFailed(
            "The bot's address must be an https:// address that GitHub can reach.",
            fix="Give its public address: --url https://road.example.com",
        )
    return url if address.path.strip("/") else f"{url.rstrip('/')}/webhook"
