"""Asks the function ``render`` from ``work``, and believes nothing that it says."""

import asyncio
import json
from typing import Any

import boto3
import structlog
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from bot.aws_lambda.envelope import MOST_BYTES, NoEnvelope, TooLarge, pack, unpack
from bot.rendering import Limits, RenderError, RendererUnavailable

log = structlog.get_logger(__name__)

CONNECT_S = 5.0
READ_S = 65.0  # the function itself ends after 60
AT_ONCE = 8
MOST_ANSWER_BYTES = Limits().out_bytes + 20_000_000  # the files and their list

_TOO_LARGE = (
    "The template with its answers, or the project made of them, is too large for AWS Lambda, "
    "which carries 6 MB of compressed files each way. Make the template smaller, or run the bot "
    "in containers."
)


class RenderFunction:
    """An ``Exchange`` with the function of that name or ARN."""

    def __init__(self, function: str) -> None:
        """Nothing is asked and no client made before the first render."""
        self._function = function
        self._client: Any = None
        self._making = asyncio.Lock()

    async def __call__(self, message: bytes) -> bytes:
        """The function's answer to the message, unpacked.

        Raises RenderError for what is too large, RendererUnavailable for everything that
        may be better at the next attempt.
        """
        try:
            packed = await asyncio.to_thread(pack, message)
        except TooLarge:
            raise RenderError("too-large", _TOO_LARGE) from None
        async with self._making:
            self._client = self._client or await asyncio.to_thread(_client)
        told = await asyncio.to_thread(self._invoke, json.dumps({"message": packed}).encode())
        return await asyncio.to_thread(_answer_of, told)

    def _invoke(self, payload: bytes) -> bytes:
        try:
            answer = self._client.invoke(
                FunctionName=self._function, InvocationType="RequestResponse", Payload=payload
            )
            told: bytes = answer["Payload"].read(MOST_BYTES + 100_000)
        except (BotoCoreError, ClientError, OSError) as error:
            raise _away(_reason(error)) from None
        if "FunctionError" in answer:  # it ran out of time or memory, or broke
            raise _away(f"the function ended with {_printable(told)}")
        return told


def _client() -> Any:
    config = Config(
        connect_timeout=CONNECT_S,
        read_timeout=READ_S,
        retries={"total_max_attempts": 1},  # the queue repeats, with a growing delay
        max_pool_connections=AT_ONCE,
    )
    return boto3.session.Session().client("lambda", config=config)


def _answer_of(told: bytes) -> bytes:
    """What the function packed. Raises as ``RenderFunction`` does."""
    try:
        answer = json.loads(told)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise _away("the function answered no object of JSON")
    refused = answer.get("refused")
    if refused == "too-large":
        raise RenderError("too-large", _TOO_LARGE)
    if refused is not None:
        raise _away(f"the function refused: {_printable(json.dumps(answer).encode())}")
    try:
        return unpack(answer.get("answer"), most_bytes=MOST_ANSWER_BYTES)
    except TooLarge:
        raise RenderError("too-large", _TOO_LARGE) from None
    except NoEnvelope:
        raise _away("the function's answer cannot be unpacked") from None


def _away(reason: str) -> RendererUnavailable:
    log.warning("render function", reason=reason)
    return RendererUnavailable(reason)


def _reason(error: Exception) -> str:
    if isinstance(error, ClientError):
        return f"AWS answered {error.response.get('Error', {}).get('Code', 'an error')}"
    return type(error).__name__


def _printable(told: bytes) -> str:
    text = told[:300].decode("utf-8", "replace")
    return "".join(each if each.isprintable() else " " for each in text)
