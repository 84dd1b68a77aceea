"""Who we are to GitHub: the App's own proof, and tokens for one job each.

Tokens are opaque texts of any length, live for an hour, and are known to the
redactor from the moment they exist.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import jwt
from cachetools import LRUCache, TTLCache
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bot.clock import Clock
from bot.errors import RetryLater
from bot.github.client import Client, Request
from bot.github.port import Forbidden, NotFound, Rejected
from bot.github.redact import Redactor
from bot.github.scopes import Scope
from bot.github.single_flight import SingleFlight

# GitHub refuses a JWT that is valid for more than 10 minutes or issued in the future.
BACKDATED_S = 60  # our clock may be ahead of GitHub's
PROOF_LIFETIME_S = 9 * 60
RENEW_PROOF_AFTER_S = 7 * 60
MARGIN_S = 5 * 60.0  # a token must outlive the requests that it was fetched for
INSTALLATION_KNOWN_S = 10 * 60.0  # its permissions may be raised by an owner meanwhile
MOST_TOKENS = 1000
MOST_INSTALLATIONS = 1000


class AppKey:
    """The App's private key; signs the proof that we are the App. Is an ``Access``."""

    payer = "app"

    def __init__(
        self,
        app_id: int,
        pem: str,
        clock: Clock,
        redactor: Redactor,
        tell_refused: Callable[[], None] = lambda: None,
    ) -> None:
        """Raises ValueError, which does not show the key, unless it is an RSA key in PEM."""
        redactor.remember(pem)
        self.app_id = app_id
        self._key = _rsa(pem)
        self._clock = clock
        self._redactor = redactor
        self._tell_refused = tell_refused
        self._proof, self._renew_at_s = "", 0.0

    async def token(self) -> str:
        """A JWT that is valid for two more minutes at least.

        Source: GitHub docs, "Generating a JSON Web Token (JWT) for a GitHub App".
        """
        now_s = self._clock.now_s()
        if now_s >= self._renew_at_s:
            claims = {
                "iat": int(now_s) - BACKDATED_S,
                "exp": int(now_s) + PROOF_LIFETIME_S,
                "iss": str(self.app_id),
            }
            self._proof = jwt.encode(claims, self._key, algorithm="RS256")
            self._redactor.remember(self._proof, until_s=now_s + PROOF_LIFETIME_S)
            self._renew_at_s = now_s + RENEW_PROOF_AFTER_S
        return self._proof

    def refused(self, token: str) -> None:
        """Sign a new one next time; whoever keeps the key hears of it."""
        if token == self._proof:
            self._renew_at_s = 0.0
        self._tell_refused()


@dataclass(frozen=True, slots=True)
class Installation:
    """The App in one organisation. ``bot_login`` is the name it comments under."""

    id: int
    bot_login: str
    permissions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Token:
    text: str = field(repr=False)
    expires_at_s: float


class Installations:
    """Tokens of installations, minted once for many askers and kept until shortly before expiry."""

    def __init__(self, client: Client, key: AppKey, *, clock: Clock, redactor: Redactor) -> None:
        self._client, self._key, self._clock, self._redactor = client, key, clock, redactor
        self._known: TTLCache[str, Installation] = TTLCache(
            MOST_INSTALLATIONS, INSTALLATION_KNOWN_S, timer=clock.now_s
        )
        self._tokens: LRUCache[tuple[int, Scope], _Token] = LRUCache(MOST_TOKENS)
        self._looking: SingleFlight[Installation] = SingleFlight()
        self._minting: SingleFlight[_Token] = SingleFlight()

    def access(self, organization: str, scope: Scope) -> "InstallationAccess":
        """The right to ask in that organisation under that scope; costs nothing yet."""
        return InstallationAccess(self, organization.lower(), scope)

    async def installation(self, organization: str) -> Installation:
        """Our installation there.

        Raises Forbidden where there is none or it is suspended (never NotFound, which
        says that the thing asked about is gone), RetryLater.
        """
        key = organization.lower()
        known = self._known.get(key)
        return known or await self._looking(key, lambda: self._look_up(key))

    async def token(self, organization: str, scope: Scope) -> str:
        """A token with at least five minutes left.

        Raises NotFound where one of the scope's repositories is not there, Forbidden
        where the App is not installed or lacks a permission, RetryLater.
        """
        installation = await self.installation(organization)
        key = (installation.id, scope)
        known = self._tokens.get(key)
        if known is None or known.expires_at_s - MARGIN_S <= self._clock.now_s():
            known = await self._minting(key, lambda: self._mint(installation, scope))
        return known.text

    def drop(self, token: str) -> None:
        """Forget a token that GitHub refused; the next asker gets a new one."""
        for key, known in list(self._tokens.items()):
            if known.text == token:
                self._tokens.pop(key, None)
        self._known.clear()  # the App may have been installed anew, under another id

    async def _look_up(self, organization: str) -> Installation:
        request = Request("GET", "/orgs/{org}/installation", {"org": organization}, follow=False)
        try:
            told = await self._client.send(request, self._key)
        except NotFound as error:
            raise Forbidden(
                f"The App is not installed in {organization}.", status=error.status
            ) from None
        if told.get("suspended_at"):
            raise Forbidden(f"The App's installation in {organization} is suspended.", status=403)
        found = Installation(
            id=int(told["id"]),
            bot_login=f"{told['app_slug']}[bot]",
            permissions=dict(told["permissions"]),
        )
        self._known[organization] = found
        return found

    async def _mint(self, installation: Installation, scope: Scope) -> _Token:
        """Source: GitHub docs, "Create an installation access token for an app"."""
        request = Request(
            "POST",
            "/app/installations/{installation}/access_tokens",
            {"installation": installation.id},
            body=scope.body(installation.permissions),
        )
        try:
            told = await self._client.send(request, self._key)
        except NotFound:
            self._known.clear()  # removed, perhaps installed anew: the next look-up tells
            raise RetryLater("The App's installation is not there any more.", wait_s=1) from None
        except Rejected as error:
            raise _why_no_token(error) from None
        token = _Token(str(told["token"]), _unix_s(str(told["expires_at"])))
        self._redactor.remember(token.text, until_s=token.expires_at_s)
        self._tokens[(installation.id, scope)] = token
        return token


class InstallationAccess:
    """The right to ask in one organisation under one scope. Is an ``Access``."""

    def __init__(self, installations: Installations, organization: str, scope: Scope) -> None:
        self._installations, self._scope = installations, scope
        self.payer = organization

    async def token(self) -> str:
        """See ``Installations.token``."""
        return await self._installations.token(self.payer, self._scope)

    def refused(self, token: str) -> None:
        """See ``Installations.drop``."""
        self._installations.drop(token)


def _rsa(pem: str) -> RSAPrivateKey:
    """The key. Errors of the library may quote what they read, so ours replaces them."""
    with suppress(ValueError, TypeError, UnsupportedAlgorithm):
        key = load_pem_private_key(pem.encode(), password=None)
        if isinstance(key, RSAPrivateKey):
            return key
    raise ValueError("The App's private key is not an RSA key in PEM.")


def _why_no_token(error: Rejected) -> Exception:
    """GitHub answers 422 both for a repository it does not see and for a permission it lacks."""
    if "repositor" in error.words.lower() and "permission" not in error.words.lower():
        return NotFound(f"No token: {error.words}", status=404, words=error.words)
    return Forbidden(f"No token: {error.words}", status=403, words=error.words)


def _unix_s(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp()
