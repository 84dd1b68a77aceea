"""Logs: one JSON line an event (or readable text), and no secret in any of them."""

import logging
import sys
from typing import Any

import structlog

from bot.clock import SystemClock
from bot.github.redact import RedactingFilter, Redactor
from bot.settings import Settings


def start_logs(settings: Settings) -> Redactor:
    """Log as the settings say; returns what every secret must be told to."""
    redactor = Redactor(SystemClock())
    redactor.remember(settings.webhook_secret)
    configure_logs(
        level=settings.log_level, pretty=settings.log_format == "pretty", redactor=redactor
    )
    return redactor


def quiet_logs() -> None:
    """A command's standard output is what it was asked for; warnings go to standard error."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def configure_logs(*, level: str, pretty: bool, redactor: Redactor) -> None:
    """Everything that is logged from now on, by us or a library, goes to standard error, clean."""
    number = logging.getLevelNamesMapping()[level.upper()]
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(RedactingFilter(redactor))
    logging.basicConfig(level=number, handlers=[handler], force=True)
    logging.getLogger("pymongo").setLevel(logging.WARNING)  # below, it tells of every call
    renderer: Any = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if pretty
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    readable: list[Any] = [] if pretty else [structlog.processors.format_exc_info]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *readable,
            renderer,
            redactor.processor,  # last: it sees the line as it is written
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
