"""Who looks at the pages: a signed cookie, and the token that every form carries.

A person signs in by choosing an account, because everybody at this machine is
trusted with all of them. The cookie is signed all the same, and each form holds a
token bound to it, so that another site in the same browser can neither become
somebody nor act for them.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from pathlib import Path

COOKIE = "local_github_session"
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Session:
    """One browser. ``login`` is empty until somebody signs in."""

    id: str
    login: str = ""


class Sessions:
    """Writes and reads cookies; nothing is kept but the key."""

    def __init__(self, key_file: Path) -> None:
        self._key = _kept_key(key_file)

    def start(self, login: str = "") -> Session:
        """A session that nobody has had before."""
        return Session(secrets.token_hex(16), login)

    def cookie(self, session: Session) -> str:
        """The cookie's value."""
        said = f"{session.id}.{session.login}"
        return f"{self._sign('session', said)}.{said}"

    def read(self, cookie: str | None) -> Session | None:
        """The session of a cookie that we signed, else None."""
        mark, _, said = (cookie or "").partition(".")
        if not hmac.compare_digest(mark.encode(), self._sign("session", said).encode()):
            return None
        session_id, _, login = said.partition(".")
        return Session(session_id, login)

    def form_token(self, session: Session) -> str:
        """What a form of this session carries."""
        return self._sign("form", f"{session.id}.{session.login}")

    def is_form_token(self, session: Session, given: str) -> bool:
        """Whether a form came from a page of this session."""
        return hmac.compare_digest(given.encode(), self.form_token(session).encode())

    def _sign(self, purpose: str, text: str) -> str:
        return hmac.digest(self._key, f"{purpose}:{text}".encode(), hashlib.sha256).hex()


def _kept_key(path: Path) -> bytes:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(secrets.token_bytes(_KEY_BYTES))
    return path.read_bytes()
