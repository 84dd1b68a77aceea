"""Trees, merges, routes and pages of lists, against simple models of them."""

import asyncio
import contextlib
import string
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.localhub.changes import Changes
from bot.localhub.git.merge import merge_lines
from bot.localhub.git.objects import Change
from bot.localhub.git.repositories import GitRepositories
from bot.localhub.operations.repositories import normalised_name
from bot.localhub.routes.table import ROUTES, RouteFinder

part = st.text(string.ascii_lowercase, min_size=1, max_size=2)
folder_path = st.lists(part, min_size=1, max_size=3).map("/".join)
lines = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"d\n"]), max_size=8)


def _without_clashes(files: dict[str, bytes]) -> dict[str, bytes]:
    """A path cannot be a file and a folder at once: the shorter one gives way."""
    return {
        path: content
        for path, content in files.items()
        if not any(other.startswith(f"{path}/") for other in files)
    }


@settings(max_examples=40, deadline=None)
@given(
    before=st.dictionaries(folder_path, st.binary(max_size=20), max_size=8),
    added=st.dictionaries(folder_path, st.binary(max_size=20), max_size=8),
    data=st.data(),
)
def test_a_tree_is_what_its_changes_make_of_it(
    before: dict[str, bytes], added: dict[str, bytes], data: st.DataObject
) -> None:
    """Files added, changed and deleted in any folders are exactly those read back."""
    whole = _without_clashes(before | added)
    first = {path: whole[path] for path in before if path in whole}
    gone = data.draw(st.sets(st.sampled_from(sorted(first))) if first else st.just(set()))
    gone -= added.keys()
    expected = {path: content for path, content in whole.items() if path not in gone}
    with TemporaryDirectory() as folder:
        repositories = GitRepositories(Path(folder))
        git = repositories.create(1, default_branch="main")
        base = git.write_tree(
            None, {path: ("100644", git.add_blob(content)) for path, content in first.items()}
        )
        changes: dict[str, Change] = dict.fromkeys(gone)
        changes |= {path: ("100755", git.add_blob(whole[path])) for path in added if path in whole}
        made = git.write_tree(base, changes)
        read = {e.path: git.blob(e.sha) for e in git.walk(made) if e.type == "blob"}
        folders = [e for e in git.walk(made) if e.type == "tree"]
        repositories.close()
    assert read == expected
    assert all(any(path.startswith(f"{e.path}/") for path in expected) for e in folders)


@given(base=lines, ours=lines)
def test_a_side_that_changed_nothing_never_conflicts(base: list[bytes], ours: list[bytes]) -> None:
    """The merge is what the other side made, whichever side it is."""
    assert merge_lines(base, ours, base) == ours
    assert merge_lines(base, base, ours) == ours
    assert merge_lines(base, ours, ours) == ours


@given(top=lines, bottom=lines)
def test_changes_far_apart_are_both_kept(top: list[bytes], bottom: list[bytes]) -> None:
    """One side writes above, the other below, of lines that both leave alone."""
    middle = [b"x\n", b"y\n", b"z\n"]
    assert merge_lines(middle, top + middle, middle + bottom) == top + middle + bottom


def test_changes_to_the_same_line_conflict() -> None:
    """Nobody can say which is meant."""
    assert merge_lines([b"a\n"], [b"b\n"], [b"c\n"]) is None


@given(st.text(max_size=120))
def test_made_names_hold_only_githubs_letters(name: str) -> None:
    """And a name that is made legal once stays as it is."""
    made = normalised_name(name)
    assert set(made) <= set(string.ascii_letters + string.digits + "._-")
    assert normalised_name(made) in {made, made.removesuffix(".git")}


def test_every_route_is_found_by_its_own_path() -> None:
    """Parameters are decoded; those that may hold slashes do."""
    finder = RouteFinder()
    for route in ROUTES:
        path = route.template
        for name in ("path", "ref", "branch", "basehead"):
            path = path.replace(f"{{{name}}}", "one/two")
        path = path.replace("{", "a%20").replace("}", "")
        found = finder.find(route.method, path)
        assert found is not None, route.template
        assert found[0] == route
        assert all(value == "one/two" or value.startswith("a ") for value in found[1].values())


async def test_a_listener_hears_what_happens_from_then_on() -> None:
    """Not what was before, not other topics, and nothing after it has gone."""
    changes = Changes()
    changes.publish("issue:acme/kit#1", "too early")
    with changes.subscribe("issue:acme/kit#1") as heard:
        changes.publish("issue:acme/kit#2", "elsewhere")
        changes.publish("issue:acme/kit#1", "comment-created")
        assert await anext(aiter(heard)) == "comment-created"
    changes.publish("issue:acme/kit#1", "too late")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await anext(aiter(heard))


async def test_a_listener_that_lags_does_not_fill_the_memory() -> None:
    """It gets fewer wake-ups; the state is read anew anyway."""
    changes = Changes()
    heard = changes.subscribe("t")
    for _ in range(1000):
        changes.publish("t", "edited")
    woken = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.2):
            while True:
                await anext(aiter(heard))
                woken += 1
    assert 1 <= woken < 1000
