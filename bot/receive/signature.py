"""Proof that a body comes from GitHub, before anything reads it.

Source: GitHub docs, "Validating webhook deliveries": HMAC-SHA256 of the raw body
in ``X-Hub-Signature-256``. The older SHA-1 header proves nothing here.
"""

import hmac
import re

from multidict import CIMultiDictProxy

from bot.receive.refusal import unauthorized

HEADER = "X-Hub-Signature-256"
LEAST_SECRET_LENGTH = 16

_SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})", re.ASCII)


class Signature:
    """Checks signatures made with one secret."""

    def __init__(self, secret: str) -> None:
        """Raises ValueError for a secret that is blank or shorter than 16 characters."""
        secret = secret.strip()
        if len(secret) < LEAST_SECRET_LENGTH:
            raise ValueError(f"the webhook secret has fewer than {LEAST_SECRET_LENGTH} characters")
        self._secret = secret.encode()

    def claimed(self, headers: CIMultiDictProxy[str]) -> bytes:
        """The digest that the one signature header names. Raises Refusal."""
        given = headers.getall(HEADER, [])
        match = _SIGNATURE.fullmatch(given[0]) if len(given) == 1 else None
        if match is None:
            raise unauthorized(f"Exactly one {HEADER} header of the form sha256=… is needed.")
        return bytes.fromhex(match[1])

    def check(self, body: bytes, claimed: bytes) -> None:
        """Return only if ``claimed`` is the raw body's digest. Raises Refusal."""
        if not hmac.compare_digest(hmac.digest(self._secret, body, "sha256"), claimed):
            raise unauthorized("The signature does not fit the body and the secret.")
