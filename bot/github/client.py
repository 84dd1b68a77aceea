"""The one way to GitHub: routes, tokens, waiting, repeating, and what a refusal means.

Nobody above repeats a request and nobody below does. Short waits are slept here;
long ones become ``RetryLater``, so that the queue waits and not a worker.
"""

import asyncio
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from yarl import URL

from bot.clock import Clock
from bot.errors import RetryLater
from bot.github.exchange import Answer, Exchange, NoAnswer, Refusal, TooLarge
from bot.github.governor import Governor
from bot.github.paces import CONTENT
from bot.github.port import Forbidden, GitHubError, NotFound, Rejected
from bot.github.rate_limits import Budget, budget, is_rate_limit, wait_after_refusal
from bot.github.redact import Redactor

MOST_TRIES = 4
FIRST_BACKOFF_S = 0.5
LONGEST_WAIT_S = 30.0  # within one request; beyond it the queue takes the work back
MOST_AT_ONCE = 20  # GitHub allows 100 at once to all of an App's processes together
REDIRECTS = frozenset({301, 302, 307, 308})
MOST_HOPS = 3

PATH_VARIABLE = re.compile(r"\{/?(\w+)\*?\}")
# What no name on GitHub holds and what would lead to another route once decoded.
UNFIT = re.compile(r"[/\\\x00-\x1f\x7f]")


class Renamed(NotFound):
    """What was asked for has moved to another name, and a write does not follow."""


class Access(Protocol):
    """A right to ask: the App's own, or that of an installation under a scope."""

    @property
    def payer(self) -> str:
        """Whose rate limit it counts on: an organisation, or ``app``."""
        ...

    async def token(self) -> str:
        """A token that is valid now."""
        ...

    def refused(self, token: str) -> None:
        """GitHub did not take this token: never hand it out again."""
        ...


class Watch(Protocol):
    """What metrics get to know. A route is its template: never a name, never a value."""

    def github_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One exchange ended; status 0 means that no answer came."""
        ...

    def rate_limit(self, installation: str, left: int) -> None:
        """How many requests GitHub says are left on that limit."""
        ...

    def retried(self, of: str) -> None:
        """A request goes out once more."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """A request to a route. ``repeatable`` says that doing it twice is like once."""

    method: str
    template: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    repeatable: bool = True
    follow: bool = True

    @property
    def route(self) -> str:
        """Method and template without the query, for metrics and messages."""
        return f"{self.method} {self.path}"

    @property
    def path(self) -> str:
        """The template without the query."""
        return self.template.partition("{?")[0]


class Client:
    """Sends requests until they are answered, refused for good, or better done later."""

    def __init__(
        self,
        exchange: Exchange,
        *,
        clock: Clock,
        redactor: Redactor,
        governor: Governor,
        watch: Watch,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._exchange = exchange
        self._clock = clock
        self._redactor = redactor
        self._governor = governor
        self._watch = watch
        self._jitter = jitter
        self._slots = asyncio.Semaphore(MOST_AT_ONCE)
        self._pauses: dict[str, _Pause] = {}
        self._left: dict[str, Budget] = {}

    async def send(self, request: Request, access: Access) -> Any:
        """The answer's JSON, or None without one. Raises what ``ask`` does."""
        return (await self.ask(request, access)).data

    async def ask(self, request: Request, access: Access) -> Answer:
        """The whole answer.

        Raises NotFound, Forbidden, Rejected and RetryLater. A request that is not
        ``repeatable`` and whose answer was lost is not sent again: RetryLater lets
        the caller look first whether it had an effect.
        """
        url = self._url(request)
        patience = _Patience(self._clock)
        renewed = False
        for attempt in range(1, MOST_TRIES + 1):
            if attempt > 1:
                self._watch.retried("github")
            await self._until_allowed(access.payer, patience)
            if (request.method, request.path) in CONTENT:
                await self._governor.turn(access.payer)
            token = await access.token()
            try:
                answer = await self._followed(request, url, access, token)
            except Refusal as refusal:
                if self._is_limit(refusal, access.payer):
                    continue
                if refusal.status == 401 and not renewed:
                    renewed = True
                    access.refused(token)
                    continue
                raise self._meaning(request, refusal) from None
            except NoAnswer as lost:
                if lost.sent and not request.repeatable:
                    raise self._later(request, lost.reason) from None
                if attempt == MOST_TRIES:
                    raise self._later(request, lost.reason) from None
                await patience.wait(self._backoff_s(attempt, lost), lost.reason)
            except TooLarge:
                raise Rejected(f"The answer to {request.route} is too large.") from None
            else:
                return answer
        raise self._later(request, "GitHub's rate limit is used up.", access.payer)

    def leave(self, share: float, access: Access, *, before: int) -> None:
        """Return where ``before`` more requests leave that share of the hour to others.

        Raises RetryLater until the hour is over. What is left is as GitHub told it last.
        """
        left = self._left.get(access.payer)
        if left is None or not before:
            return
        wait_s = left.reset_at_s + 1 - self._clock.now_s()
        if wait_s > 0 and left.remaining - before < share * left.limit:
            raise RetryLater(
                "Reading so many files would leave too little of GitHub's hourly requests.",
                wait_s=wait_s,
            )

    def _url(self, request: Request) -> URL:
        """The address. Raises NotFound for a value that no name on GitHub can be."""
        for name in PATH_VARIABLE.findall(request.path):
            value = request.variables[name]
            for part in value if isinstance(value, list | tuple) else (value,):
                if str(part) in ("", ".", "..") or UNFIT.search(str(part)):
                    raise NotFound(f"{request.route}: no {name} on GitHub is called that.")
        return self._exchange.url(request.template, request.variables)

    async def _followed(self, request: Request, url: URL, access: Access, token: str) -> Answer:
        """One exchange and, for reading, the redirects that a rename leaves behind."""
        for _ in range(MOST_HOPS):
            try:
                return await self._once(request, url, access, token)
            except Refusal as refusal:
                if refusal.status not in REDIRECTS or not request.follow:
                    raise
                target = self._exchange.redirected(refusal.headers.get("location", ""))
                if request.method != "GET" or target is None:
                    raise
                url = target
        return await self._once(request, url, access, token)

    async def _once(self, request: Request, url: URL, access: Access, token: str) -> Answer:
        async with self._slots:
            began_s = self._clock.now_s()
            ended: Answer | Refusal | NoAnswer = NoAnswer("It was cancelled.")
            try:
                ended = await self._exchange.send(
                    request.method, url, bearer=token, body=request.body
                )
            except (Refusal, NoAnswer) as failure:
                ended = failure
                raise
            finally:
                self._watch.github_request(
                    request.method, request.path, ended.status, self._clock.now_s() - began_s
                )
            self._note_budget(access.payer, ended)
            return ended

    def _note_budget(self, payer: str, answer: Answer) -> None:
        """What is left of the hour; nothing left begins a pause.

        A pause that still lasts stays: this answer may be to a request that was
        under way when another one was refused.
        """
        now_s = self._clock.now_s()
        pause = self._pauses.get(payer)
        if pause is not None and pause.until_s <= now_s:
            del self._pauses[payer]
        left = budget(answer.headers)
        if left is None or answer.headers.get("x-ratelimit-resource", "core") != "core":
            return
        self._watch.rate_limit(payer, left.remaining)
        self._left[payer] = left
        if left.remaining == 0 and payer not in self._pauses:
            self._pauses[payer] = _Pause(left.reset_at_s + 1, refusals=0)

    def _is_limit(self, refusal: Refusal, payer: str) -> bool:
        """Whether it was a rate limit; then everything on that limit waits."""
        if not is_rate_limit(refusal.status, refusal.headers, refusal.words):
            return False
        before = self._pauses.get(payer)
        attempt = 1 + (before.refusals if before else 0)
        now_s = self._clock.now_s()
        wait_s = wait_after_refusal(refusal.headers, now_s=now_s, attempt=attempt)
        self._pauses[payer] = _Pause(now_s + wait_s, refusals=attempt)
        return True

    async def _until_allowed(self, payer: str, patience: "_Patience") -> None:
        pause = self._pauses.get(payer)
        if pause is not None:
            await patience.wait(
                pause.until_s - self._clock.now_s(), "GitHub's rate limit is used up."
            )

    def _backoff_s(self, attempt: int, lost: NoAnswer) -> float:
        """Doubling, half of it by chance so that many do not come back as one."""
        full_s = FIRST_BACKOFF_S * 2.0 ** (attempt - 1)
        told = lost.headers.get("retry-after", "")
        told_s = float(told) if told.isascii() and told.isdigit() else 0.0
        return max(full_s * (0.5 + self._jitter() / 2), told_s)

    def _meaning(self, request: Request, refusal: Refusal) -> GitHubError:
        words = self._redactor.clean(refusal.words)
        text = f"{request.route} was answered {refusal.status}: {words}"
        if refusal.status in REDIRECTS:
            return Renamed(f"{request.route}: it has another name now.", status=refusal.status)
        if refusal.status in (404, 410):
            return NotFound(text, status=refusal.status, words=words)
        if refusal.status in (401, 403):
            needs = refusal.headers.get("x-accepted-github-permissions", "")
            needed = f" (needs {needs})" if needs else ""
            return Forbidden(text + needed, status=refusal.status, words=words)
        return Rejected(text, status=refusal.status, words=words)

    def _later(self, request: Request, reason: str, payer: str = "") -> RetryLater:
        pause = self._pauses.get(payer)
        wait_s = max(pause.until_s - self._clock.now_s(), 0.0) if pause else None
        return RetryLater(f"{request.route}: {reason}", wait_s=wait_s)


@dataclass(frozen=True, slots=True)
class _Pause:
    """Nothing goes out on this limit before then; ``refusals`` in a row led to it."""

    until_s: float
    refusals: int


class _Patience:
    """How long one request may wait in all, slept here."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._left_s = clock, LONGEST_WAIT_S

    async def wait(self, wait_s: float, reason: str) -> None:
        """Sleep. Raises RetryLater where that would be too long."""
        if wait_s <= 0:
            return
        if wait_s > self._left_s:
            raise RetryLater(reason, wait_s=wait_s)
        self._left_s -= wait_s
        await self._clock.sleep(wait_s)
