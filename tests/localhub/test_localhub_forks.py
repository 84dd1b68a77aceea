"""Forks share their objects with where they came from, and nothing else."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.localhub import LocalHub
from bot.localhub.refusal import Refused
from bot.localhub.state.discussions import Issue
from bot.localhub.state.repositories import Repository
from tests.localhub.client import asking
from tests.localhub.fixtures import Scene
from tests.localhub.receiver import Receiver, receiving

CATALOG = "acme/catalog"


@pytest.fixture
def fork(scene: Scene) -> Repository:
    """sam's fork of the catalog, which sam may read."""
    scene.hub.set_role(CATALOG, "sam", "read")
    scene.hub.update_repository(scene.owner, CATALOG, {"allow_forking": True})
    return scene.hub.fork(scene.stranger, CATALOG)


@pytest.fixture
async def receiver(scene: Scene) -> AsyncIterator[Receiver]:
    """Where the App of the scene gets its webhooks."""
    async with receiving() as made:
        scene.app.webhook_url, scene.app.webhook_secret = made.url, "s"
        yield made


def propose(scene: Scene, files: dict[str, bytes | None] | None = None) -> Issue:
    """sam changes something in the fork and asks for it."""
    hub, sam = scene.hub, scene.stranger
    start = hub.git(hub.repository("sam/catalog")).branch("main")
    changed = files or {"a.txt": b"a\n"}
    hub.commit_files(sam, "sam/catalog", "idea", changed, message="An idea", start=start)
    return hub.create_pull_request(sam, CATALOG, title="Idea", head="sam:idea", base="main")


async def test_a_fork_says_where_it_came_from(scene: Scene, fork: Repository) -> None:
    """Its branches start there, its issues are off, and a second one is the same."""
    assert scene.hub.fork(scene.stranger, CATALOG).id == fork.id
    async with asking(scene.hub, scene.stranger.token) as sam:
        told = await sam.ok("GET /repos/sam/catalog")
        parent = await sam.ok(f"GET /repos/{CATALOG}")
        refused = await sam("POST /repos/sam/catalog/issues", {"title": "x"})
    assert (told["fork"], told["parent"]["full_name"], told["private"]) == (True, CATALOG, True)
    assert (parent["fork"], parent["forks_count"]) == (False, 1)
    assert refused.status == 410
    git = scene.hub.git(fork)
    assert git.branch("main") == scene.hub.git(scene.hub.repository(CATALOG)).branch("main")


async def test_a_pull_request_from_a_fork_is_read_through_the_base(
    scene: Scene, fork: Repository
) -> None:
    """The App reaches no repository of sam's, and needs none: the objects are shared."""
    made = propose(scene)
    base = f"/repos/{CATALOG}"
    async with asking(scene.hub, scene.token()) as bot:
        told = await bot.ok(f"GET {base}/pulls/{made.number}")
        sha = told["head"]["sha"]
        assert (await bot("GET /repos/sam/catalog")).status == 404
        commit = await bot.ok(f"GET {base}/git/commits/{sha}")
        tree = await bot.ok(f"GET {base}/git/trees/{commit['tree']['sha']}")
        (entry,) = [one for one in tree["tree"] if one["path"] == "a.txt"]
        await bot.ok(f"GET {base}/git/blobs/{entry['sha']}")
        ref = await bot.ok(f"GET {base}/git/ref/pull/{made.number}/head")
        listed = await bot.ok(f"GET {base}/commits/{sha}/pulls")
        by_head = await bot.ok(f"GET {base}/pulls?head=sam:idea")
        by_other = await bot.ok(f"GET {base}/pulls?head=acme:idea")
    assert (told["head"]["repo"]["full_name"], told["head"]["repo"]["fork"]) == (
        "sam/catalog",
        True,
    )
    assert (told["head"]["label"], told["base"]["label"]) == ("sam:idea", "acme:main")
    assert ref["object"]["sha"] == sha
    assert [one["number"] for one in listed] == [made.number]
    assert ([one["number"] for one in by_head], by_other) == ([made.number], [])


async def test_a_push_to_the_fork_moves_the_pull_request(
    scene: Scene, fork: Repository, receiver: Receiver
) -> None:
    """Apps of the base hear "synchronize"; of the push itself they hear nothing."""
    made = propose(scene)
    head = scene.hub.commit_files(
        scene.stranger, "sam/catalog", "idea", {"b.txt": b"b\n"}, message="More"
    )
    await scene.hub.idle()
    told = receiver.of("pull_request.synchronize").payload
    assert (told["after"], told["pull_request"]["head"]["sha"]) == (head, head)
    assert "push" not in receiver.events
    git = scene.hub.git(scene.hub.repository(CATALOG))
    assert git.ref(f"refs/pull/{made.number}/head") == head


async def test_checks_of_a_forks_head_name_no_pull_request(
    scene: Scene, fork: Repository, receiver: Receiver
) -> None:
    """``pull_requests`` is empty and no suite was asked for, as on GitHub."""
    made = propose(scene)
    assert made.pull is not None
    given = {"name": "c", "head_sha": made.pull.head_sha, "conclusion": "success"}
    scene.hub.create_check_run(scene.hub.app_actor(scene.app), CATALOG, given)
    await scene.hub.idle()
    told = receiver.of("check_run.completed").payload["check_run"]
    assert told["pull_requests"] == []
    assert told["check_suite"]["head_branch"] is None
    assert "check_suite.requested" not in receiver.events


def test_a_forks_pull_request_is_merged_into_the_base(scene: Scene, fork: Repository) -> None:
    """The message says from whom; the fork's branch stays."""
    made = propose(scene)
    scene.hub.update_repository(scene.owner, CATALOG, {"delete_branch_on_merge": True})
    sha = scene.hub.merge_pull_request(scene.owner, CATALOG, made.number)
    git = scene.hub.git(scene.hub.repository(CATALOG))
    assert git.commit(sha).message.startswith(f"Merge pull request #{made.number} from sam/idea")
    assert git.find(git.commit(sha).tree, "a.txt") is not None
    assert scene.hub.git(fork).branch("idea") is not None


async def test_a_fork_that_is_gone_leaves_its_pull_request_readable(
    scene: Scene, fork: Repository
) -> None:
    """``head.repo`` is null, the commits are still there, and it can be merged."""
    made = propose(scene)
    scene.hub.delete_repository(scene.stranger, fork)
    async with asking(scene.hub, scene.token()) as bot:
        told = await bot.ok(f"GET /repos/{CATALOG}/pulls/{made.number}")
        await bot.ok(f"GET /repos/{CATALOG}/pulls/{made.number}/files")
    assert (told["head"]["repo"], told["head"]["label"]) == (None, "sam:idea")
    scene.hub.merge_pull_request(scene.owner, CATALOG, made.number)


@pytest.mark.parametrize("head", ["sam:nowhere", "olga:main", "nobody:main", "main:x"])
def test_a_head_that_is_not_there_is_refused(scene: Scene, fork: Repository, head: str) -> None:
    """An unknown branch, somebody without a fork, nobody at all."""
    with pytest.raises(Refused) as refused:
        scene.hub.create_pull_request(scene.stranger, CATALOG, title="x", head=head, base="main")
    assert refused.value.errors == [{"resource": "PullRequest", "field": "head", "code": "invalid"}]


def test_the_same_branches_make_one_pull_request(scene: Scene, fork: Repository) -> None:
    """A branch of the same name in the base is another matter."""
    propose(scene)
    hub = scene.hub
    with pytest.raises(Refused) as again:
        hub.create_pull_request(scene.stranger, CATALOG, title="x", head="sam:idea", base="main")
    assert "already exists for sam:idea" in str(again.value.errors)
    start = hub.git(hub.repository(CATALOG)).branch("main")
    hub.commit_files(scene.owner, CATALOG, "idea", {"c": b"c"}, message="c", start=start)
    hub.create_pull_request(scene.owner, CATALOG, title="x", head="idea", base="main")


@pytest.mark.parametrize("ref", ["refs/pull/1/head", "refs/pull/9/head"])
def test_nobody_moves_the_refs_of_pull_requests(scene: Scene, fork: Repository, ref: str) -> None:
    """They are hidden refs."""
    propose(scene)
    sha = scene.hub.git(scene.hub.repository(CATALOG)).branch("main")
    before = scene.hub.git(scene.hub.repository(CATALOG)).ref(ref)
    with pytest.raises(Refused, match="hidden ref"):
        scene.hub.push_ref(scene.owner, CATALOG, ref, before, sha)


async def test_who_may_fork_what(scene: Scene) -> None:
    """Private ones only when they allow it, organisations only by their members."""
    hub = scene.hub
    hub.set_role(CATALOG, "sam", "read")
    hub.add_organization("other")
    async with asking(hub, scene.stranger.token) as sam:
        assert (await sam(f"POST /repos/{CATALOG}/forks")).status == 403
        hub.update_repository(scene.owner, CATALOG, {"allow_forking": True})
        assert (await sam(f"POST /repos/{CATALOG}/forks", {"organization": "other"})).status == 403
        hub.add_member("other", "sam")
        made = await sam.ok(f"POST /repos/{CATALOG}/forks", {"organization": "other", "name": "c"})
        assert made["full_name"] == "other/c"
    async with asking(hub, scene.token()) as bot:
        assert (await bot(f"POST /repos/{CATALOG}/forks")).status == 403
        assert (await bot(f"POST /repos/{CATALOG}/forks", {"organization": "other"})).status == 403


def test_deleting_a_private_repository_takes_its_forks_along(
    scene: Scene, fork: Repository
) -> None:
    """Of a public one they stay, and the oldest takes its place."""
    hub = scene.hub
    hub.delete_repository(scene.owner, CATALOG)
    assert hub.world.repositories.find("sam/catalog") is None
    hub.add_repository("acme/open", {"a": b"a"}, private=False)
    first, second = hub.fork(scene.stranger, "acme/open"), hub.fork(scene.developer, "acme/open")
    hub.delete_repository(scene.owner, "acme/open")
    assert (first.parent_id, second.parent_id) == (None, first.id)
    assert hub.network(second) == [first, second]
    git = hub.git(second)
    assert git.blob(git.entries(git.commit(git.branch("main") or "").tree)[0].sha) == b"a"
    hub.delete_repository(scene.stranger, first)
    hub.delete_repository(scene.developer, second)
    assert list((hub.folder / "git" / "networks").iterdir()) == []


async def test_forks_and_reviews_are_there_after_a_restart(tmp_path: Path) -> None:
    """Shared objects, the pull request, its review."""
    async with LocalHub.start(tmp_path) as hub:
        hub.add_repository("acme/open", {"a": b"a"}, private=False)
        hub.add_member("acme", "olga", role="admin")
        sam = hub.add_user("sam")
        hub.fork(sam, "acme/open")
        start = hub.git(hub.repository("acme/open")).branch("main")
        hub.commit_files(sam, "sam/open", "idea", {"b": b"b"}, message="b", start=start)
        made = hub.create_pull_request(sam, "acme/open", title="b", head="sam:idea", base="main")
        hub.review(hub.user("olga"), "acme/open", made.number, "APPROVE", "Yes")
    async with LocalHub.start(tmp_path) as hub, asking(hub, hub.user("olga").token) as olga:
        told = await olga.ok(f"GET /repos/acme/open/pulls/{made.number}")
        assert told["head"]["repo"]["full_name"] == "sam/open"
        await olga.ok(f"GET /repos/acme/open/git/commits/{told['head']['sha']}")
        (review,) = await olga.ok(f"GET /repos/acme/open/pulls/{made.number}/reviews")
        assert review["state"] == "APPROVED"
        sha = hub.commit_files(hub.user("sam"), "sam/open", "idea", {"c": b"c"}, message="c")
        assert hub.pull("acme/open", made.number).pull.head_sha == sha  # type: ignore[union-attr]  # it is one


async def test_git_clones_and_pushes_a_fork_and_fetches_the_pull_request(
    scene: Scene, fork: Repository, tmp_path: Path
) -> None:
    """The git that everybody has, through links on the disk."""
    hub = scene.hub
    made = propose(scene)
    address = hub.url.replace("://", f"://sam:{scene.stranger.token}@")
    work = tmp_path / "work"

    async def git(*words: str) -> str:

        process = await asyncio.create_subprocess_exec(
            *("git", "-c", "user.name=s", "-c", "user.email=s@example.test", *words),
            cwd=work if work.exists() else tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        told, _ = await process.communicate()
        assert process.returncode == 0, told.decode()
        return told.decode()

    await git("clone", "--quiet", "--branch", "idea", f"{address}/sam/catalog.git", str(work))
    (work / "pushed.txt").write_text("pushed\n")
    await git("add", "pushed.txt")
    await git("commit", "--quiet", "--message", "Pushed")
    await git("push", "--quiet", "origin", "idea")
    assert made.pull is not None
    assert (await git("rev-parse", "HEAD")).strip() == made.pull.head_sha
    base = f"{address}/acme/catalog.git"
    await git("fetch", "--quiet", base, f"refs/pull/{made.number}/head")
    assert (await git("rev-parse", "FETCH_HEAD")).strip() == made.pull.head_sha
