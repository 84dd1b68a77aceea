"""The App asks its owners for all that the work needs, and for nothing more than that."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.github.port import Repository, RepositoryName
from bot.github.scopes import (
    CREATING,
    LEVELS,
    LOOKING,
    Scope,
    checking,
    deploying,
    project,
    reviewing,
    running,
    thread,
    writing,
)

NAME = RepositoryName("acme", "shop")
SHOP = Repository(
    id=1,
    name=NAME,
    default_branch="main",
    visibility="private",
    homepage="",
    html_url="",
    archived=False,
)
EVERY: tuple[Scope, ...] = (
    LOOKING,
    CREATING,
    thread(NAME),
    writing(NAME, workflows=True),
    checking(NAME),
    reviewing(NAME),
    running(NAME),
    deploying(NAME),
    project(SHOP),
)


def test_app_yml_asks_for_what_the_scopes_need_and_no_more() -> None:
    """A permission that no scope names would be a needless risk; a missing one, no token."""
    path = Path(__file__).parents[2] / "app.yml"
    manifest: dict[str, Any] = YAML(typ="safe").load(path)
    needed: dict[str, str] = {}
    for scope in EVERY:
        for name, level in (*scope.permissions, *scope.if_granted):
            needed[name] = max(needed.get(name, "read"), level, key=LEVELS.index)
    assert manifest["default_permissions"] == needed


def test_equal_scopes_share_a_token() -> None:
    """They are one key in the cache, however they were written."""
    assert len({project(SHOP), project(SHOP), thread(NAME), thread(NAME)}) == 2
