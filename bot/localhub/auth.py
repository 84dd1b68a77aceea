"""Who is asking: nobody, a person, an App by its key, or an installation by its token."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bot.localhub.actor import Actor
from bot.localhub.hub import Hub
from bot.localhub.refusal import Refused
from bot.localhub.state.apps import App
from bot.localhub.state.people import User

LONGEST_JWT_LIFE_S = 600
CLOCK_SKEW_S = 60


@dataclass(frozen=True, slots=True)
class Caller:
    """Exactly one of ``actor`` and ``app`` is set, or neither for an anonymous caller."""

    actor: Actor | None = None
    app: App | None = None  # proven by a JWT: may only ask about itself and its installations

    @property
    def name(self) -> str:
        """The name under which requests are counted."""
        if self.app is not None:
            return f"app {self.app.id}"
        if self.actor is None:
            return "anonymous"
        if self.actor.installation is not None:
            return f"installation ID {self.actor.installation.id}"
        return f"user ID {self.actor.user.id}"


class Door:
    """Reads credentials. Raises Refused 401 for any that do not hold."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._keys: dict[int, tuple[str, RSAPublicKey]] = {}
        self._people: dict[str, User] = {}

    def caller(self, authorization: str | None) -> Caller:
        """The caller by the Authorization header of a REST request."""
        if not authorization:
            return Caller()
        scheme, _, credential = authorization.partition(" ")
        credential = credential.strip()
        if scheme.lower() == "basic":
            credential = _password(credential)
        elif scheme.lower() not in {"bearer", "token"}:
            raise bad_credentials()
        if credential.startswith(("ghp_", "ghs_")):
            return Caller(actor=self.actor(credential))
        if credential.count(".") == 2:
            return Caller(app=self._app(credential))
        raise bad_credentials()

    def actor(self, token: str) -> Actor:
        """The person or installation that a token stands for."""
        found = self._hub.world.tokens.find(token)
        if found is not None:
            installation = self._hub.world.installations.get(found.installation_id)
            if installation is None or found.expires_at_s <= self._hub.now_s():
                raise bad_credentials()
            if installation.suspended_at_s is not None:
                raise Refused(403, "This installation has been suspended")
            return self._hub.app_actor(self._hub.world.apps[installation.app_id], found)
        person = self._people.get(token) or self._person(token)
        if person is None:
            raise bad_credentials()
        return Actor(person)

    def _person(self, token: str) -> User | None:
        if not token.startswith("ghp_"):
            return None
        for user in self._hub.world.users:
            if user.token == token:
                self._people[token] = user
                return user
        return None

    def _app(self, token: str) -> App:
        try:
            issuer = str(jwt.decode(token, options={"verify_signature": False})["iss"])
            app = next(
                a
                for a in self._hub.world.apps
                if a.private_key_pem and issuer in {str(a.id), a.client_id}
            )
            claims = jwt.decode(
                token,
                self._public_key(app),
                algorithms=["RS256"],
                options={"verify_exp": False, "verify_iat": False, "verify_aud": False},
            )
        except (jwt.PyJWTError, KeyError, StopIteration) as wrong:
            raise Refused(401, "A JSON web token could not be decoded") from wrong
        self._check_times(claims)
        return app

    def _check_times(self, claims: dict[str, Any]) -> None:
        now_s = self._hub.now_s()
        expires, issued = claims.get("exp"), claims.get("iat")
        if not isinstance(issued, int) or issued > now_s + CLOCK_SKEW_S:
            raise Refused(
                401,
                "'Issued at' claim ('iat') must be an Integer representing the time that "
                "the assertion was issued",
            )
        if not isinstance(expires, int) or expires <= now_s:
            raise Refused(
                401,
                "'Expiration time' claim ('exp') must be a numeric value representing the "
                "future time at which the assertion expires",
            )
        if expires > now_s + LONGEST_JWT_LIFE_S + CLOCK_SKEW_S:
            raise Refused(401, "'Expiration time' claim ('exp') is too far in the future")

    def _public_key(self, app: App) -> RSAPublicKey:
        pem, key = self._keys.get(app.id, ("", None))
        if key is None or pem != app.private_key_pem:
            public = load_pem_private_key(app.private_key_pem.encode(), None).public_key()
            if not isinstance(public, RSAPublicKey):
                raise KeyError(app.id)
            key = public
            self._keys[app.id] = (app.private_key_pem, key)
        return key


def bad_credentials() -> Refused:
    """401, as GitHub words it."""
    return Refused(401, "Bad credentials")


def _password(credential: str) -> str:
    """The secret part of Basic credentials; tools put the token on either side."""
    try:
        name, _, password = base64.b64decode(credential, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as wrong:
        raise bad_credentials() from wrong
    return password if password and password != "x-oauth-basic" else name  # noqa: S105 -- a marker
