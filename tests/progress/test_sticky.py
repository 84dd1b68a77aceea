"""A thread has one comment of ours about one thing, whatever dies in between."""

import pytest

from bot.github.port import CheckRun, RepositoryName
from bot.progress import Sticky
from tests.fake_github import FakeGitHub
from tests.store.memory import MemoryDocuments

CATALOG = RepositoryName("acme", "catalog")


class Killed(BaseException):
    """A kill -9, seen from inside."""


@pytest.fixture
def github() -> FakeGitHub:
    return FakeGitHub()


async def say(github: FakeGitHub, documents: MemoryDocuments, body: str) -> None:
    """A new process each time: nothing is remembered but the store and GitHub."""
    await Sticky(github.bundle(), documents).comment(CATALOG, 7, about="request", body=body)


async def test_it_is_posted_once_and_then_edited(github: FakeGitHub) -> None:
    documents = MemoryDocuments()
    for body in ("first", "second", "third"):
        await say(github, documents, body)
    (text,) = github.texts("acme/catalog", 7)
    assert text.startswith("third\n")
    assert github.calls == ["issues.comment", "issues.edit_comment", "issues.edit_comment"]


async def test_the_same_words_are_not_edited_again(github: FakeGitHub) -> None:
    """An edit notifies nobody, but it costs a request and moves the comment's date."""
    documents = MemoryDocuments()
    await say(github, documents, "same")
    await say(github, documents, "same")
    assert github.calls == ["issues.comment"]


@pytest.mark.parametrize("write", [1, 2, 3])
async def test_killed_at_any_write_there_is_one_comment(github: FakeGitHub, write: int) -> None:
    count = 0

    def die() -> None:
        nonlocal count
        count += 1
        if count == write:
            raise Killed

    documents = MemoryDocuments(before_write=die)
    for body in ("one", "two"):
        try:
            await say(github, documents, body)
        except Killed:
            await say(github, documents, body)
    assert count > write
    (text,) = github.texts("acme/catalog", 7)
    assert text.startswith("two\n")


async def test_killed_after_the_post_the_comment_is_found_by_its_mark(github: FakeGitHub) -> None:
    documents = MemoryDocuments()

    def die(call: str) -> None:
        if call == "issues.comment":
            github.after = lambda _call: None
            raise Killed

    github.after = die
    with pytest.raises(Killed):
        await say(github, documents, "one")
    await say(github, documents, "two")
    (text,) = github.texts("acme/catalog", 7)
    assert text.startswith("two\n")


async def test_a_deleted_comment_is_said_anew(github: FakeGitHub) -> None:
    documents = MemoryDocuments()
    await say(github, documents, "one")
    github.comments.clear()
    await say(github, documents, "two")
    (text,) = github.texts("acme/catalog", 7)
    assert text.startswith("two\n")


async def test_what_does_not_fit_is_cut_and_says_so(github: FakeGitHub) -> None:
    await say(github, MemoryDocuments(), "x" * 70_000)
    (text,) = github.texts("acme/catalog", 7)
    assert len(text) <= 65_536
    assert "did not fit" in text
    assert text.endswith("-->")


async def test_a_commit_has_one_check_run_of_ours(github: FakeGitHub) -> None:
    documents = MemoryDocuments()
    repository = github.add_repository("acme/money-kit")
    for status in ("in_progress", "completed"):
        check = CheckRun(
            name="Paved Road",
            head_sha="a" * 40,
            status=status,
            title="t",
            summary="s",
            external_id="run",
        )
        await Sticky(github.bundle(), documents).check(repository, check)
    assert [each.status for each in github.checks.values()] == ["completed"]
