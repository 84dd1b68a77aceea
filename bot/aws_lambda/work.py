"""The function ``work``: messages of the queue, and what is due by the clock.

The event source mapping invokes it with a batch of messages and deletes those that
the answer does not name; EventBridge invokes it with ``{"scheduled": ["*"]}``, or
the names of jobs.
"""

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog

from bot.app import Bot, open_bot
from bot.aws_lambda.batch import CLOSING_S, Batch
from bot.aws_lambda.closed_memory import close_memory
from bot.aws_lambda.container import Container, Context, Deadline, Kept
from bot.aws_lambda.records import OtherEvent, failures, read_records
from bot.aws_lambda.secrets import Secrets
from bot.clock import SystemClock
from bot.logs import start_logs
from bot.settings import Settings, SettingsError
from bot.work.schedule import run_due

log = structlog.get_logger(__name__)

LAST_S = 1.0  # for the answer's own way


def handler(event: Any, context: Context) -> dict[str, Any]:
    """``{"batchItemFailures": […]}`` to messages, ``{"done": […]}`` to what was scheduled.

    Raises what keeps the bot from opening, so that all of the batch comes again and
    the function's own errors, which are watched, tell of it.
    """
    container = kept.get()
    return container.run(lambda: _work(container, event, context))


async def _work(container: Container[Bot], event: Any, context: Context) -> dict[str, Any]:
    deadline = Deadline(context)
    if not isinstance(event, Mapping):
        raise OtherEvent("The event is no object of JSON.")
    bot = await container.current()
    try:
        if "scheduled" in event:
            return {"done": await _due(bot, event["scheduled"], deadline)}
        batch = Batch(
            worker=bot.worker,
            queue=bot.queue,
            deadline=deadline,
            lease_s=bot.settings.lease_seconds,
        )
        return failures(await batch.work(read_records(event)))
    finally:  # what is not shown by now is shown by whoever goes on
        with suppress(TimeoutError):
            async with deadline.before_end(LAST_S):
                await bot.reporter.rest()


async def _due(bot: Bot, names: Any, deadline: Deadline) -> list[str]:
    """What was done. What the end of the invocation cuts off is due again at once."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise OtherEvent("The scheduled jobs are not a list of names.")
    try:
        async with deadline.before_end(CLOSING_S):
            return list(await run_due(bot.jobs, names, leases=bot.leases, clock=bot.clock))
    except TimeoutError:
        log.warning("the invocation ends", scheduled=names)
        return []


@asynccontextmanager
async def _open(
    variables: Mapping[str, str], key_refused: Callable[[], None]
) -> AsyncIterator[Bot]:
    """The bot. Raises SettingsError: a template may not be rendered beside our credentials."""
    settings = Settings.from_env(variables)
    if not settings.render_function:
        raise SettingsError({"RENDER_FUNCTION": "is missing"})
    async with open_bot(settings, redactor=start_logs(settings), key_refused=key_refused) as bot:
        yield bot


def _container() -> Container[Bot]:
    close_memory()
    return Container(Secrets(os.environ, clock=SystemClock()), _open)


kept = Kept(_container)
