"""Logs: one JSON object a line, in the names of the Elastic Common Schema."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from .settings import NAME, Settings

QUIET = ("/health/", "/metrics")  # asked all the time, by machines


class JsonLines(logging.Formatter):
    """A record as one line. What is given as ``extra`` is in it if its name has a dot."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; an exception is in it whole, with its causes."""
        line: dict[str, Any] = {
            "@timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "log.level": record.levelname,
            "message": record.getMessage(),
            "ecs.version": "8.11",
            "service.name": NAME,
            "log.logger": record.name,
        }
        line |= {name: value for name, value in vars(record).items() if "." in name}
        if record.exc_info and (error := record.exc_info[1]):
            line["error.type"] = type(error).__name__
            line["error.message"] = str(error)
            line["error.stack_trace"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class Requests(logging.Filter):
    """The server's line for a request: its parts as fields, and without its query.

    A query may hold what nobody should read in a log.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to write the line."""
        if record.name != "uvicorn.access" or not isinstance(record.args, tuple):
            return True
        _client, method, target, _version, status = record.args
        path = str(target).partition("?")[0]
        record.msg, record.args = "%s %s %s", (method, path, status)
        record.__dict__ |= {
            "http.request.method": method,
            "url.path": path,
            "http.response.status_code": status,
        }
        return not path.startswith(QUIET)


def logging_config(settings: Settings) -> dict[str, Any]:
    """For ``logging.config.dictConfig``: everything goes to standard output."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {"()": JsonLines},
            "text": {"format": "%(asctime)s %(levelname)-7s %(name)s: %(message)s"},
        },
        "filters": {"requests": {"()": Requests}},
        "handlers": {
            "stdout": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": settings.log_format,
                "filters": ["requests"],
            }
        },
        "root": {"handlers": ["stdout"], "level": settings.log_level},
    }
