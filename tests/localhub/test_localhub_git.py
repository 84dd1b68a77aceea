"""The git that everybody has works with the local GitHub."""

import asyncio
import os
import random
import shutil
from pathlib import Path

import pytest

from bot.localhub import LocalHub
from tests.localhub.fixtures import Scene

pytestmark = pytest.mark.skipif(
    shutil.which("git") is None, reason="git is missing: install it with `apt-get install git`"
)


async def git(*words: str, at: Path) -> tuple[int, str]:
    """Run git without anybody's own settings; its exit code and what it said."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(at),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": "Dana",
        "GIT_AUTHOR_EMAIL": "dana@example.test",
        "GIT_COMMITTER_NAME": "Dana",
        "GIT_COMMITTER_EMAIL": "dana@example.test",
    }
    process = await asyncio.create_subprocess_exec(
        "git",
        *words,
        cwd=at,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


def address(hub: LocalHub, name: str, token: str = "", user: str = "x-access-token") -> str:
    """Where git finds a repository, with a token when one is given."""
    credentials = f"{user}:{token}@" if token else ""
    return f"{hub.url.replace('://', f'://{credentials}')}/{name}.git"


async def done(*words: str, at: Path) -> str:
    """What git said when it has to succeed."""
    code, said = await git(*words, at=at)
    assert code == 0, said
    return said


async def test_a_person_clones_commits_and_pushes(scene: Scene, tmp_path: Path) -> None:
    """The push moves the branch, and everybody hears of it."""
    hub = scene.hub
    hub.set_role("acme/catalog", "dana", "write")
    where = address(hub, "acme/catalog", scene.developer.token, "dana")
    await done("clone", "-q", where, "work", at=tmp_path)
    work = tmp_path / "work"
    assert (work / "README.md").read_bytes() == b"# Catalog\n"
    (work / "run.sh").write_text("#!/bin/sh\n")
    (work / "run.sh").chmod(0o755)
    await done("add", "run.sh", at=work)
    await done("commit", "-qm", "Add a script", at=work)
    await done("push", "-q", "origin", "HEAD:main", at=work)
    repository = hub.repository("acme/catalog")
    head = hub.git(repository).branch("main") or ""
    commit = hub.git(repository).commit(head)
    assert commit.message == "Add a script\n"
    entry = hub.git(repository).find(commit.tree, "run.sh")
    assert entry is not None
    assert entry.mode == "100755"


async def test_branches_and_tags_come_and_go_by_push(scene: Scene, tmp_path: Path) -> None:
    """New branch, new tag, fetched back, deleted again."""
    hub = scene.hub
    hub.set_role("acme/catalog", "dana", "write")
    where = address(hub, "acme/catalog", scene.developer.token)
    await done("clone", "-q", where, "work", at=tmp_path)
    work = tmp_path / "work"
    await done("tag", "v1", at=work)
    await done("push", "-q", "origin", "HEAD:refs/heads/topic", "v1", at=work)
    assert set(hub.git(hub.repository("acme/catalog")).branches()) == {"main", "topic"}
    listed = await done("ls-remote", where, at=tmp_path)
    assert "refs/heads/topic" in listed
    assert "refs/tags/v1" in listed
    await done("push", "-q", "origin", ":topic", at=work)
    assert set(hub.git(hub.repository("acme/catalog")).branches()) == {"main"}


async def test_a_private_repository_is_not_cloned_by_strangers(
    scene: Scene, tmp_path: Path
) -> None:
    """Without credentials git is asked for some; with a stranger's it is not there."""
    code, said = await git("clone", address(scene.hub, "acme/catalog"), "a", at=tmp_path)
    assert code != 0
    assert "could not read Username" in said
    strange = address(scene.hub, "acme/catalog", scene.stranger.token)
    code, said = await git("clone", strange, "b", at=tmp_path)
    assert code != 0
    assert "not found" in said


async def test_a_public_repository_is_cloned_by_anybody(scene: Scene, tmp_path: Path) -> None:
    """No credentials needed, with and without ``.git``."""
    scene.hub.add_repository("acme/open", {"a.txt": b"a"}, private=False)
    await done("clone", "-q", f"{scene.hub.url}/acme/open", "a", at=tmp_path)
    assert (tmp_path / "a" / "a.txt").read_bytes() == b"a"


async def test_an_installation_token_clones_what_it_may_read(scene: Scene, tmp_path: Path) -> None:
    """``contents`` is needed; with read alone a push is denied."""
    hub = scene.hub
    reading = scene.token(contents="read")
    await done("clone", "-q", address(hub, "acme/catalog", reading), "a", at=tmp_path)
    without = scene.token(issues="write")
    code, _ = await git("clone", "-q", address(hub, "acme/catalog", without), "b", at=tmp_path)
    assert code != 0
    await done("commit", "-q", "--allow-empty", "-m", "x", at=tmp_path / "a")
    code, _ = await git("push", "-q", "origin", "HEAD:main", at=tmp_path / "a")
    assert code != 0


async def test_a_push_of_workflows_needs_the_workflows_permission(
    scene: Scene, tmp_path: Path
) -> None:
    """GitHub's own sentence refuses it, and the branch stays."""
    hub = scene.hub
    token = scene.token(contents="write")
    await done("clone", "-q", address(hub, "acme/catalog", token), "a", at=tmp_path)
    work = tmp_path / "a"
    (work / ".github" / "workflows").mkdir(parents=True)
    (work / ".github" / "workflows" / "ci.yml").write_text("on: push\n")
    await done("add", ".", at=work)
    await done("commit", "-qm", "CI", at=work)
    code, said = await git("push", "origin", "HEAD:main", at=work)
    assert code != 0
    assert "without `workflows` permission" in said
    allowed = scene.token(contents="write", workflows="write")
    await done("push", "-q", address(hub, "acme/catalog", allowed), "HEAD:main", at=work)


async def test_a_stale_push_is_rejected(scene: Scene, tmp_path: Path) -> None:
    """Somebody pushed first: fetch first. With force, history is replaced."""
    hub = scene.hub
    hub.set_role("acme/catalog", "dana", "write")
    where = address(hub, "acme/catalog", scene.developer.token)
    await done("clone", "-q", where, "work", at=tmp_path)
    work = tmp_path / "work"
    hub.commit_files(scene.owner, "acme/catalog", "main", {"a": b"a"}, message="First")
    await done("commit", "-q", "--allow-empty", "-m", "Second", at=work)
    code, said = await git("push", "origin", "HEAD:main", at=work)
    assert code != 0
    assert "fetch first" in said
    await done("push", "-qf", "origin", "HEAD:main", at=work)


async def test_the_first_push_to_an_empty_repository_names_the_branch(
    scene: Scene, tmp_path: Path
) -> None:
    """A clone of it checks that branch out."""
    hub = scene.hub
    hub.create_repository(scene.owner, "acme", "fresh", visibility="private")
    where = address(hub, "acme/fresh", scene.owner.token)
    work = tmp_path / "work"
    work.mkdir()
    await done("init", "-q", "-b", "trunk", at=work)
    (work / "a.txt").write_text("a\n")
    await done("add", ".", at=work)
    await done("commit", "-qm", "Begin", at=work)
    await done("push", "-q", where, "trunk", at=work)
    assert hub.repository("acme/fresh").default_branch == "trunk"
    await done("clone", "-q", where, "again", at=tmp_path)
    assert (tmp_path / "again" / "a.txt").read_text() == "a\n"


async def test_what_the_api_committed_git_finds_sound(scene: Scene, tmp_path: Path) -> None:
    """``git fsck`` on a clone, with a binary file, a link of modes and a long path."""
    hub = scene.hub
    files = {"a/b/c/d.bin": bytes(range(256)) * 64, "ü.txt": "ü\n".encode(), "z": b""}
    hub.commit_files(scene.owner, "acme/catalog", "main", files, message="Größe\n\nText")
    where = address(hub, "acme/catalog", scene.owner.token)
    await done("clone", "-q", where, "work", at=tmp_path)
    await done("fsck", "--strict", at=tmp_path / "work")
    for path, content in files.items():
        assert (tmp_path / "work" / path).read_bytes() == content


async def test_a_scenes_executables_can_be_run_where_they_are_cloned(
    scene: Scene, tmp_path: Path
) -> None:
    """Those named, and no other."""
    files = {"run.sh": b"#!/bin/sh\n", "bin/go": b"#!/bin/sh\n", "a.txt": b"a"}
    scene.hub.add_repository("acme/open", files, private=False, executables={"run.sh", "bin/go"})
    await done("clone", "-q", address(scene.hub, "acme/open"), "a", at=tmp_path)
    assert {path for path in files if os.access(tmp_path / "a" / path, os.X_OK)} == {
        "run.sh",
        "bin/go",
    }


async def test_a_large_push_arrives_whole(scene: Scene, tmp_path: Path) -> None:
    """Beyond a megabyte git asks first and then sends in chunks."""
    hub = scene.hub
    where = address(hub, "acme/catalog", scene.owner.token)
    await done("clone", "-q", where, "work", at=tmp_path)
    large = random.Random(7).randbytes(3 * 1024 * 1024)
    (tmp_path / "work" / "large.bin").write_bytes(large)
    await done("add", ".", at=tmp_path / "work")
    await done("commit", "-qm", "Large", at=tmp_path / "work")
    await done("push", "-q", "origin", "HEAD:main", at=tmp_path / "work")
    git_of = hub.git(hub.repository("acme/catalog"))
    entry = git_of.find(git_of.commit(git_of.branch("main") or "").tree, "large.bin")
    assert entry is not None
    assert git_of.blob(entry.sha) == large
