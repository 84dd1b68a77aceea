"""The pages by themselves: any of several processes may answer, and none says a secret."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from structlog.testing import capture_logs

from bot.clock import ManualClock
from bot.errors import UserError
from bot.setup import AlreadySetUp, Credentials, Plan, Reply, SetupPages, Visit, make_plan

KEY = "the-one-time-key-of-this-test-1234"
PLAN = make_plan("acme", url="https://road.example/prod")
APP = Credentials(
    app_id=7,
    name="Road",
    html_url="https://github.com/apps/road",
    private_key="-----BEGIN RSA PRIVATE KEY-----very private",
    webhook_secret="very-secret-indeed",
)


@dataclass
class Place:
    """A store in memory."""

    values: dict[str, str] = field(default_factory=dict)
    trouble: UserError | None = None
    place: str = "a place of this test"

    async def refuse_if_set(self) -> None:
        if self.values:
            raise AlreadySetUp("It holds an App.", fix="Nothing is left to do.")

    async def keep(self, values: Mapping[str, str]) -> None:
        if self.trouble is not None:
            raise self.trouble
        await self.refuse_if_set()
        self.values.update(values)


@dataclass
class Ground:
    """What several processes share, and GitHub's codes."""

    store: Place = field(default_factory=Place)
    clock: ManualClock = field(default_factory=ManualClock)
    codes: list[str] = field(default_factory=lambda: ["c0de"])

    def process(self, *, key: str = KEY) -> SetupPages:
        """One of them."""
        return SetupPages(PLAN, self.store, key=key, clock=self.clock, convert=self._convert)

    async def _convert(self, code: str, plan: Plan) -> Credentials:
        assert plan is PLAN
        self.codes.remove(code)
        return APP


async def begun(pages: SetupPages) -> tuple[str, str]:
    """The state that the form carries, and the browser's cookie."""
    reply = await pages.first(Visit(query={"key": KEY}))
    action = unescape(re.search('action="([^"]+)"', reply.page)[1])  # type: ignore[index]
    cookie = reply.cookie.partition(";")[0].partition("=")[2]
    return parse_qs(urlsplit(action).query)["state"][0], cookie


async def ended(pages: SetupPages, state: str, cookie: str, *, code: str = "c0de") -> Reply:
    return await pages.back_from_github(Visit(query={"code": code, "state": state}, cookie=cookie))


async def test_another_process_may_end_what_one_began() -> None:
    """As with functions that come and go: what has to be known is in the browser."""
    ground = Ground()
    state, cookie = await begun(ground.process())

    reply = await ended(ground.process(), state, cookie)

    assert (reply.status, reply.location) == (303, "https://github.com/apps/road/installations/new")
    assert ground.store.values["APP_ID"] == "7"
    assert ground.store.values["CATALOG_REPOSITORY"] == "acme/catalog"
    assert "GITHUB_API_URL" not in ground.store.values
    again = await ended(ground.process(), state, cookie)
    assert "Paved Road is set up" in again.page
    first = await ground.process().first(Visit(query={"key": KEY}))
    assert "Paved Road is set up" in first.page
    assert "settings/installations" in first.page


async def test_after_an_hour_the_state_counts_for_nothing() -> None:
    """As GitHub's code does."""
    ground = Ground()
    state, cookie = await begun(ground.process())
    ground.clock.advance(3_601)

    assert (await ended(ground.process(), state, cookie)).status == 400
    assert not ground.store.values


async def test_the_state_is_worth_nothing_under_another_key_or_in_another_browser() -> None:
    ground = Ground()
    state, cookie = await begun(ground.process())
    _, other = await begun(ground.process())
    stranger = ground.process(key="another-key-than-the-first-one-000")

    assert (await ended(stranger, state, cookie)).status == 400
    assert (await ended(ground.process(), state, other)).status == 400
    assert (await ended(ground.process(), state, "")).status == 400
    assert ground.codes == ["c0de"]


async def test_a_second_tab_does_not_end_the_first_ones_attempt() -> None:
    """The browser keeps its cookie, so both tabs are good."""
    ground = Ground()
    pages = ground.process()
    state, cookie = await begun(pages)
    await pages.first(Visit(query={"key": KEY}, cookie=cookie))

    assert (await ended(pages, state, cookie)).status == 303


async def test_on_the_internet_the_cookie_is_for_https_alone() -> None:
    """And for the path below which the pages are."""
    reply = await Ground().process().first(Visit(query={"key": KEY}))

    assert "Path=/prod/setup; " in reply.cookie
    assert reply.cookie.endswith("HttpOnly; SameSite=Lax; Secure")
    assert "https://road.example/prod/setup/registered" in unescape(reply.page)
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("keeps", [True, False], ids=["kept", "cannot-be-kept"])
async def test_no_secret_is_shown_or_logged(keeps: bool) -> None:
    """Neither the App's nor the one-time key, whether it works or not."""
    ground = Ground()
    if not keeps:
        ground.store.trouble = UserError("The disk is full.", fix="Make room.")
    with capture_logs() as logs:
        pages = ground.process()
        state, cookie = await begun(pages)
        reply = await ended(pages, state, cookie)
        locked = await pages.first(Visit(query={"key": "no"}))

    said = f"{logs} {reply.page} {reply.headers} {locked.page} {Visit(query={}, cookie=cookie)!r}"
    for secret in (APP.private_key, APP.webhook_secret, KEY, cookie):
        assert secret not in said
    assert ("The disk is full." in reply.page) == (not keeps)


async def test_a_place_that_cannot_be_used_is_told_before_anybody_goes_to_github() -> None:
    """There is no button that would lead to an App without a home."""
    ground = Ground()

    async def denied() -> None:
        raise UserError("AWS does not let this role in.", fix="Allow it.")

    ground.store.refuse_if_set = denied  # type: ignore[method-assign]
    reply = await ground.process().first(Visit(query={"key": KEY}))

    assert reply.status == 503
    assert "AWS does not let this role in." in reply.page
    assert "<form" not in reply.page
