"""``/setup`` and ``/setup/registered``, whatever serves them: a visit in, an answer out.

Nothing is kept between the two but in the browser and at GitHub, so that they may be
answered by two processes: the state that goes through GitHub is signed with the key, and
holds only for the browser whose cookie it was made for.
"""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import structlog

from bot.clock import Clock
from bot.errors import UserError
from bot.setup import pages
from bot.setup.convert import convert
from bot.setup.credentials import AlreadySetUp, Credentials, CredentialStore
from bot.setup.plan import Plan

log = structlog.get_logger(__name__)

COOKIE = "paved_road_setup"
STATE_LIFE_S = 3_600.0  # GitHub keeps its code for that long
KEY_BYTES = 32


def new_key() -> str:
    """A one-time key for the address of the first page."""
    return secrets.token_urlsafe(KEY_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A GET: its query and the value of our cookie, empty where there is none."""

    query: Mapping[str, str]
    cookie: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is answered. ``cookie`` is a Set-Cookie header's value, empty for none."""

    page: str
    status: int = 200
    location: str = ""
    forms_to: str = "'none'"
    cookie: str = field(default="", repr=False)

    @property
    def headers(self) -> Mapping[str, str]:
        """Every header, those that hold the page to itself among them."""
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            **pages.security_headers(forms_to=self.forms_to),
        }
        headers |= {"Location": self.location} if self.location else {}
        return headers | ({"Set-Cookie": self.cookie} if self.cookie else {})


Convert = Callable[[str, Plan], Awaitable[Credentials]]


class SetupPages:
    """The way from a button to credentials that are kept.

    ``key`` opens the first page; nobody else can begin, and so nobody else can end it.
    ``registered`` is told of the App once its credentials are kept, ``failed`` of every
    problem that is shown.
    """

    def __init__(
        self,
        plan: Plan,
        store: CredentialStore,
        *,
        key: str,
        clock: Clock,
        convert: Convert = convert,
        registered: Callable[[Credentials], None] = lambda _app: None,
        failed: Callable[[UserError], None] = lambda _problem: None,
    ) -> None:
        self._plan, self._store, self._key, self._clock = plan, store, key.encode(), clock
        self._convert, self._registered, self._failed = convert, registered, failed
        self._one_at_a_time = asyncio.Lock()  # a reload must not use the code twice
        self._known: tuple[str, Credentials] | None = None  # the code that brought them
        self._kept = False

    @property
    def address(self) -> str:
        """Where it begins, for the one person who is to press the button."""
        return f"{self._plan.pages_url}/setup?key={self._key.decode()}"

    async def first(self, visit: Visit) -> Reply:
        """``GET /setup``: the button, for whoever has the key."""
        if not self._key_fits(visit.query.get("key", "")):
            return Reply(page=pages.locked_page(), status=403)
        try:
            await self._store.refuse_if_set()
        except AlreadySetUp as told:
            return self._already(told)
        except UserError as error:
            return self._problem(error, status=503)
        browser = visit.cookie if len(visit.cookie) > KEY_BYTES else new_key()
        page = pages.register_page(
            self._plan.organization,
            action=self._plan.form_address(self._state(browser)),
            manifest=self._plan.manifest_text,
            place=self._store.place,
        )
        return Reply(page=page, forms_to=self._plan.github_url, cookie=self._cookie(browser))

    async def back_from_github(self, visit: Visit) -> Reply:
        """``GET /setup/registered``: the code becomes credentials, once; then on to install."""
        code = visit.query.get("code", "")
        if not code or not self._is_ours(visit.query.get("state", ""), visit.cookie):
            return Reply(page=pages.foreign_page(), status=400)
        async with self._one_at_a_time:
            try:
                return await self._complete(code)
            except AlreadySetUp as told:
                return self._already(told)
            except UserError as error:
                return self._problem(error, status=502)

    async def _complete(self, code: str) -> Reply:
        if self._known is None or self._known[0] != code:
            await self._store.refuse_if_set()
            self._known = (code, await self._convert(code, self._plan))
        app = self._known[1]
        if not self._kept:
            await self._keep(app)
            self._kept = True
            log.info("the App is registered", app_id=app.app_id, kept_in=self._store.place)
            self._registered(app)
        page = pages.registered_page(app.name, install_url=app.install_url)
        return Reply(page=page, status=303, location=app.install_url)

    async def _keep(self, app: Credentials) -> None:
        try:
            await self._store.keep(app.settings(self._plan))
        except AlreadySetUp:
            raise
        except UserError as error:
            raise UserError(
                f"{app.name} is registered, but its key is not kept yet: {error.problem}",
                fix=f"{error.fix} Then reload this page; leave the program running until it works.",
            ) from None

    def _problem(self, error: UserError, *, status: int) -> Reply:
        log.warning("setting up failed", reason=error.problem)
        self._failed(error)
        return Reply(page=pages.failed_page(error.problem, fix=error.fix), status=status)

    def _already(self, told: UserError) -> Reply:
        page = pages.setup_page(installed_url=installed_address(self._plan), told=told.problem)
        return Reply(page=page, status=200)

    # The state that goes through GitHub, and the browser that it belongs to.

    def _key_fits(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(errors="replace"), self._key)

    def _state(self, browser: str) -> str:
        until = str(int(self._clock.now_s() + STATE_LIFE_S))
        return f"{until}.{self._signature(until, browser)}"

    def _signature(self, until: str, browser: str) -> str:
        said = f"state:{until}:{browser}".encode(errors="replace")
        return hmac.digest(self._key, said, hashlib.sha256).hex()

    def _is_ours(self, state: str, browser: str) -> bool:
        until, _, signature = state.partition(".")
        expected = self._signature(until, browser)
        fits = hmac.compare_digest(signature.encode(errors="replace"), expected.encode())
        return fits and bool(browser) and int(until) > self._clock.now_s()

    def _cookie(self, browser: str) -> str:
        """Lax: it comes along when GitHub leads the person back."""
        address = urlsplit(self._plan.pages_url)
        secure = "; Secure" if address.scheme == "https" else ""
        path = f"{address.path}/setup"
        life = f"Max-Age={STATE_LIFE_S:.0f}"
        return f"{COOKIE}={browser}; Path={path}; {life}; HttpOnly; SameSite=Lax{secure}"


def installed_address(plan: Plan) -> str:
    """Where an owner sees what is installed in the organisation."""
    return f"{plan.github_url}/organizations/{plan.organization}/settings/installations"
