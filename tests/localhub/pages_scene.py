"""A small organisation behind real pages: what the page tests click through."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import aiohttp

from bot.clock import ManualClock
from bot.localhub import LocalHub
from bot.localhub.actor import Actor
from bot.localhub.state.apps import App
from bot.localhub.state.people import PropertyDefinition

FORM = """\
name: New Kotlin library
description: A published JVM library with tests, coverage and documentation.
title: "[library] "
labels: ["template:kotlin-library", "not-there"]
body:
  - type: markdown
    attributes:
      value: |
        Answer what you know; **everything is checked** before anything is made.
  - type: input
    id: repository_name
    attributes:
      label: Repository name
      description: Lower case letters, digits and hyphens.
      placeholder: money-kit
    validations: {required: true}
  - type: textarea
    id: description
    attributes: {label: Description, description: One line for people who look for it.}
  - type: textarea
    id: settings
    attributes: {label: Settings, render: json, value: "{}"}
  - type: dropdown
    id: team
    attributes: {label: Team, options: [payments, web]}
    validations: {required: true}
  - type: dropdown
    id: clouds
    attributes: {label: Clouds, multiple: true, options: [aws, google, azure]}
  - type: checkboxes
    id: promises
    attributes:
      label: Promises
      options:
        - {label: "I have read the `README`", required: true}
        - label: Somebody answers questions
"""
README = b"""# Catalog

Templates of **acme**. See [the form](.github/ISSUE_TEMPLATE/new-kotlin-library.yml).

| template | owner |
|---|---|
| `kotlin-library` | @acme/payments |

- [x] reviewed
- [ ] announced

> [!NOTE]
> File an issue to get a repository.

```kotlin
fun main() = println("hello")
```
"""
FILES = {
    "README.md": README,
    ".github/ISSUE_TEMPLATE/new-kotlin-library.yml": FORM.encode(),
    ".github/ISSUE_TEMPLATE/config.yml": b"blank_issues_enabled: false\ncontact_links:\n"
    b"  - name: Ask the platform team\n    url: https://chat.example/platform\n"
    b"    about: Questions that no form answers.\n",
    "src/main/kotlin/Money.kt": b"package acme\n\ndata class Money(\n    val cents: Long,\n)\n",
}


@dataclass
class Scene:
    """The hub, the App that is installed there, and the clock."""

    hub: LocalHub
    app: App
    clock: ManualClock

    @property
    def bot(self) -> Actor:
        """The App, acting on all of acme's repositories."""
        installation = next(iter(self.hub.world.installations))
        return self.hub.app_actor(self.app, self.hub.mint_token(installation))

    @asynccontextmanager
    async def browser(self, login: str = "") -> AsyncIterator["Browser"]:
        """Somebody with a browser, signed in if a login is given."""
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(self.hub.url, cookie_jar=jar) as session:
            browser = Browser(session)
            if login:
                await browser.send("/signin", "/signin", login=login)
            yield browser


@dataclass
class Browser:
    """A person without scripts: reads pages, fills their forms."""

    session: aiohttp.ClientSession
    status: int = 0
    address: str = ""

    async def see(self, address: str) -> str:
        """The page at an address after redirects."""
        async with self.session.get(address) as answer:
            self.status, self.address = answer.status, answer.url.path_qs
            return await answer.text()

    async def send(self, page: str, action: str, **fields: str | list[str]) -> str:
        """Open ``page``, send its form to ``action``; the page that follows."""
        token = form_token(await self.see(page))
        values = [("form_token", token)]
        for name, value in fields.items():
            values += [(name, one) for one in ([value] if isinstance(value, str) else value)]
        async with self.session.post(action, data=aiohttp.FormData(values)) as answer:
            self.status, self.address = answer.status, answer.url.path_qs
            return await answer.text()


def form_token(html: str) -> str:
    """The token that the forms of a page carry."""
    return unescape(html.partition('name="form_token" value="')[2].partition('"')[0])


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    """acme with a catalog and a shop; dana administers, petra writes, sam reads."""
    clock = ManualClock()
    async with LocalHub.start(folder, clock=clock) as hub:
        yield Scene(hub, furnish(hub), clock)


def furnish(hub: LocalHub) -> App:
    """Everybody and everything of the scene."""
    hub.add_organization("acme")
    hub.add_user("dana", name="Dana Okafor")
    hub.add_member("acme", "dana", "admin")
    hub.add_team("acme", "payments", ["petra"], name="Payments")
    hub.add_team("acme", "web", ["wim"])
    hub.add_user("sam", name="Sam Stranger")
    dana = hub.user("dana")
    definition = PropertyDefinition(name="cost-center", value_type="string")
    hub.define_property("acme", definition)
    hub.add_repository("acme/catalog", FILES, private=True)
    hub.add_repository("acme/shop", {"README.md": b"# Shop\n"}, private=False)
    hub.set_role("acme/catalog", "petra", "write")
    hub.set_topics(dana, "acme/catalog", ["templates", "kotlin"])
    hub.set_properties(dana, "acme/catalog", {"cost-center": "CC-100"})
    hub.create_label(dana, "acme/catalog", "template:kotlin-library", color="7057ff")
    app = hub.add_app(
        "paved-road",
        permissions={"issues": "write", "checks": "write", "contents": "write"},
        events=["issues", "issue_comment", "check_run", "push"],
        webhook_url="http://127.0.0.1:1/webhook",  # nobody listens: every delivery fails
        webhook_secret="a secret of the scene",
    )
    hub.install(app, "acme")
    return app
