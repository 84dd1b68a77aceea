"""One request for a page: who asks, for what, and how the answer is made."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web
from markupsafe import Markup
from multidict import MultiDictProxy

from bot.localhub.actor import Actor
from bot.localhub.hub import Hub
from bot.localhub.pages.links import HubLinks
from bot.localhub.pages.markdown import Addresses, Place, render
from bot.localhub.pages.session import COOKIE, Session, Sessions
from bot.localhub.pages.templating import templates
from bot.localhub.refusal import Refused, not_found
from bot.localhub.state.people import Role, User
from bot.localhub.state.repositories import Repository

Form = MultiDictProxy[str | bytes | bytearray | web.FileField]
_NUMBER = re.compile(r"[0-9]{1,15}")
GHOST = User(id=0, login="ghost", name="Somebody who is gone", token="")
# Nothing from elsewhere, nothing inline, nowhere else to send forms, in nobody's frame.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class SignInNeeded(Exception):
    """Only somebody who is signed in can do this."""


class Moved(Exception):
    """The repository has another name now; ``location`` is the same page there."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


@dataclass(slots=True, kw_only=True)
class Page:
    """A request with all that a handler needs."""

    hub: Hub
    request: web.Request
    sessions: Sessions
    session: Session
    form: Form | None = None

    # Who asks.

    @property
    def user(self) -> User | None:
        """The person who is signed in, or None."""
        return self.hub.world.users.find(self.session.login.lower()) if self.session.login else None

    @property
    def viewer(self) -> Actor | None:
        """The same as one who acts."""
        return Actor(self.user) if self.user else None

    @property
    def actor(self) -> Actor:
        """Who acts. Raises SignInNeeded."""
        viewer = self.viewer
        if viewer is None:
            raise SignInNeeded
        return viewer

    def role(self, repository: Repository) -> Role:
        """The strongest role of whoever asks."""
        if self.user is None:
            return Role.NONE if repository.private else Role.READ
        return self.hub.role(self.user, repository)

    def may(self, repository: Repository, role: Role) -> bool:
        """Whether whoever asks may do what needs ``role``, here and now."""
        return self.user is not None and self.role(repository) >= role and not repository.archived

    # What was asked.

    def part(self, name: str) -> str:
        """A part of the address, decoded."""
        return self.request.match_info[name]

    def number(self, name: str = "number") -> int:
        """The same as a number; the routes let digits through alone."""
        return int(self.part(name))

    def asked(self, name: str, default: str = "") -> str:
        """A value from after the question mark."""
        return self.request.query.get(name, default)

    def start(self) -> int:
        """How many entries of a list to leave out: the ``after`` of the address."""
        return whole_number(self.asked("after")) or 0

    def given(self, name: str) -> str:
        """One field of the submitted form, empty where it is missing."""
        value = self.form.get(name, "") if self.form is not None else ""
        return value if isinstance(value, str) else ""

    def given_all(self, name: str) -> list[str]:
        """All values of a field."""
        values = self.form.getall(name, []) if self.form is not None else []
        return [value for value in values if isinstance(value, str)]

    def repository(self) -> Repository:
        """The repository of the address. Raises Refused 404, or Moved after a rename."""
        owner, name = self.part("owner"), self.part("name")
        full_name = f"{owner}/{name.removesuffix('.git')}"
        moved = self.hub.moved_to(full_name)
        found = self.hub.world.repositories.find(full_name.lower()) or moved
        if found is None or not self.hub.may_see(self.viewer, found):
            raise not_found()
        if found is moved and self.request.method == "GET":
            rest = self.request.path_qs.removeprefix(f"/{owner}/{name}")
            raise Moved(home_of(found) + rest)
        return found

    # What is shown.

    def counts(self, repository: Repository) -> tuple[int, int]:
        """How many issues and pull requests are open, for the tabs."""
        every = [i for i in self.hub.world.issues.of(repository.id) if i.state == "open"]
        pulls = sum(1 for issue in every if issue.pull)
        return len(every) - pulls, pulls

    def deploys(self, repository: Repository) -> bool:
        """Whether anything was ever deployed from here, for the tabs."""
        return self.hub.world.deployments.count(repository.id) > 0

    def parent(self, repository: Repository) -> Repository | None:
        """What the repository is a fork of, if whoever looks may see it."""
        found = self.hub.world.repositories.get(repository.parent_id or 0)
        return found if found is not None and self.hub.may_see(self.viewer, found) else None

    def person(self, user_id: int | None) -> User:
        """The account of that id, or one that stands for accounts that are gone."""
        return self.hub.world.users.get(user_id or 0) or GHOST

    def markdown(
        self,
        text: str | None,
        repository: Repository | None,
        *,
        files: str = "",
        raw: str = "",
        conversation: bool = True,
    ) -> Markup:
        """Somebody's Markdown as harmless HTML with links for this reader."""
        place = Place(
            links=HubLinks(self.hub, self.viewer, repository),
            addresses=Addresses(files=files, raw=raw),
            conversation=conversation,
        )
        return render(text or "", place)

    def render(self, template: str, *, status: int = 200, **values: object) -> web.Response:
        """The filled template as an answer."""
        common: Mapping[str, object] = {
            "page": self,
            "me": self.user,
            "now_s": self.hub.now_s(),
            "form_token": self.sessions.form_token(self.session),
            "path": self.request.path_qs,
            "live": "",
            "repository": None,
            "Role": Role,
        }
        html = templates().get_template(template).render({**common, **values})
        return web.Response(text=html, content_type="text/html", status=status)

    def error(self, status: int, message: str) -> web.Response:
        """A page that says what went wrong, in the look of all others."""
        return self.render("error.html", status=status, code=status, message=message)

    def go(self, location: str) -> web.Response:
        """On to another page of ours, by GET."""
        return web.Response(status=303, headers={"Location": location})

    def check_form(self) -> None:
        """Raise Refused 403 unless the form came from a page of this session."""
        if not self.sessions.is_form_token(self.session, self.given("form_token")):
            raise Refused(403, "This form is out of date. Go back, reload the page and try again.")

    def sign(self, response: web.StreamResponse, session: Session) -> None:
        """The browser keeps this session."""
        response.set_cookie(
            COOKIE, self.sessions.cookie(session), httponly=True, samesite="Strict", path="/"
        )


def home_of(repository: Repository) -> str:
    """The address of the repository's first page."""
    return f"/{repository.full_name}"


def whole_number(text: str) -> int | None:
    """The number that a person or a page wrote, None for anything else."""
    return int(text) if _NUMBER.fullmatch(text) else None


def path_of(*parts: str) -> str:
    """Parts of an address, each encoded, slashes kept."""
    return "/".join(quote(part) for part in parts)
