"""The function ``receive``: a request from API Gateway goes through the bot's web side.

When it returns, the container is frozen and runs nothing. So what was accepted is
sent to the queue first; where the queue is away, it is in the store, the answer is
202 all the same, and the sweep queues it.
"""

import json
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import structlog

from bot.app import open_bot
from bot.aws_lambda.container import Container, Context, Deadline, Kept
from bot.aws_lambda.front import Front, open_front
from bot.aws_lambda.http_event import HttpRequest, read_request
from bot.aws_lambda.secrets import Secrets, SecretUnavailable
from bot.aws_lambda.waiting import waiting_app
from bot.clock import SystemClock
from bot.logs import start_logs
from bot.queue.port import QueueUnavailable
from bot.receive import Refusal
from bot.settings import Settings, SettingsError
from bot.store.port import StoreUnavailable

log = structlog.get_logger(__name__)

FLUSH_S = 2.0  # of GitHub's ten seconds
RESERVE_S = 0.5  # for the answer's own way

_AWAY = "The delivery could not be taken in now; send it again."


def handler(event: Any, context: Context) -> dict[str, Any]:
    """The answer to one request, as API Gateway wants it."""
    container = kept.get()
    return container.run(lambda: _answer(container, event, context))


async def _answer(container: Container[Front], event: Any, context: Context) -> dict[str, Any]:
    deadline = Deadline(context)
    try:
        request = read_request(event)
        async with deadline.before_end(RESERVE_S):
            return await _ask(container, request, deadline)
    except Refusal as refusal:
        log.info("request refused", outcome=refusal.outcome, reason=refusal.sentence)
        return _told(refusal.status, refusal.outcome, refusal.sentence)
    except (SecretUnavailable, StoreUnavailable, QueueUnavailable) as error:
        log.warning("not opened", reason=str(error))
    except (TimeoutError, aiohttp.ClientError) as error:
        log.warning("not answered in time", reason=type(error).__name__)
    return _told(503, "unavailable", _AWAY)


async def _ask(
    container: Container[Front], request: HttpRequest, deadline: Deadline
) -> dict[str, Any]:
    front = await container.current()
    answer = await front.ask(request)
    if answer["statusCode"] == 401 or not front.is_set_up:
        container.secrets.doubt()  # perhaps it was rotated, or set up, a moment ago
        newer = await container.current()
        if newer is not front:
            front, answer = newer, await newer.ask(request)
    await front.flush(within_s=min(FLUSH_S, max(deadline.left_s() - 2 * RESERVE_S, 0.0)))
    return answer


def _told(status: int, word: str, sentence: str) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "isBase64Encoded": False,
        "body": json.dumps({"status": word, "message": sentence}),
    }


@asynccontextmanager
async def _open(
    variables: Mapping[str, str], key_refused: Callable[[], None]
) -> AsyncIterator[Front]:
    """The bot's web side, or, without credentials, the pages that say how to get some."""
    try:
        settings = Settings.from_env(variables)
    except SettingsError as error:
        log.warning("not set up", problems=error.problems)
        async with open_front(waiting_app(variables, error.problems), is_set_up=False) as front:
            yield front
        return
    async with (
        open_bot(settings, redactor=start_logs(settings), key_refused=key_refused) as bot,
        open_front(bot.web, is_set_up=True) as front,
    ):
        yield front


kept = Kept(lambda: Container(Secrets(os.environ, clock=SystemClock()), _open))
