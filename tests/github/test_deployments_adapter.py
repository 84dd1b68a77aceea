"""Deployments and commits by the adapters, on a local GitHub that checks every exchange."""

import pytest

from bot.github.port import GitHub, NewDeployment, NotFound, Rejected, RepositoryName
from bot.localhub import LocalHub
from tests.github.on_localhub import github, hub, scene
from tests.localhub.fixtures import Scene

__all__ = ["github", "hub", "scene"]

CATALOG = RepositoryName("acme", "catalog")


def new(commit: str, **changed: object) -> NewDeployment:
    given = {"environment": "staging", "run": "deploy-1", "action": "deploy", "description": "x"}
    return NewDeployment(commit=commit, production=False, **(given | changed))  # type: ignore[arg-type]  # as each test says


async def test_a_deployment_is_made_found_again_and_followed(
    hub: LocalHub, scene: Scene, github: GitHub
) -> None:
    """Statuses of the commit hinder nothing; ours is told from others by its run."""
    head = await github.contents.head(CATALOG, "main")
    hub.create_status(scene.owner, CATALOG_NAME, head, {"state": "failure"})
    other = await github.deployments.create(CATALOG, new(head, run="deploy-2"))
    ours = await github.deployments.create(CATALOG, new(head))

    async def find(run: str, environment: str = "staging") -> int | None:
        return await github.deployments.find(CATALOG, commit=head, environment=environment, run=run)

    assert await find("deploy-1") == ours
    assert await find("deploy-2") == other
    assert await find("deploy-3") is None
    assert await find("deploy-1", "production") is None

    await github.deployments.add_status(
        CATALOG, ours, state="in_progress", description="canary: up"
    )
    await github.deployments.add_status(CATALOG, ours, state="error", description="x" * 200)
    last, first = await github.deployments.statuses(CATALOG, ours)
    assert (first.state, first.description) == ("in_progress", "canary: up")
    assert (last.state, len(last.description)) == ("error", 140)
    assert last.id > first.id
    assert last.told_at_s >= first.told_at_s > 0
    assert hub.problems == []


async def test_a_commit_that_is_not_there_is_rejected(github: GitHub) -> None:
    with pytest.raises(Rejected):
        await github.deployments.create(CATALOG, new("0" * 40))


async def test_what_a_ref_names(hub: LocalHub, scene: Scene, github: GitHub) -> None:
    """Branches, tags and shortened ids lead to a commit, and it is known where it lies."""
    base = await github.contents.head(CATALOG, "main")
    hub.create_ref(scene.owner, CATALOG_NAME, "refs/heads/feature/x", base)
    hub.create_ref(scene.owner, CATALOG_NAME, "refs/tags/v1.0.0", base)
    hub.commit_files(scene.owner, CATALOG_NAME, "feature/x", {"x": b"x"}, message="More")
    ahead = await github.contents.head(CATALOG, "feature/x")

    assert (await github.contents.commit_of(CATALOG, "heads/feature/x")).id == ahead
    found = await github.contents.commit_of(CATALOG, "tags/v1.0.0")
    assert found.id == base
    assert found.committed_at_s > 0
    assert (await github.contents.commit_of(CATALOG, ahead[:7])).id == ahead
    assert await github.contents.branch_holds(CATALOG, "main", base)
    assert not await github.contents.branch_holds(CATALOG, "main", ahead)
    assert await github.contents.branch_holds(CATALOG, "feature/x", base)
    for ref in ("heads/nothing", "tags/v9", "deadbee", "f" * 40):
        with pytest.raises(NotFound):
            await github.contents.commit_of(CATALOG, ref)


CATALOG_NAME = "acme/catalog"
