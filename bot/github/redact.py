"""Nothing secret leaves by a log, an exception or a metric: the last gate for text.

Two nets, because each has holes. *Live values* (tokens in use, the webhook
secret) are known exactly, whatever they look like. *Patterns* catch what never
went through us: a key in an operator's paste, a token in a library's message.
"""

import logging
import math
import re
from collections.abc import Mapping, MutableMapping
from typing import Any

from bot.clock import Clock, SystemClock

GONE = "[redacted]"
SHORTEST_SECRET = 8  # a shorter "secret" would blank out ordinary words
FRAGMENT = 20  # so much of a live value gives it away; below it, a word could be blanked
SAMPLE = FRAGMENT // 2  # taken side by side, one lies whole in every fragment

PATTERNS = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        # A private key, also cut off, also with its line breaks written as \n.
        (r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.S),
        # GitHub's prefixes: ghs_ ghp_ gho_ ghu_ ghr_. Since 2026 an installation token may be
        # ghs_<app id>_<JWT>, some 520 characters with dots (github-facts, section 1).
        (r"gh[a-z]_[A-Za-z0-9._-]{20,}", 0),
        (r"github_pat_[A-Za-z0-9_]{20,}", 0),
        (r"eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)?", 0),
        (r"(?:AKIA|ASIA)[A-Z0-9]{16}", 0),
    )
)
RUN = re.compile(rf"[A-Za-z0-9._-]{{{FRAGMENT},}}")


class Redactor:
    """Cleans text of secrets. One for the process; whoever holds a secret tells it.

    A line costs microseconds, however many tokens live: pieces of them are found by
    an index of short samples first, and compared in full only after a hit.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._live: dict[str, float] = {}  # the secret and when it dies, Unix time in seconds
        self._joined = ""
        self._samples: frozenset[str] = frozenset()
        self._odd: tuple[str, ...] = ()  # those that no run of letters holds whole

    def remember(self, secret: str, *, until_s: float = math.inf) -> None:
        """Blank this value from now on, and any part of it of 20 characters or more.

        ``until_s``: Unix time in seconds after which it opens nothing any more.
        """
        if len(secret) < SHORTEST_SECRET:
            return
        now_s = self._clock.now_s()
        self._live = {each: end_s for each, end_s in self._live.items() if end_s > now_s}
        self._live[secret] = until_s
        self._joined = "\n".join(self._live)
        self._samples = frozenset(
            each[start : start + SAMPLE] for each in self._live for start in _starts(each)
        )
        self._odd = tuple(each for each in self._live if not RUN.fullmatch(each))

    def clean(self, text: str) -> str:
        """``text`` without secrets. Never raises; the clean text of clean text is the same."""
        for secret in self._odd:
            text = text.replace(secret, GONE)
        for pattern in PATTERNS:
            text = pattern.sub(GONE, text)
        return RUN.sub(self._part, text) if self._live else text

    def _part(self, run: re.Match[str]) -> str:
        """A run of letters, gone if it holds a piece of a live value, as of one cut in two."""
        word = run[0]
        for at in range(len(word) - SAMPLE + 1):
            if word[at : at + SAMPLE] in self._samples and self._holds_piece(word, at):
                return GONE
        return word

    def _holds_piece(self, word: str, at: int) -> bool:
        around = range(max(0, at - FRAGMENT + SAMPLE), min(at, len(word) - FRAGMENT) + 1)
        return any(word[start : start + FRAGMENT] in self._joined for start in around)

    def clean_value(self, value: Any) -> Any:
        """The same for what a log line may hold: texts, bytes, and containers of them."""
        if isinstance(value, str):
            return self.clean(value)
        if isinstance(value, bytes):
            return self.clean(value.decode("utf-8", "replace")).encode()
        if isinstance(value, Mapping):
            return {self.clean_value(key): self.clean_value(each) for key, each in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self.clean_value(each) for each in value]
        if value is None or isinstance(value, (bool, int, float)):
            return value
        return self.clean(repr(value))

    def processor(self, _logger: Any, _method: str, event: Any) -> Any:
        """As a structlog processor: put it last, after the renderer.

        There it sees the line as it is written, tracebacks and their local
        variables included. Before a renderer it cleans the dictionary.
        """
        if isinstance(event, MutableMapping):
            for key in list(event):
                event[key] = self.clean_value(event[key])
            return event
        return self.clean_value(event)


def _starts(secret: str) -> range:
    return range(0, len(secret) - SAMPLE + 1, SAMPLE)


class RedactingFilter(logging.Filter):
    """Cleans records of the standard library's logging; add it to every handler.

    Message and arguments are joined first, so that a token split over arguments
    is seen whole. The traceback is formatted here and cleaned.
    """

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor
        self._plain = logging.Formatter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the record, cleaned."""
        record.msg, record.args = self._redactor.clean(_message(record)), None
        if record.exc_info:
            record.exc_text = self._plain.formatException(record.exc_info)
            record.exc_info = None  # its objects still hold what the text no longer does
        if record.exc_text:
            record.exc_text = self._redactor.clean(record.exc_text)
        if record.stack_info:
            record.stack_info = self._redactor.clean(record.stack_info)
        return True


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):  # a wrong log call must not hide what it said
        return f"{record.msg!r} {record.args!r}"
