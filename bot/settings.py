"""Everything an operator may set, and the only place that reads the environment.

Names are Probot's where Probot has one, so that what people know from there works.
"""

import base64
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from dotenv import dotenv_values

from bot.github.port import RepositoryName

PUBLIC_API = "https://api.github.com"
SHORTEST_SECRET = 16  # characters; a shorter one could be guessed from one signed delivery
LOG_LEVELS = {
    "trace": "debug",
    "debug": "debug",
    "info": "info",
    "warn": "warning",
    "warning": "warning",
    "error": "error",
    "fatal": "critical",
    "critical": "critical",
}

_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})")
_REPOSITORY = re.compile(r"[A-Za-z0-9._-]{1,100}")
_FUNCTION = re.compile(r"[A-Za-z0-9:_$-]{1,170}")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

T = TypeVar("T")


class SettingsError(Exception):
    """What is missing or malformed, by name and never with a value.

    ``problems`` maps the variable's name to a clause about it.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("\n".join(f"{name}: {what}" for name, what in self.problems.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All an operator may set, built in ``app.py``."""

    app_id: int
    private_key: str = field(repr=False)  # PEM
    webhook_secret: str = field(repr=False)
    organizations: tuple[str, ...]  # logins that are served; deliveries of others are dropped
    catalog_repository: RepositoryName
    github_api_url: str = PUBLIC_API  # no slash at its end
    host: str = "127.0.0.1"
    port: int = 3000
    log_level: str = "info"
    log_format: str = "json"
    store_url: str = field(
        default="sqlite:///data/paved-road.db", repr=False
    )  # may hold a password
    queue_url: str = "sqlite:///data/paved-road.db"  # one file for both: one fsync for both
    render_function: str = ""  # AWS Lambda that renders templates; empty: a process of ours does
    workers: int = 8  # messages that one process works on side by side
    lease_seconds: int = 60  # a worker silent this long loses its message
    stop_seconds: int = 20  # what is under way may take so long to end when a process stops
    attempts: int = 10  # at one message before it goes to the dead letters
    first_retry_s: float = 2.0  # before a repeated attempt; doubles with each
    progress_interval_s: float = 2.0  # at least between two edits of one comment
    content_per_minute: int = 80  # GitHub's published pace for creating content
    content_per_hour: int = 500

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """Raises SettingsError naming all that is missing or malformed, never a value."""
        read = EnvReader(env)
        data_dir = Path(read.text("DATA_DIR", default="data"))
        embedded = f"sqlite:///{data_dir / 'paved-road.db'}"
        store_url = read.engine("STORE_URL", _STORES, default=embedded)
        beside = store_url if store_url.startswith("sqlite:") else embedded
        organizations = read.organizations("ORGANIZATIONS")
        return read.finish(
            cls,
            app_id=read.integer("APP_ID"),
            private_key=read.private_key(),
            webhook_secret=read.secret("WEBHOOK_SECRET"),
            organizations=organizations,
            catalog_repository=read.repository("CATALOG_REPOSITORY", of=organizations),
            github_api_url=read.url("GITHUB_API_URL", default=PUBLIC_API),
            host=read.text("HOST", default="127.0.0.1"),
            port=read.integer("PORT", default=3000, most=65_535),
            log_level=LOG_LEVELS.get(read.choice("LOG_LEVEL", LOG_LEVELS, default="info"), ""),
            log_format=read.choice("LOG_FORMAT", ("json", "pretty"), default="json"),
            store_url=store_url,
            queue_url=read.engine("QUEUE_URL", _QUEUES, default=beside),
            render_function=read.function("RENDER_FUNCTION"),
            workers=read.integer("WORKERS", default=8, most=64),
            lease_seconds=read.integer("LEASE_SECONDS", default=60, least=1, most=3_600),
            stop_seconds=read.integer("STOP_SECONDS", default=20, most=3_600),
            attempts=read.integer("ATTEMPTS", default=10, most=100),
            first_retry_s=read.integer("FIRST_RETRY_MS", default=2_000, most=60_000) / 1000,
            progress_interval_s=read.integer("PROGRESS_INTERVAL_MS", default=2_000, most=60_000)
            / 1000,
            content_per_minute=read.integer("CONTENT_PER_MINUTE", default=80),
            content_per_hour=read.integer("CONTENT_PER_HOUR", default=500),
        )


def store_address(name: str, text: str) -> str:
    """The text, if it is the address of a store. Raises SettingsError under that name."""
    read = EnvReader({name: text})
    return read.finish(str, object=read.engine(name, _STORES, default=""))


def environment(folder: Path) -> dict[str, str]:
    """This process's environment, completed (never overridden) by ``folder/.env``."""
    file = {name: value for name, value in _dotenv(folder).items() if value is not None}
    return file | dict(os.environ)


def _dotenv(folder: Path) -> Mapping[str, str | None]:
    """Values as written: a ``$`` in a secret is a ``$``."""
    return dotenv_values(folder / ".env", interpolate=False)


class EnvReader:
    """Reads variables one by one and remembers every problem.

    A method returns something of its type in any case; ``finish`` raises before
    anybody can use it.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._problems: dict[str, str] = {}

    def finish(self, build: type[T], **values: Any) -> T:
        """The settings. Raises SettingsError where anything was wrong."""
        if self._problems:
            raise SettingsError(self._problems)
        return build(**values)

    def text(self, name: str, *, default: str | None = None) -> str:
        """The variable without spaces around it; blank is the same as not set."""
        value = self._env.get(name, "").strip()
        if value:
            return value
        if default is None:
            self._problem(name, "is missing")
        return default or ""

    def integer(
        self, name: str, *, default: int | None = None, least: int = 1, most: int = 2**53
    ) -> int:
        """A whole number in ASCII digits within the bounds."""
        text = self.text(name, default=None if default is None else str(default))
        if not text:
            return least
        number = int(text) if re.fullmatch("[0-9]{1,16}", text) else least - 1
        if not least <= number <= most:
            bounds = f"from {least} to {most}" if most < 2**53 else f"of at least {least}"
            self._problem(name, f"must be a whole number {bounds}")
        return number

    def choice(
        self, name: str, choices: Mapping[str, str] | tuple[str, ...], *, default: str
    ) -> str:
        """One of the words, in any case."""
        text = self.text(name, default=default).lower()
        if text not in choices:
            self._problem(name, f"must be one of {', '.join(choices)}")
        return text

    def secret(self, name: str) -> str:
        """A secret that is long enough; the line break an editor left is not part of it."""
        value = self._env.get(name, "").strip("\r\n")
        if not value.strip():
            self._problem(name, "is missing")
        elif len(value) < SHORTEST_SECRET:
            self._problem(name, f"must have at least {SHORTEST_SECRET} characters")
        return value

    def private_key(self) -> str:
        """The App's RSA key as PEM, from ``PRIVATE_KEY`` or the file of ``PRIVATE_KEY_PATH``."""
        inline = self.text("PRIVATE_KEY", default="")
        path = self.text("PRIVATE_KEY_PATH", default="")
        if bool(inline) == bool(path):
            clause = "is set beside PRIVATE_KEY_PATH; keep one" if inline else "is missing"
            self._problem("PRIVATE_KEY", clause)
            return ""
        name = "PRIVATE_KEY" if inline else "PRIVATE_KEY_PATH"
        pem = _pem(inline) if inline else self._file(name, Path(path))
        if name not in self._problems and not _is_rsa_key(pem):
            self._problem(name, "holds no RSA private key in PEM format (GitHub's .pem file)")
        return pem

    def organizations(self, name: str) -> tuple[str, ...]:
        """Logins of organisations, separated by commas."""
        logins = tuple(part.strip() for part in self.text(name).split(",") if part.strip())
        if not all(_LOGIN.fullmatch(login) for login in logins):
            self._problem(name, "must be organisation names separated by commas")
            return ()
        return logins

    def repository(self, name: str, *, of: tuple[str, ...]) -> RepositoryName:
        """``owner/name`` whose owner is one of the organisations."""
        text = self.text(name)
        owner, _, repository = text.partition("/")
        if not text:
            return RepositoryName("", "")
        if not (
            _LOGIN.fullmatch(owner)
            and _REPOSITORY.fullmatch(repository)
            and repository not in (".", "..")
        ):
            self._problem(name, "must be owner/name")
        elif of and owner.lower() not in {login.lower() for login in of}:
            self._problem(name, "must belong to one of ORGANIZATIONS")
        return RepositoryName(owner, repository)

    def url(self, name: str, *, default: str) -> str:
        """An https address; plain http only to this machine, for the local GitHub."""
        text = self.text(name, default=default).rstrip("/")
        parts = _split(text)
        host = parts.hostname if parts else None
        fine = host and parts and not (parts.username or parts.query or parts.fragment)
        if not fine:
            self._problem(name, "must be an https:// address")
        elif parts and parts.scheme != "https" and (parts.scheme, host) not in _PLAIN:
            self._problem(name, "must start with https:// (http:// only to this machine)")
        return text

    def engine(self, name: str, schemes: Mapping[str, str], *, default: str) -> str:
        """The address of a store or a queue; ``schemes`` gives each an example.

        ``sqlite:///relative/path`` and ``sqlite:////absolute/path`` name a file.
        """
        text = self.text(name, default="")
        if not text:
            return default
        parts = _split(text)
        is_file = parts is not None and parts.scheme == "sqlite"
        known = parts is not None and (parts.scheme in schemes or _is_local_sqs(parts, schemes))
        fine = known and parts is not None and bool(parts.netloc) != is_file
        if not fine or (is_file and len(parts.path) < 2):
            self._problem(name, f"must be {' or '.join(dict.fromkeys(schemes.values()))}")
        return text

    def function(self, name: str) -> str:
        """The name or the ARN of an AWS Lambda function, or empty."""
        text = self.text(name, default="")
        if text and not _FUNCTION.fullmatch(text):
            self._problem(name, "must be the name or the ARN of an AWS Lambda function")
        return text

    def _file(self, name: str, path: Path) -> str:
        try:
            return path.read_text(encoding="ascii")
        except FileNotFoundError:
            self._problem(name, "names a file that does not exist")
        except (OSError, UnicodeDecodeError):
            self._problem(name, "names a file that cannot be read as text")
        return ""

    def _problem(self, name: str, what: str) -> None:
        self._problems.setdefault(name, what)


_PLAIN = frozenset(("http", host) for host in _LOOPBACK)
_STORES = {
    "sqlite": "sqlite:///path",
    "mongodb": "mongodb://host/database",
    "mongodb+srv": "mongodb://host/database",
}
_QUEUES = {"sqlite": "sqlite:///path", "sqs": "sqs://name", "https": "https://sqs…/name"}


def _is_local_sqs(parts: Any, schemes: Mapping[str, str]) -> bool:
    """Plain http, to this machine alone: a test's SQS."""
    return "sqs" in schemes and (parts.scheme, parts.hostname) in _PLAIN


def _split(text: str) -> Any:
    try:
        return urlsplit(text)
    except ValueError:  # unbalanced brackets of an IPv6 address, a port out of range
        return None


def _pem(text: str) -> str:
    """PEM from what fits on one line of an environment: escaped line breaks, or base64."""
    if text.startswith("-----"):
        return text.replace("\\r", "").replace("\\n", "\n")
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode("ascii")
    except ValueError:  # neither, or not even ASCII
        return ""


def _is_rsa_key(pem: str) -> bool:
    try:
        return isinstance(load_pem_private_key(pem.encode(), password=None), RSAPrivateKey)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
