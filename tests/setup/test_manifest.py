"""app.yml is a manifest that GitHub takes, and asks for no more than it explains."""

import html
import json
import re
from html.parser import HTMLParser

import pytest

from bot.github import scopes
from bot.github.port import Repository, RepositoryName
from bot.setup import read_manifest
from bot.setup.manifest import LONGEST_NAME
from bot.setup.pages import (
    failed_page,
    foreign_page,
    locked_page,
    register_page,
    registered_page,
    setup_page,
)
from bot.shipped import APP_YML

# GitHub docs, "Registering a GitHub App from a manifest", "GitHub App Manifest parameters".
LEGAL_KEYS = {
    "name",
    "url",
    "hook_attributes",
    "redirect_url",
    "callback_urls",
    "setup_url",
    "description",
    "public",
    "default_events",
    "default_permissions",
    "request_oauth_on_install",
    "setup_on_update",
}
# GitHub's REST description, schema "app-permissions", as far as this App could want them.
LEVELS = {
    "metadata": {"read"},
    "workflows": {"write"},
    "issues": {"read", "write"},
    "pull_requests": {"read", "write"},
    "contents": {"read", "write"},
    "administration": {"read", "write"},
    "checks": {"read", "write"},
    "actions": {"read", "write"},
    "deployments": {"read", "write"},
    "members": {"read", "write"},
    "repository_custom_properties": {"read", "write"},
    "organization_custom_properties": {"read", "write", "admin"},
}
# An event can be had only with a permission (GitHub docs, "Webhook events and payloads").
PERMISSION_OF_EVENT = {
    "issues": "issues",
    "issue_comment": "issues",
    "push": "contents",
    "pull_request": "pull_requests",
    "pull_request_review": "pull_requests",
    "check_run": "checks",
    "check_suite": "checks",
    "workflow_run": "actions",
    "deployment_status": "deployments",
}


def test_the_manifest_has_only_githubs_keys() -> None:
    """GitHub refuses a manifest with keys that it does not know."""
    assert set(read_manifest().content) <= LEGAL_KEYS
    assert {"name", "url"} <= set(read_manifest().content)


def test_every_permission_exists_at_its_level() -> None:
    """A permission that is misspelled would silently not be granted."""
    for name, level in read_manifest().permissions.items():
        assert level in LEVELS[name], name


def test_the_app_has_exactly_what_its_jobs_and_events_ask_for() -> None:
    """No token is refused for a missing permission, and none is held that nothing uses."""
    name = RepositoryName("acme", "shop")
    repository = Repository(
        id=1,
        name=name,
        default_branch="main",
        visibility="private",
        homepage="",
        html_url="",
        archived=False,
    )
    jobs = [
        scopes.LOOKING,
        scopes.CREATING,
        scopes.thread(name),
        scopes.writing(name, workflows=True),
        scopes.project(repository),
        scopes.checking(name),
        scopes.reviewing(name),
        scopes.running(name),
        scopes.deploying(name),
    ]
    needed: dict[str, set[str]] = {}
    for job in jobs:
        for permission, level in (*job.permissions, *job.if_granted):
            needed.setdefault(permission, set()).add(level)
    for event in read_manifest().events:
        needed.setdefault(PERMISSION_OF_EVENT[event], set()).add("read")

    assert read_manifest().permissions == {
        permission: "write" if "write" in levels else "read"
        for permission, levels in needed.items()
    }


def test_every_event_comes_with_its_permission() -> None:
    """GitHub drops a subscription whose permission is missing."""
    manifest = read_manifest()
    assert manifest.events
    for event in manifest.events:
        assert PERMISSION_OF_EVENT[event] in manifest.permissions


def test_every_permission_says_why() -> None:
    """Whoever installs the App reads what each permission is for."""
    for name in read_manifest().permissions:
        [line] = re.findall(rf"^  {name}: .*$", APP_YML.read_text(), re.MULTILINE)
        assert " # " in line, name


def test_only_the_organisation_itself_can_install_it() -> None:
    """A public App could be installed by anybody, who would then send us events."""
    assert read_manifest().content["public"] is False


@pytest.mark.parametrize("organization", ["acme", "a" * 39])
def test_the_registered_name_fits(organization: str) -> None:
    """App names are unique on GitHub and have at most 34 characters."""
    filled = json.loads(
        read_manifest().for_registration(
            organization,
            webhook_url="https://road.example:8443/webhook",
            home_url="https://road.example:8443/setup",
            redirect_url="http://127.0.0.1:1/setup/registered",
        )
    )
    assert len(filled["name"]) <= LONGEST_NAME
    assert filled["url"] == "https://road.example:8443/setup"
    assert set(filled) <= LEGAL_KEYS


class Outline(HTMLParser):
    """Collects tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


HOSTILE = '"><script>alert(1)</script>'
PAGES = [
    pytest.param(setup_page(installed_url=HOSTILE, told=HOSTILE), id="set-up"),
    pytest.param(locked_page(), id="locked"),
    pytest.param(foreign_page(), id="foreign"),
    pytest.param(
        register_page(HOSTILE, action=HOSTILE, manifest=HOSTILE, place=HOSTILE), id="register"
    ),
    pytest.param(registered_page(HOSTILE, install_url=HOSTILE), id="registered"),
    pytest.param(failed_page(HOSTILE, fix=HOSTILE), id="failed"),
]


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_whole_and_load_nothing(page: str) -> None:
    """A heading, a language, light and dark; no script, no picture, no style from elsewhere."""
    outline = Outline()
    outline.feed(page)

    assert outline.tags.count("h1") == 1
    assert ("lang", "en") in outline.attributes
    assert "color-scheme: light dark" in page
    assert not {"script", "img", "link", "iframe"} & set(outline.tags)
    assert "<script" not in html.unescape(page).replace(HOSTILE, "")


def test_the_setup_page_of_a_bot_that_is_set_up_leads_on() -> None:
    """Where the App is installed, and the command that says what is wrong."""
    page = setup_page(installed_url="https://github.com/organizations/acme/settings/installations")

    assert 'href="https://github.com/organizations/acme/settings/installations"' in page
    assert "paved-road doctor" in page
