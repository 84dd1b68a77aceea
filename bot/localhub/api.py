"""The way of a REST request: fault, door, limit, route, permission, handler, answer."""

import asyncio
import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import msgspec
from aiohttp import web

from bot.localhub.auth import Caller, Door
from bot.localhub.faults import Fault, Faults
from bot.localhub.gate import Gate, Moved
from bot.localhub.hub import Hub
from bot.localhub.limits import RateLimits
from bot.localhub.refusal import Refused, not_found
from bot.localhub.routes.call import Answer, Call
from bot.localhub.routes.table import Route, RouteFinder

PREFIX = "/api/v3"
VERSIONS = ("2022-11-28", "2026-03-10")
DEFAULT_VERSION = VERSIONS[0]
MOST_RECORDED = 100_000  # requests, so that a long sandbox does not fill the memory
UNCOUNTED = {"/rate_limit"}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One request as tests count it. ``route`` is empty for a path nobody answers."""

    method: str
    path: str
    route: str
    status: int
    caller: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and its answer, for a validator that knows GitHub's own description."""

    method: str
    template: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    request_body: bytes
    status: int
    content_type: str
    response_body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request as it arrived, with the route that will answer it."""

    method: str
    path: str
    route: Route | None
    params: dict[str, str]
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes

    @property
    def template(self) -> str:
        """The route's template; empty for a path nobody answers."""
        return self.route.template if self.route else ""

    def exchange(self, response: web.Response) -> Exchange:
        """The visit and its answer."""
        return Exchange(
            method=self.method,
            template=self.template,
            params=self.params,
            query=self.query,
            request_body=self.body,
            status=response.status,
            content_type=response.content_type,
            response_body=response.body if isinstance(response.body, bytes) else b"",
        )


Validator = Callable[[Exchange], list[str]]


class Api:
    """Answers ``/api/v3``."""

    def __init__(
        self, hub: Hub, door: Door, faults: Faults, *, validator: Validator | None = None
    ) -> None:
        self._hub, self._door, self._faults, self._validator = hub, door, faults, validator
        self._finder, self._gate = RouteFinder(), Gate(hub)
        self.limits = RateLimits()
        self.requests: list[Recorded] = []
        self.problems: list[str] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request, whatever happens."""
        visit = await self._arrive(request)
        fault = self._faults.on_rest(visit.method, visit.template)
        if fault is not None:
            await _wait(fault)
        caller, answer = self._settle(visit, fault)
        self.requests.append(
            Recorded(
                method=visit.method,
                path=visit.path,
                route=visit.template,
                status=answer.status,
                caller=caller.name,
            )
        )
        del self.requests[:-MOST_RECORDED]
        self._hub.world.tidy()
        if fault is not None and fault.drop is not None:
            return _cut(request)
        response = _response(answer)
        if self._validator is not None and visit.route is not None and fault is None:
            self.problems += self._validator(visit.exchange(response))
        return response

    async def _arrive(self, request: web.Request) -> Visit:
        method = "GET" if request.method == "HEAD" else request.method
        path = self._canonical(request.rel_url.raw_path.removeprefix(PREFIX) or "/")
        route, params = self._finder.find(method, path) or (None, {})
        return Visit(
            method=method,
            path=path,
            route=route,
            params=params,
            headers=request.headers,
            query=request.query,
            body=await request.read(),
        )

    def _canonical(self, path: str) -> str:
        """Paths by number, as GitHub's own links have them, become paths by name."""
        parts = path.split("/")
        if len(parts) > 2 and parts[1] == "repositories" and parts[2].isdigit():
            repository = self._hub.world.repositories.get(int(parts[2]))
            if repository is not None:
                return "/".join(["", "repos", repository.full_name, *parts[3:]])
        if len(parts) > 4 and parts[1] == "organizations" and parts[4].isdigit():
            team = self._hub.world.teams.get(int(parts[4]))
            if team is not None:
                return "/".join(["", "orgs", team.organization, "teams", team.slug, *parts[5:]])
        return path

    def _settle(self, visit: Visit, fault: Fault | None) -> tuple[Caller, Answer]:
        """What the answer is, faults considered. Status 0 stands for none at all."""
        if fault is not None and fault.drop == "before":
            return Caller(), Answer(status=0)
        if self._faults.down:
            return Caller(), Answer(status=503, body={"message": "Service unavailable"})
        if fault is not None and fault.status is not None:
            return Caller(), _refusal(fault)
        return self._answer(visit)

    def _answer(self, visit: Visit) -> tuple[Caller, Answer]:
        caller = Caller()
        headers = {"X-GitHub-Request-Id": uuid.uuid4().hex[:20].upper()}
        try:
            headers |= _checked_headers(visit.headers)
            caller = self._door.caller(visit.headers.get("Authorization"))
            self._count(caller, visit.route)
            answer = self._call(caller, visit)
        except Moved as moved:
            answer = moved.answer
        except Refused as refused:
            answer = Answer(status=refused.status, body=refused.body, headers=refused.headers)
        except Exception:  # the hub's own bug: GitHub's 500, and the whole story in the log
            log.exception("the local GitHub failed at %s %s", visit.method, visit.path)
            answer = Answer(status=500, body={"message": "Server Error"})
        headers |= self.limits.window(caller.name, self._hub.now_s()).headers
        return caller, replace(answer, headers=headers | dict(answer.headers))

    def _count(self, caller: Caller, route: Route | None) -> None:
        if route is not None and route.template in UNCOUNTED:
            return
        self.limits.take(caller.name, self._hub.now_s())
        if route is not None and route.creates:
            self.limits.take_content(caller.name, self._hub.now_s())

    def _call(self, caller: Caller, visit: Visit) -> Answer:
        if visit.route is None:
            raise not_found()
        repository = self._gate.repository(caller, visit.route, visit.params, visit.path)
        self._gate.require(caller, visit.route, visit.params, repository)
        call = Call(
            hub=self._hub,
            caller=caller,
            limits=self.limits,
            params=visit.params,
            query=visit.query,
            accept=visit.headers.get("Accept", ""),
            content=visit.body,
            url=f"{self._hub.api_url}{visit.path}",
            headers=visit.headers,
            found=repository,
        )
        return visit.route.handler(call)


def _checked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    if not headers.get("User-Agent"):
        raise Refused(
            403,
            "Request forbidden by administrative rules. Please make sure your request has a "
            "User-Agent header.",
        )
    version = headers.get("X-GitHub-Api-Version", DEFAULT_VERSION)
    if version not in VERSIONS:
        raise Refused(
            400,
            f'"{version}" is not a supported version. Supported versions: '
            + ", ".join(f'"{one}"' for one in VERSIONS),
        )
    return {"X-GitHub-Api-Version-Selected": version, "X-GitHub-Media-Type": "github.v3"}


async def _wait(fault: Fault) -> None:
    if fault.until is not None:
        await fault.until.wait()
    if fault.delay_s:
        await asyncio.sleep(fault.delay_s)


def _refusal(fault: Fault) -> Answer:
    after = fault.retry_after_s
    headers = {} if after is None else {"Retry-After": str(after)}
    secondary = "You have exceeded a secondary rate limit. Please wait before you try again."
    message = fault.message or (secondary if fault.status in {403, 429} else "Server Error")
    return Answer(status=fault.status or 500, body={"message": message}, headers=headers)


def _cut(request: web.Request) -> web.Response:
    """Close the connection without an answer, as a network does."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _response(answer: Answer) -> web.Response:
    if answer.body is None:
        return web.Response(status=answer.status, headers=answer.headers)
    raw = answer.body if isinstance(answer.body, bytes) else msgspec.json.encode(answer.body)
    headers = dict(answer.headers) | {"Content-Type": answer.content_type}
    return web.Response(status=answer.status, body=raw, headers=headers)
