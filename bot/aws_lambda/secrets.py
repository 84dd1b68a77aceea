"""The bot's variables, completed from a secret of Secrets Manager that may be rotated.

``APP_SECRET`` names the secret; its text is an object of JSON with variables in it.
What the environment says wins. The secret is read again every few minutes, and
sooner when something says that it changed: GitHub refused our key, or a signature
did not fit.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

import boto3
import structlog
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from bot.clock import Clock

log = structlog.get_logger(__name__)

KNOWN_S = 300.0
DAY_S = 24 * 3600.0
SOONEST_S = 20.0  # between two reads, whatever strangers send: each one is paid for

ReadSecret = Callable[[str], str]  # by name or ARN; blocks


class SecretUnavailable(Exception):
    """The secret cannot be read and was not read before. The text is for operators."""


class Secrets:
    """Completes the environment; remembers the secret between invocations."""

    def __init__(
        self, environment: Mapping[str, str], *, clock: Clock, read: ReadSecret | None = None
    ) -> None:
        """``read`` replaces Secrets Manager."""
        self._environment = {name: text for name, text in environment.items() if text.strip()}
        self._clock = clock
        self._read = read or SecretsManager(clock)
        self._known: Mapping[str, str] | None = None
        self._read_at_s = -KNOWN_S
        self._is_doubted = False

    def doubt(self) -> None:
        """Read the secret again at the next chance: what we know may be out of date."""
        self._is_doubted = True

    async def variables(self) -> dict[str, str]:
        """Everything that is set. Raises SecretUnavailable."""
        name = self._environment.get("APP_SECRET", "")
        if name and self._is_due():
            await self._renew(name)
        return {**(self._known or {}), **self._environment}

    def _is_due(self) -> bool:
        age_s = abs(self._clock.now_s() - self._read_at_s)
        if self._known is None or age_s >= KNOWN_S:
            return True
        return self._is_doubted and age_s >= SOONEST_S

    async def _renew(self, name: str) -> None:
        try:
            self._known = variables_of(await asyncio.to_thread(self._read, name))
        except SecretUnavailable as error:
            if self._known is None:
                raise
            log.warning("secret not read again", reason=str(error))
        self._read_at_s, self._is_doubted = self._clock.now_s(), False


def variables_of(text: str) -> Mapping[str, str]:
    """The variables that the secret's text holds. Raises SecretUnavailable, never with a value."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise SecretUnavailable("The secret that APP_SECRET names holds no object of JSON.")
    wrong = sorted(name for name, value in found.items() if not _is_value(value))
    if wrong:
        raise SecretUnavailable(
            f"The secret that APP_SECRET names holds something else than text at {wrong[0]}."
        )
    return {name: str(value) for name, value in found.items()}


def _is_value(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))


class SecretsManager:
    """Reads secrets through one client, made when it is first needed.

    Each time it logs how old the value is: ``infra/bot`` has an alarm for a key that
    nobody changes, and AWS measures no such thing.
    """

    def __init__(self, clock: Clock, *, client: Any = None) -> None:
        self._clock = clock
        self._client = client

    def __call__(self, name: str) -> str:
        """The secret's text, ``{}`` where it has none yet. Raises SecretUnavailable."""
        try:
            self._client = self._client or _client()
            answer = self._client.get_secret_value(SecretId=name)
        except ClientError as error:
            if _has_no_value(error):  # made, and waiting for its first credentials
                return "{}"
            code = error.response.get("Error", {}).get("Code", "an error")
            raise SecretUnavailable(
                f"Secrets Manager answered {code} for the secret that APP_SECRET names. "
                "Check that it is there and that the function's role may read it."
            ) from None
        except BotoCoreError as error:
            raise SecretUnavailable(
                f"Secrets Manager cannot be asked ({type(error).__name__})."
            ) from None
        text = answer.get("SecretString")
        if not isinstance(text, str):
            raise SecretUnavailable("The secret that APP_SECRET names is not text.")
        if written := answer.get("CreatedDate"):  # of this value, not of the secret
            age_s = self._clock.now_s() - written.timestamp()
            log.info("secret read", secret_age_days=round(age_s / DAY_S, 2))
        return text


def _has_no_value(error: ClientError) -> bool:
    told = error.response.get("Error", {})
    is_missing = told.get("Code") == "ResourceNotFoundException"
    return is_missing and "AWSCURRENT" in str(told.get("Message"))


def _client() -> Any:
    config = Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 2})
    return boto3.session.Session().client("secretsmanager", config=config)
