"""Addresses that open one thing for a minute, to whoever has them: what a redirect leads to."""

import hashlib
import hmac
import secrets
from pathlib import Path
from urllib.parse import urlencode

VALID_FOR_S = 60


class SignedAddresses:
    """Signs paths, and knows its own signatures again after a restart."""

    def __init__(self, key_file: Path) -> None:
        self._key = _kept_key(key_file)

    def sign(self, path: str, *, now_s: float) -> str:
        """The path with what makes it open."""
        until = str(int(now_s) + VALID_FOR_S)
        return f"{path}?{urlencode({'until': until, 'signature': self._signature(path, until)})}"

    def is_open(self, path: str, until: str, signature: str, *, now_s: float) -> bool:
        """Whether the path was signed here, not long ago."""
        fresh = until.isascii() and until.isdigit() and int(until[:12]) >= now_s
        return fresh and hmac.compare_digest(
            signature.encode(), self._signature(path, until).encode()
        )

    def _signature(self, path: str, until: str) -> str:
        return hmac.digest(self._key, f"{until}:{path}".encode(), hashlib.sha256).hex()


def _kept_key(path: Path) -> bytes:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(secrets.token_bytes(32))
    return path.read_bytes()
