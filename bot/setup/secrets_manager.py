"""Credentials in AWS Secrets Manager: one secret whose JSON object holds the bot's variables.

``infra/bot`` makes the secret; setup puts a first value into it. Only
``secretsmanager:GetSecretValue`` and ``secretsmanager:PutSecretValue`` are needed.
"""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from bot.errors import UserError
from bot.setup.credentials import AlreadySetUp

PATIENCE = Config(connect_timeout=5, read_timeout=15, retries={"mode": "standard"})
DENIED = ("AccessDeniedException", "UnrecognizedClientException", "InvalidSignatureException")


class SecretUnusable(UserError):
    """The secret is not there, may not be used, or holds something else."""

    code = "secret-unusable"


class AwsSecret:
    """A secret by its name or ARN. Is a ``CredentialStore``."""

    def __init__(self, name: str, *, client: Any = None) -> None:
        self._name, self._client = name, client

    @property
    def place(self) -> str:
        """See the protocol."""
        return f"the secret {self._name} of AWS Secrets Manager"

    async def refuse_if_set(self) -> None:
        """See the protocol."""
        await asyncio.to_thread(self._read)

    async def keep(self, values: Mapping[str, str]) -> None:
        """See the protocol. What else the secret holds stays."""
        await asyncio.to_thread(self._keep, values)

    def _keep(self, values: Mapping[str, str]) -> None:
        merged = json.dumps({**self._read(), **values})
        self._ask("put_secret_value", SecretString=merged)

    def _read(self) -> dict[str, Any]:
        """What the secret holds. Raises AlreadySetUp where that is an App."""
        told = self._ask("get_secret_value")
        try:
            held = json.loads(told.get("SecretString") or "{}")
        except ValueError:
            held = None
        if not isinstance(held, dict):
            raise SecretUnusable(
                f"The secret {self._name} holds something other than a JSON object.",
                fix="Name a secret that is empty or holds the bot's variables as a JSON object.",
            )
        if held.get("APP_ID"):
            raise AlreadySetUp(
                f"The secret {self._name} already holds an App.",
                fix="Nothing is left to do. To register another App, name another secret.",
            )
        return held

    def _ask(self, call: str, **arguments: str) -> dict[str, Any]:
        """One call; a secret without a first value answers as an empty one."""
        try:
            client = self._client or boto3.client("secretsmanager", config=PATIENCE)
            answer: dict[str, Any] = getattr(client, call)(SecretId=self._name, **arguments)
        except ClientError as error:
            if call == "get_secret_value" and _has_no_value(error):
                return {}
            raise self._problem(error) from None
        except (BotoCoreError, ValueError) as error:  # ValueError: an address that is none
            raise SecretUnusable(
                f"AWS could not be asked ({type(error).__name__}).",
                fix="Check AWS_REGION, the credentials of this machine or role, and the network.",
            ) from None
        return answer

    def _problem(self, error: ClientError) -> SecretUnusable:
        code = error.response.get("Error", {}).get("Code", "")
        if code == "ResourceNotFoundException":
            return SecretUnusable(
                f"There is no secret {self._name} in this region and account.",
                fix="Make it first (infra/bot does), or check the name and AWS_REGION.",
            )
        if code in DENIED:
            return SecretUnusable(
                f"AWS does not let this role use the secret {self._name}.",
                fix="Allow secretsmanager:GetSecretValue and secretsmanager:PutSecretValue on it.",
            )
        return SecretUnusable(f"AWS answered {code or 'an error'}.", fix="Try again.")


def _has_no_value(error: ClientError) -> bool:
    """A secret that was made without a value is found, and its current version is not."""
    told = error.response.get("Error", {})
    missing = told.get("Code") == "ResourceNotFoundException"
    return missing and "AWSCURRENT" in str(told.get("Message"))
