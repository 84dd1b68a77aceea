"""Files become commits and commits become files, through GitHub's API alone."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings

from bot.errors import RetryLater, UserError
from bot.github.contents import GitHubContents
from bot.github.port import File, GitHub, NewRepository, NotFound, Repository, RepositoryName, Stale
from bot.localhub import Fault, LocalHub
from tests.github.on_localhub import github, hub, scene
from tests.github.test_tree_plan import file_lists
from tests.localhub.fixtures import Scene

__all__ = ["github", "hub", "scene"]

CATALOG = RepositoryName("acme", "catalog")
GIT = "/repos/{owner}/{repo}/git"
TEXT = File(path="README.md", content="# Grüße 🦊\r\n".encode())
SCRIPT = File(path="bin/run", content=b"#!/bin/sh\n", executable=True)
IMAGE = File(path="docs/logo.png", content=bytes(range(256)))
IMAGE_SCRIPT = File(path="bin/tool", content=b"\x7fELF\0", executable=True)
WORKFLOW = File(path=".github/workflows/ci.yml", content=b"on: push\n")
EMPTY = File(path="src/.gitkeep", content=b"")
ALL = [TEXT, SCRIPT, IMAGE, IMAGE_SCRIPT, WORKFLOW, EMPTY]
numbers = itertools.count()


async def made(github: GitHub) -> Repository:
    new = NewRepository(
        name=RepositoryName("acme", f"shop-{next(numbers)}"),
        description="",
        visibility="private",
        homepage="",
    )
    return await github.repositories.create(new)


async def all_of(github: GitHub, repository: Repository, ref: str) -> list[File]:
    files = await github.contents.read_folder(repository.name, "", ref=ref)
    return sorted(files, key=lambda file: file.path)


def sent(hub: LocalHub) -> list[str]:
    return [f"{each.method} {each.route}".replace(GIT, "…") for each in hub.requests]


async def test_the_first_commit_holds_exactly_the_files(hub: LocalHub, github: GitHub) -> None:
    """Text, binary, executable, empty and workflow files; GitHub's own README is gone."""
    repository = await made(github)
    commit = await github.contents.first_commit(repository, ALL, message="Start")
    assert await github.contents.head(repository.name, "main") == commit
    assert await all_of(github, repository, commit) == sorted(ALL, key=lambda file: file.path)
    git = hub.git(hub.repository(str(repository.name)))
    assert git.commit(commit).parents == ()
    assert git.commit(commit).message == "Start"
    assert git.commit(commit).signed  # shown as Verified


async def test_text_files_take_three_requests(hub: LocalHub, github: GitHub) -> None:
    """However many there are: the tree carries them."""
    repository = await made(github)
    files = [File(path=f"src/{n}.kt", content=b"val x = 1\n") for n in range(40)]
    await github.repositories.set_topics(repository, ["kotlin"])  # its token is there now
    hub.requests.clear()
    await github.contents.first_commit(repository, files, message="Start")
    assert sent(hub) == ["POST …/trees", "POST …/commits", "PATCH …/refs/{ref}"]


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # one hub, a repository each
)
@given(files=file_lists.filter(bool))
async def test_any_files_come_back_as_they_went(github: GitHub, files: list[File]) -> None:
    """Split over many small trees, the result is the same."""
    repository = await made(github)
    assert isinstance(github.contents, GitHubContents)
    small = GitHubContents(github.contents._api, largest_tree_bytes=200)
    commit = await small.first_commit(repository, files, message="Start")
    assert await all_of(github, repository, commit) == sorted(files, key=lambda file: file.path)
    assert await small.first_commit(repository, files, message="Start", look_first=True) == commit


@pytest.mark.parametrize(
    "route", ["/trees", "/commits", "/refs/{ref}", "/blobs"], ids=["tree", "commit", "ref", "blob"]
)
@pytest.mark.parametrize("drop", ["before", "after"])
async def test_a_lost_answer_on_the_way_changes_nothing(
    hub: LocalHub, github: GitHub, route: str, drop: str
) -> None:
    """Git's objects may be written twice: they are the same."""
    repository = await made(github)
    hub.faults.rest.append(Fault(route=GIT + route, drop=drop))  # type: ignore[arg-type]  # one of two words
    commit = await github.contents.first_commit(repository, ALL, message="Start")
    assert await all_of(github, repository, commit) == sorted(ALL, key=lambda file: file.path)


async def test_a_repeat_finds_what_the_first_attempt_left(hub: LocalHub, github: GitHub) -> None:
    """Killed after the push and before it was saved: the same commit, and no write."""
    repository = await made(github)
    first = await github.contents.first_commit(repository, ALL, message="Start")
    hub.requests.clear()
    again = await github.contents.first_commit(repository, ALL, message="Start", look_first=True)
    assert again == first
    assert {each.method for each in hub.requests} == {"GET"}


async def test_a_repeat_writes_where_nothing_was_left(github: GitHub) -> None:
    """Killed before the push: only GitHub's own first commit is there, and goes."""
    repository = await made(github)
    commit = await github.contents.first_commit(repository, ALL, message="Start", look_first=True)
    assert await all_of(github, repository, commit) == sorted(ALL, key=lambda file: file.path)


async def test_a_repeat_finds_our_commit_below_others_work(
    hub: LocalHub, scene: Scene, github: GitHub
) -> None:
    """Somebody was quicker than our restart; their work stays."""
    repository = await made(github)
    ours = await github.contents.first_commit(repository, ALL, message="Start")
    theirs = hub.commit_files(
        scene.owner, str(repository.name), "main", {"theirs.txt": b"mine"}, message="Work"
    )
    again = await github.contents.first_commit(repository, ALL, message="Start", look_first=True)
    assert again == ours
    assert await github.contents.head(repository.name, "main") == theirs


async def test_a_repeat_never_overwrites_others_work(
    hub: LocalHub, scene: Scene, github: GitHub
) -> None:
    """They began on GitHub's own first commit: that is told, not rewritten."""
    repository = await made(github)
    theirs = hub.commit_files(
        scene.owner, str(repository.name), "main", {"theirs.txt": b"mine"}, message="Work"
    )
    with pytest.raises(Stale):
        await github.contents.first_commit(repository, ALL, message="Start", look_first=True)
    assert await github.contents.head(repository.name, "main") == theirs


async def test_a_repository_that_github_is_still_making_is_waited_for(
    hub: LocalHub, github: GitHub
) -> None:
    """For a moment after its creation GitHub may not know it everywhere."""
    repository = await made(github)
    hub.faults.rest += [
        Fault(route=GIT + "/trees", status=409, message="Git Repository is empty."),
        Fault(route=GIT + "/trees", first=2, status=404, message="Not Found"),
    ]
    for _ in range(2):
        with pytest.raises(RetryLater) as later:
            await github.contents.first_commit(repository, [TEXT], message="Start")
        assert later.value.wait_s == 3.0
    await github.contents.first_commit(repository, [TEXT], message="Start", look_first=True)


async def test_a_commit_adds_changes_and_removes(github: GitHub) -> None:
    """What is not named stays."""
    repository = await made(github)
    first = await github.contents.first_commit(repository, ALL, message="Start")
    second = await github.contents.commit(
        repository.name,
        "main",
        [File(path="README.md", content=b"new\n"), File(path="a/b/c.bin", content=b"\xff")],
        deleted=["docs/logo.png"],
        message="Change",
        parent=first,
    )
    after = {file.path: file.content for file in await all_of(github, repository, second)}
    assert after["README.md"] == b"new\n"
    assert after["a/b/c.bin"] == b"\xff"
    assert "docs/logo.png" not in after
    assert after["bin/run"] == SCRIPT.content


async def test_a_commit_on_a_branch_that_moved_is_stale(
    hub: LocalHub, scene: Scene, github: GitHub
) -> None:
    """The other's commit stays."""
    head = await github.contents.head(CATALOG, "main")
    theirs = hub.commit_files(scene.owner, "acme/catalog", "main", {"x": b"x"}, message="Work")
    with pytest.raises(Stale):
        await github.contents.commit(CATALOG, "main", [TEXT], message="Change", parent=head)
    assert await github.contents.head(CATALOG, "main") == theirs


async def test_a_commit_that_touches_workflows_is_allowed(github: GitHub) -> None:
    """GitHub refuses it to a token without that permission; ours asks for it only then."""
    head = await github.contents.head(CATALOG, "main")
    await github.contents.commit(CATALOG, "main", [WORKFLOW], message="CI", parent=head)


async def test_a_file_is_read_at_a_commit_and_kept(hub: LocalHub, github: GitHub) -> None:
    """A commit never changes, so the second reading asks nothing."""
    head = await github.contents.head(CATALOG, "main")
    for _ in range(2):
        content = await github.contents.read_file(CATALOG, "README.md", ref=head)
        assert content == b"# Catalog\n"
    assert sum(each.route.endswith("/contents/{path}") for each in hub.requests) == 1


async def test_a_file_on_a_branch_is_read_anew(hub: LocalHub, scene: Scene, github: GitHub) -> None:
    """Branches move."""
    await github.contents.read_file(CATALOG, "README.md", ref="main")
    hub.commit_files(scene.owner, "acme/catalog", "main", {"README.md": b"new"}, message="Work")
    assert await github.contents.read_file(CATALOG, "README.md", ref="main") == b"new"


async def test_a_large_file_is_read_whole(hub: LocalHub, scene: Scene, github: GitHub) -> None:
    """Above one megabyte GitHub names only the blob."""
    large = b"x" * 1_500_000
    head = hub.commit_files(scene.owner, "acme/catalog", "main", {"big": large}, message="Work")
    assert await github.contents.read_file(CATALOG, "big", ref=head) == large


@pytest.mark.parametrize("path", ["nothing.txt", "../README.md", "templates", ""])
async def test_what_is_no_file_is_not_found(
    hub: LocalHub, scene: Scene, github: GitHub, path: str
) -> None:
    """Neither a folder nor a way out of the repository."""
    files = {"templates/a/x": b"x"}
    head = hub.commit_files(scene.owner, "acme/catalog", "main", files, message="Work")
    with pytest.raises(NotFound):
        await github.contents.read_file(CATALOG, path, ref=head)


async def test_a_folder_is_read_once(hub: LocalHub, scene: Scene, github: GitHub) -> None:
    """A warm reading costs no request; after a change only what changed is fetched."""
    files = {f"templates/a/{n}": str(n).encode() for n in range(5)} | {"templates-other/x": b"x"}
    first = hub.commit_files(scene.owner, "acme/catalog", "main", files, message="Work")
    read = await github.contents.read_folder(CATALOG, "templates", ref=first)
    assert [file.path for file in read] == [f"a/{n}" for n in range(5)]
    hub.requests.clear()
    assert await github.contents.read_folder(CATALOG, "templates", ref=first) == read
    assert await github.contents.read_folder(CATALOG, "templates/a", ref=first)
    assert hub.requests == []

    second = hub.commit_files(
        scene.owner, "acme/catalog", "main", {"templates/a/2": b"new"}, message="Work"
    )
    await github.contents.read_folder(CATALOG, "templates", ref=second)
    assert sent(hub) == ["GET …/trees/{tree_sha}", "GET …/blobs/{file_sha}"]


async def test_much_reading_leaves_requests_to_others(
    hub: LocalHub, scene: Scene, github: GitHub
) -> None:
    """Whoever offers many files costs nobody else the hour; what is known costs nothing."""
    files = {f"templates/a/{n}": str(n).encode() for n in range(20)}
    head = hub.commit_files(scene.owner, "acme/catalog", "main", files, message="Work")
    hub.limits.per_hour = 1_000
    await github.contents.head(CATALOG, "main")  # with its answer GitHub tells what is left
    with pytest.raises(RetryLater) as told:
        await github.contents.read_folder(CATALOG, "templates", ref=head, leave=0.99)
    assert 0 < (told.value.wait_s or 0) <= 3602
    assert not any("/blobs" in each.route for each in hub.requests)
    assert await github.contents.read_folder(CATALOG, "templates", ref=head, leave=0.5)
    assert await github.contents.read_folder(CATALOG, "templates", ref=head, leave=0.99)


async def test_a_folder_that_is_not_there_is_told(github: GitHub) -> None:
    """An empty catalog has no templates."""
    head = await github.contents.head(CATALOG, "main")
    with pytest.raises(NotFound):
        await github.contents.read_folder(CATALOG, "templates", ref=head)


@pytest.mark.parametrize("mode", ["120000", "160000"], ids=["link", "submodule"])
async def test_links_and_submodules_are_refused(
    hub: LocalHub, scene: Scene, github: GitHub, mode: str
) -> None:
    """What they point to is not part of the commit that was checked."""
    git = hub.git(hub.repository("acme/catalog"))
    base = git.commit(git.branch("main") or "").tree
    target = git.add_blob(b"/etc/passwd") if mode == "120000" else "1" * 40
    tree = git.write_tree(base, {"templates/a/link": (mode, target)})
    head = hub.commit_tree(
        hub.app_actor(scene.app), hub.repository("acme/catalog"), tree, parents=(), message="x"
    )
    with pytest.raises(UserError) as told:
        await github.contents.read_folder(CATALOG, "templates", ref=head)
    assert "links or submodules" in told.value.problem
    assert "templates" in told.value.problem


async def test_a_folder_that_is_too_large_is_refused_unread(
    hub: LocalHub, scene: Scene, github: GitHub
) -> None:
    """By the sizes that the listing tells."""
    files = {f"templates/{n}": bytes([n]) * 7_000_000 for n in range(3)}
    head = hub.commit_files(scene.owner, "acme/catalog", "main", files, message="Work")
    with pytest.raises(UserError, match="20 MB"):
        await github.contents.read_folder(CATALOG, "templates", ref=head)
    assert not any("/blobs" in each.route for each in hub.requests)


async def test_a_branch_that_is_not_there_is_not_found(github: GitHub) -> None:
    """Also one whose name holds slashes."""
    with pytest.raises(NotFound):
        await github.contents.head(CATALOG, "feature/none")
