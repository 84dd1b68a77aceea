"""One REST call on its way to a handler, and the answer on its way back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from bot.localhub.actor import Actor
from bot.localhub.auth import Caller
from bot.localhub.hub import Hub
from bot.localhub.limits import RateLimits
from bot.localhub.refusal import Refused, not_found
from bot.localhub.state.apps import App
from bot.localhub.state.people import Role
from bot.localhub.state.repositories import Repository

B = TypeVar("B", bound=msgspec.Struct)
T = TypeVar("T")
DEFAULT_PAGE, LARGEST_PAGE = 30, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is sent back: JSON, or bytes as they are with their ``content_type``."""

    status: int = 200
    body: Any = None  # None sends no body
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that has passed the door: signed in, allowed, its repository found."""

    hub: Hub
    caller: Caller
    limits: RateLimits
    params: Mapping[str, str]
    query: Mapping[str, str]
    accept: str
    content: bytes
    url: str  # without the query
    headers: Mapping[str, str] = field(default_factory=dict)
    found: Repository | None = None

    @property
    def repository(self) -> Repository:
        """The repository of the path."""
        if self.found is None:
            raise not_found()
        return self.found

    @property
    def actor(self) -> Actor:
        """The person or installation; raises Refused 401 for anybody else."""
        if self.caller.actor is None:
            raise Refused(401, "Requires authentication")
        return self.caller.actor

    @property
    def app(self) -> App:
        """The App that proved itself by a JWT."""
        if self.caller.app is None:
            raise Refused(401, "A JSON web token could not be decoded")
        return self.caller.app

    @property
    def role(self) -> Role | None:
        """The caller's role on the repository, as ``permissions`` shows it."""
        actor = self.caller.actor
        if actor is None:
            return None
        return Role.READ if actor.app else self.hub.role(actor.user, self.repository)

    def number(self, name: str) -> int:
        """A path parameter that has to be a number; anything else is not there."""
        text = self.params[name]
        if not text.isascii() or not text.isdigit() or len(text) > 18:
            raise not_found()
        return int(text)

    def read(self, shape: type[B]) -> B:
        """The body. Raises Refused 400 for what is no JSON object, 422 for wrong fields."""
        try:
            content = b"{}" if self.content in {b"", b"null"} else self.content
            return msgspec.json.decode(content, type=shape)
        except msgspec.ValidationError as wrong:
            raise Refused(422, f"Invalid request.\n\n{wrong}") from wrong
        except msgspec.DecodeError as wrong:
            raise Refused(400, "Problems parsing JSON") from wrong

    def given(self, shape: type[B]) -> dict[str, Any]:
        """The body's fields of that shape that were sent, by name."""
        fields: dict[str, Any] = msgspec.to_builtins(self.read(shape))
        return fields

    def page(
        self, items: Sequence[T], shape: Callable[[T], Any], *, within: str | None = None
    ) -> Answer:
        """One page of a list, with the Link header that leads to the others.

        ``within`` names the field of an object that holds the list beside
        ``total_count``. Source: GitHub docs, "Using pagination in the REST API".
        """
        size = min(self._positive("per_page", DEFAULT_PAGE), LARGEST_PAGE)
        page = self._positive("page", 1)
        last = max(1, -(-len(items) // size))
        shown = [shape(item) for item in items[(page - 1) * size : page * size]]
        body = shown if within is None else {"total_count": len(items), within: shown}
        return Answer(body=body, headers=self._links(page, last))

    def _positive(self, name: str, default: int) -> int:
        text = self.query.get(name, "")
        return max(1, int(text)) if text.isascii() and text.isdigit() else default

    def _links(self, page: int, last: int) -> dict[str, str]:
        targets: dict[str, int] = {}
        if page > 1:
            targets |= {"prev": min(page - 1, last), "first": 1}
        if page < last:
            targets |= {"next": page + 1, "last": last}
        if not targets:
            return {}
        links = [
            f'<{self.url}?{urlencode(dict(self.query) | {"page": str(n)})}>; rel="{word}"'
            for word, n in targets.items()
        ]
        return {"Link": ", ".join(links)}


NO_CONTENT = Answer(status=204)
