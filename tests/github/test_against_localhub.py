"""Every adapter on a local GitHub that checks permissions and every exchange's shape."""

import asyncio
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bot.errors import RetryLater, Unavailable, UserError
from bot.github.port import (
    CheckRun,
    File,
    Forbidden,
    GitHub,
    NameTaken,
    NewRepository,
    NotFound,
    Rejected,
    Repository,
    RepositoryName,
    Role,
)
from bot.localhub import Fault, LocalHub
from bot.localhub.state.people import PropertyDefinition
from tests.github.on_localhub import github, hub, scene
from tests.localhub.fixtures import Scene

__all__ = ["github", "hub", "scene"]

CATALOG = RepositoryName("acme", "catalog")
SHOP = RepositoryName("acme", "shop")
MARK = "https://github.test/acme/catalog/issues/7?run=abc"


def new(name: RepositoryName = SHOP, **changes: object) -> NewRepository:
    given = {"description": "Sells", "visibility": "private", "homepage": MARK} | changes
    return NewRepository(name=name, **given)  # type: ignore[arg-type]  # as each test says


@pytest.fixture
async def shop(github: GitHub) -> Repository:
    return await github.repositories.create(new())


def calls(hub: LocalHub) -> list[str]:
    return [f"{each.method} {each.route}" for each in hub.requests]


# Repositories.


async def test_a_new_repository_is_found_by_its_mark(github: GitHub, shop: Repository) -> None:
    """The mark tells a restarted run that it is its own."""
    assert shop.name == SHOP
    assert (shop.visibility, shop.default_branch, shop.homepage) == ("private", "main", MARK)
    assert await github.repositories.find(RepositoryName("Acme", "SHOP")) == shop


async def test_a_name_that_is_taken_is_told(github: GitHub, shop: Repository) -> None:
    """Whoever has it; creating is itself the test."""
    with pytest.raises(NameTaken):
        await github.repositories.create(new())


async def test_a_repository_that_was_renamed_does_not_answer_to_its_old_name(
    hub: LocalHub, scene: Scene, github: GitHub, shop: Repository
) -> None:
    """GitHub would lead there; the name is free all the same."""
    hub.update_repository(scene.owner, "acme/shop", {"name": "store"})
    assert await github.repositories.find(SHOP) is None
    with pytest.raises(NotFound):
        await github.repositories.delete(shop)
    assert await github.repositories.find(RepositoryName("acme", "store")) is not None


async def test_a_branch_has_grown_once_somebody_commits_on_top(
    hub: LocalHub, scene: Scene, github: GitHub, shop: Repository
) -> None:
    """GitHub's own first commit, or ours in its place, is no growth."""
    assert not await github.contents.has_grown(SHOP, "main")
    await github.contents.first_commit(shop, [File(path="a.txt", content=b"a")], message="Ours")
    assert not await github.contents.has_grown(SHOP, "main")
    hub.commit_files(scene.owner, "acme/shop", "main", {"b.txt": b"b"}, message="Theirs")
    assert await github.contents.has_grown(SHOP, "main")


@pytest.mark.parametrize("drop", ["before", "after"])
async def test_a_creation_whose_answer_was_lost_is_not_repeated_blindly(
    hub: LocalHub, github: GitHub, drop: str
) -> None:
    """The caller looks; what was made carries its mark."""
    hub.faults.rest.append(Fault(method="POST", route="/orgs/{org}/repos", drop=drop))  # type: ignore[arg-type]  # one of two words
    with pytest.raises(RetryLater):
        await github.repositories.create(new())
    found = await github.repositories.find(SHOP)
    assert (found is not None) is (drop == "after")
    assert found is None or found.homepage == MARK


async def test_properties_are_set_at_the_creation_as_far_as_they_are_defined(
    hub: LocalHub, github: GitHub
) -> None:
    """One request makes both; what the organisation does not define is left out."""
    for name in ("team", "template"):
        hub.define_property("acme", PropertyDefinition(name=name, value_type="string"))
    wanted = {"team": "payments", "template": "kotlin", "cost_center": "CC-1"}
    await github.repositories.create(new(properties=wanted))
    assert hub.repository("acme/shop").properties == {"team": "payments", "template": "kotlin"}
    assert await github.repositories.defined_properties("acme") == {"team", "template"}
    assert calls(hub).count("GET /orgs/{org}/properties/schema") == 1


async def test_a_property_value_that_is_not_allowed_does_not_stop_the_creation(
    hub: LocalHub, github: GitHub
) -> None:
    """Reports lack it; the developer gets their repository."""
    hub.define_property(
        "acme", PropertyDefinition(name="team", value_type="single_select", allowed_values=["x"])
    )
    await github.repositories.create(new(properties={"team": "payments"}))
    assert hub.repository("acme/shop").properties == {}


async def test_without_the_permission_properties_are_unavailable(
    hub: LocalHub, scene: Scene, github: GitHub
) -> None:
    """The owner has not granted it: told with what to change, and all else works."""
    del scene.installation.permissions["organization_custom_properties"]
    del scene.installation.permissions["repository_custom_properties"]
    hub.world.installations.put(scene.installation)
    made = await github.repositories.create(new(properties={"team": "payments"}))
    assert made.name == SHOP
    with pytest.raises(Unavailable) as told:
        await github.repositories.defined_properties("acme")
    assert "Custom properties" in told.value.change


async def test_a_visibility_that_is_not_offered_is_the_persons_to_change(
    hub: LocalHub, scene: Scene, github: GitHub
) -> None:
    """``internal`` needs an enterprise."""
    organization = hub.organization("acme")
    organization.plan = "team"
    with pytest.raises(UserError) as told:
        await github.repositories.create(new(visibility="internal"))
    assert "`internal`" in told.value.problem


async def test_a_team_gets_its_permission(hub: LocalHub, github: GitHub, shop: Repository) -> None:
    """Twice is like once; a team that is not there is told."""
    for _ in range(2):
        await github.repositories.add_team(shop, "payments", "maintain")
    assert hub.team("acme", "payments").repositories == {shop.id: "maintain"}
    for missing in ("nobody", "web/../payments", ".."):
        with pytest.raises(NotFound):
            await github.repositories.add_team(shop, missing, "maintain")


async def test_the_default_branch_is_protected_once(
    hub: LocalHub, github: GitHub, shop: Repository
) -> None:
    """One ruleset of ours, brought up to date by a repeat."""
    await github.repositories.protect_default_branch(shop, required_checks=())
    assert calls(hub).count("POST /repos/{owner}/{repo}/rulesets") == 1
    await github.repositories.protect_default_branch(shop, required_checks=["build"])
    [ruleset] = hub.rulesets_of("acme/shop")
    assert (ruleset.name, ruleset.enforcement) == ("paved-road", "active")
    assert ruleset.conditions == {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}
    kinds = [rule["type"] for rule in ruleset.rules]
    assert kinds == ["deletion", "non_fast_forward", "pull_request", "required_status_checks"]


@pytest.mark.parametrize(("visibility", "offered"), [("private", False), ("public", True)])
async def test_what_a_free_plan_does_not_offer_is_told_with_what_to_change(
    hub: LocalHub, github: GitHub, visibility: str, offered: bool
) -> None:
    """Rulesets and rules for branches; the environment itself is there all the same."""
    hub.organization("acme").plan = "free"
    shop = await github.repositories.create(new(visibility=visibility))
    protect = github.repositories.protect_default_branch(shop, required_checks=())
    ruled = github.repositories.ensure_environment(shop, "production", only_branch="main")
    if offered:
        await protect
        await ruled
    else:
        for missing in (protect, ruled):
            with pytest.raises(Unavailable) as told:
                await missing
            assert "plan" in told.value.change
    environment = hub.environment("acme/shop", "production")
    assert [each["name"] for each in environment.branches] == (["main"] if offered else [])


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize("what", ["rulesets", "environments/{environment_name}"])
async def test_what_github_refuses_to_the_app_is_unavailable(
    hub: LocalHub, github: GitHub, shop: Repository, status: int, what: str
) -> None:
    """The step is skipped and told; the run goes on."""
    hub.faults.rest.append(
        Fault(
            route="/repos/{owner}/{repo}/" + what,
            status=status,
            message="Resource not accessible by integration",
        )
    )
    refused = (
        github.repositories.protect_default_branch(shop, required_checks=())
        if what == "rulesets"
        else github.repositories.ensure_environment(shop, "dev")
    )
    with pytest.raises(Unavailable) as told:
        await refused
    assert "Administration: write" in told.value.change


async def test_environments_are_there_with_the_branch_that_may_deploy(
    hub: LocalHub, github: GitHub, shop: Repository
) -> None:
    """However often it is asked for."""
    for _ in range(2):
        await github.repositories.ensure_environment(shop, "dev")
        await github.repositories.ensure_environment(shop, "production", only_branch="main")
    assert hub.environment("acme/shop", "dev").branch_policy is None
    (branch,) = hub.environment("acme/shop", "production").branches
    assert (branch["name"], branch["type"]) == ("main", "branch")


async def test_topics_are_made_fit(hub: LocalHub, github: GitHub, shop: Repository) -> None:
    """GitHub takes lower case, digits and hyphens, 50 characters, 20 of them."""
    topics = ["Paved Road", "kotlin", "kotlin", "-", "C++", "x" * 80, *(f"t{n}" for n in range(30))]
    await github.repositories.set_topics(shop, topics)
    kept = hub.repository("acme/shop").topics
    assert kept[:4] == ["paved-road", "kotlin", "c", "x" * 50]
    assert len(kept) == 20


async def test_deleting_is_for_good_and_repeatable(github: GitHub, shop: Repository) -> None:
    """What is gone already is fine."""
    for _ in range(2):
        await github.repositories.delete(shop)
    assert await github.repositories.find(SHOP) is None


async def test_deleting_spares_another_repository_that_took_the_name(
    github: GitHub, shop: Repository
) -> None:
    """The token opens the repository by its number."""
    await github.repositories.delete(shop)
    another = await github.repositories.create(new(homepage="https://theirs.test"))
    await github.repositories.delete(shop)
    assert await github.repositories.find(SHOP) == another


# Issues.


async def test_an_issue_is_opened_read_and_closed(github: GitHub) -> None:
    """Its label is made first: GitHub drops unknown ones."""
    made = await github.issues.create(
        CATALOG, title="Broken 🦊", body="why", labels=["paved-road:organization"]
    )
    assert await github.issues.get(CATALOG, made.number) == made
    assert made.labels == ("paved-road:organization",)
    assert made.author == "paved-road[bot]"
    assert await github.issues.find_open(CATALOG, label="paved-road:organization") == [made]
    for _ in range(2):
        await github.issues.close(CATALOG, made.number, reason="completed")
    assert (await github.issues.get(CATALOG, made.number)).state == "closed"
    assert await github.issues.find_open(CATALOG, label="paved-road:organization") == []
    with pytest.raises(NotFound):
        await github.issues.get(CATALOG, 999)


async def test_a_label_stays_as_people_made_it(hub: LocalHub, github: GitHub) -> None:
    """Colours are theirs to choose."""
    for color in ("ff0000", "00ff00"):
        await github.issues.ensure_label(CATALOG, "template:x", color=color, description="y")
    labels = hub.world.labels.of(hub.repository("acme/catalog").id)
    assert [each.color for each in labels if each.name == "template:x"] == ["ff0000"]


async def test_our_comment_is_found_among_many_and_never_anothers(
    hub: LocalHub, scene: Scene, github: GitHub
) -> None:
    """A marker that somebody copies into their own comment leads nowhere."""
    issue = await github.issues.create(CATALOG, title="x", body="", labels=[])
    marker = "<!-- paved-road:request -->"
    for n in range(120):
        hub.add_comment(scene.owner, "acme/catalog", issue.number, f"{n} {marker}")
    assert await github.issues.find_comment(CATALOG, issue.number, marker=marker) is None
    ours = await github.issues.comment(CATALOG, issue.number, f"Working\n{marker}")
    assert ours.by_us
    found = await github.issues.find_comment(CATALOG, issue.number, marker=marker)
    assert found == ours

    await github.issues.edit_comment(CATALOG, ours.id, f"Done\n{marker}")
    edited = await github.issues.find_comment(CATALOG, issue.number, marker=marker)
    assert edited is not None
    assert edited.body.startswith("Done")
    for _ in range(2):
        await github.issues.react(CATALOG, ours.id, "eyes")
    hub.delete_comment(scene.owner, "acme/catalog", ours.id)
    with pytest.raises(NotFound):
        await github.issues.edit_comment(CATALOG, ours.id, "again")


async def test_a_comment_that_is_too_long_is_rejected(github: GitHub) -> None:
    """65,536 characters fit."""
    issue = await github.issues.create(CATALOG, title="x", body="", labels=[])
    await github.issues.comment(CATALOG, issue.number, "x" * 65_536)
    with pytest.raises(Rejected, match="too long"):
        await github.issues.comment(CATALOG, issue.number, "x" * 65_537)


# Check runs.


async def test_a_check_run_is_shown_and_ends(
    hub: LocalHub, github: GitHub, shop: Repository
) -> None:
    """Found again by its external id after a restart."""
    head = await github.contents.head(SHOP, "main")
    check = CheckRun(
        name="Paved Road",
        head_sha=head,
        status="in_progress",
        title="3 of 10",
        summary="s" * 70_000,
        external_id="run-1",
    )
    check_id = await github.checks.create(shop, check)
    assert await github.checks.find(shop, head_sha=head, external_id="run-1") == check_id
    assert await github.checks.find(shop, head_sha=head, external_id="run-2") is None
    done = CheckRun(
        name="Paved Road",
        head_sha=head,
        status="completed",
        conclusion="success",
        title="Ready",
        summary="All done",
        text="more",
        details_url="https://github.test/x",
        external_id="run-1",
    )
    for _ in range(2):
        await github.checks.update(shop, check_id, done)
    shown = hub.world.check_runs[check_id]
    assert (shown.status, shown.conclusion) == ("completed", "success")


# People.


@pytest.mark.parametrize(
    ("granted", "role"),
    [
        ("read", Role.READ),
        ("triage", Role.TRIAGE),
        ("write", Role.WRITE),
        ("maintain", Role.MAINTAIN),
        ("admin", Role.ADMIN),
    ],
)
async def test_a_role_is_the_one_github_names(
    hub: LocalHub, github: GitHub, granted: str, role: Role
) -> None:
    """Maintain is not write, triage is not read."""
    hub.set_role("acme/catalog", "gina", granted)
    gina = hub.user("gina")
    assert await github.people.role(CATALOG, "gina", user_id=gina.id) is role


@pytest.mark.parametrize(
    ("login", "of"),
    [
        pytest.param("sam", "sam", id="no-role"),
        pytest.param("nobody", "olga", id="no-such-login"),
        pytest.param("olga", "sam", id="the-login-is-anothers-now"),
        pytest.param("../olga", "olga", id="no-login-at-all"),
    ],
)
async def test_who_is_not_that_very_person_has_no_role(
    hub: LocalHub, scene: Scene, github: GitHub, login: str, of: str
) -> None:
    """The number decides, not the name."""
    assert await github.people.role(CATALOG, login, user_id=hub.user(of).id) is Role.NONE


@pytest.mark.parametrize("fault", [{"status": 500}, {"drop": "after"}, {"status": 403}])
async def test_a_role_that_cannot_be_told_is_none(
    hub: LocalHub, scene: Scene, github: GitHub, fault: dict[str, object]
) -> None:
    """GitHub is down: nobody may command."""
    hub.faults.rest.append(Fault(times=None, **fault))  # type: ignore[arg-type]  # as the row says
    olga = scene.owner
    assert await github.people.role(CATALOG, "olga", user_id=olga.id) is Role.NONE


async def test_members_of_a_team_and_of_its_child_teams_count(
    hub: LocalHub, github: GitHub
) -> None:
    """As GitHub counts them."""
    hub.add_team("acme", "payments-ops", members=["kim"], parent="payments")
    people = github.people
    assert await people.is_team_member("acme", "payments", "dana")
    assert await people.is_team_member("acme", "payments", "kim")
    assert not await people.is_team_member("acme", "payments", "olga")
    assert not await people.is_team_member("acme", "nobody", "dana")
    assert await people.team_exists("acme", "payments")
    assert not await people.team_exists("acme", "nobody")
    assert not await people.team_exists("acme", "a/../payments")


# The whole way.

FILES = [
    File(path="README.md", content=b"# Shop\n"),
    File(path="mvnw", content=b"#!/bin/sh\necho built\n", executable=True),
    File(path="src/main/resources/logo.png", content=bytes(range(256))),
    File(path=".github/workflows/ci.yml", content=b"on: push\n"),
    File(path=".github/CODEOWNERS", content=b"* @acme/payments\n"),
]


@pytest.mark.skipif(not shutil.which("git"), reason="needs git: apt-get install git")
async def test_a_repository_set_up_by_the_adapters_can_be_cloned(
    hub: LocalHub, scene: Scene, github: GitHub, shop: Repository, tmp_path: Path
) -> None:
    """With git itself: content, exec bits, one commit."""
    commit = await github.contents.first_commit(shop, FILES, message="Start")
    await github.repositories.add_team(shop, "payments", "maintain")
    address = f"{hub.url}/acme/shop.git".replace("://", f"://dana:{scene.developer.token}@")
    folder = tmp_path / "clone"
    await git("clone", "--quiet", address, str(folder))
    for file in FILES:
        assert (folder / file.path).read_bytes() == file.content
    assert os.access(folder / "mvnw", os.X_OK)
    assert not os.access(folder / "README.md", os.X_OK)
    assert (await git("-C", str(folder), "log", "--format=%H")).split() == [commit]
    await git("-C", str(folder), "fsck", "--strict")


async def git(*arguments: str) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_TERMINAL_PROMPT": "0"}
    done = await asyncio.to_thread(
        subprocess.run, ["git", *arguments], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_the_way_to_a_repository_costs_few_requests(hub: LocalHub, github: GitHub) -> None:
    """Once warm: what GitHub is asked for one project, counted one by one."""
    warm = await github.repositories.create(new(RepositoryName("acme", "warm")))
    issue = await github.issues.create(CATALOG, title="x", body="", labels=[])
    await github.issues.comment(CATALOG, issue.number, "warm")
    await github.people.is_team_member("acme", "payments", "dana")
    await github.repositories.defined_properties("acme")
    assert warm.id
    hub.requests.clear()

    await github.people.is_team_member("acme", "payments", "dana")
    comment = await github.issues.comment(CATALOG, issue.number, "working")
    shop = await github.repositories.create(new(properties={"team": "payments"}))
    files = [File(path=f"src/{n}.kt", content=b"val x = 1\n") for n in range(40)]
    commit = await github.contents.first_commit(shop, files, message="Start")
    await github.repositories.add_team(shop, "payments", "maintain")
    await github.repositories.protect_default_branch(shop, required_checks=())
    await github.repositories.set_topics(shop, ["paved-road"])
    await github.repositories.defined_properties("acme")
    check = CheckRun(
        name="Paved Road",
        head_sha=commit,
        status="completed",
        conclusion="success",
        title="Ready",
        summary="All done",
        external_id="run-1",
    )
    await github.checks.create(shop, check)
    await github.issues.edit_comment(CATALOG, comment.id, "done")
    await github.issues.close(CATALOG, issue.number, reason="completed")
    assert calls(hub) == [
        "GET /orgs/{org}/teams/{team_slug}/memberships/{username}",
        "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
        "POST /orgs/{org}/repos",
        "POST /app/installations/{installation_id}/access_tokens",
        "POST /repos/{owner}/{repo}/git/trees",
        "POST /repos/{owner}/{repo}/git/commits",
        "PATCH /repos/{owner}/{repo}/git/refs/{ref}",
        "PUT /orgs/{org}/teams/{team_slug}/repos/{owner}/{repo}",
        "POST /repos/{owner}/{repo}/rulesets",
        "PUT /repos/{owner}/{repo}/topics",
        "POST /repos/{owner}/{repo}/check-runs",
        "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}",
        "PATCH /repos/{owner}/{repo}/issues/{issue_number}",
    ]


async def test_a_token_of_one_project_opens_no_other(
    hub: LocalHub, scene: Scene, github: GitHub, shop: Repository
) -> None:
    """Read from what was minted: repositories by number, and the job's permissions."""
    await github.contents.first_commit(shop, FILES, message="Start")
    minted = [token for token in hub.world.tokens if token.repository_ids == [shop.id]]
    assert len(minted) == 1
    assert minted[0].permissions == {
        "administration": "write",
        "checks": "write",
        "contents": "write",
        "members": "read",
        "metadata": "read",
        "workflows": "write",
    }


async def test_an_app_without_a_permission_is_told_which(
    hub: LocalHub, scene: Scene, github: GitHub
) -> None:
    """The operator knows what to grant."""
    del scene.installation.permissions["administration"]
    hub.world.installations.put(scene.installation)
    with pytest.raises(Forbidden, match="not granted"):
        await github.repositories.create(new())


# Proposing a change.


async def test_a_branch_is_pointed_and_its_pull_request_found_and_edited(
    hub: LocalHub, github: GitHub, shop: Repository
) -> None:
    """One open pull request a branch; a second creation answers with the first."""
    start = await github.contents.head(SHOP, "main")
    assert await github.pull_requests.open_of(SHOP, "paved/x") is None
    for _ in range(2):  # what was committed there before is gone: the branch begins anew
        await github.contents.point_branch(SHOP, "paved/x", start)
        head = await github.contents.commit(
            SHOP, "paved/x", [File(path="a.txt", content=b"a")], message="Add", parent=start
        )
    assert await github.contents.head(SHOP, "main") == start
    words = {"head": "paved/x", "base": "main", "title": "Add a file", "body": "Please."}
    made = await github.pull_requests.create(SHOP, **words)
    assert (made.head_sha, made.base_branch, made.state) == (head, "main", "open")
    assert await github.pull_requests.create(SHOP, **words) == made
    assert await github.pull_requests.open_of(SHOP, "paved/x") == made
    assert await github.pull_requests.open(SHOP) == [made]
    await github.pull_requests.edit(SHOP, made.number, title="Add two", body="Thanks.")
    found = hub.pull("acme/shop", made.number)
    assert (found.title, found.body) == ("Add two", "Thanks.")


async def test_a_pull_request_of_two_branches_alike_is_refused(
    github: GitHub, shop: Repository
) -> None:
    """There is nothing to propose."""
    await github.contents.point_branch(SHOP, "same", await github.contents.head(SHOP, "main"))
    with pytest.raises(Rejected):
        await github.pull_requests.create(SHOP, head="same", base="main", title="T", body="")


async def test_pointing_to_a_commit_that_is_not_there_is_refused(
    github: GitHub, shop: Repository
) -> None:
    """No branch comes of it."""
    with pytest.raises(Rejected):
        await github.contents.point_branch(SHOP, "x", "0" * 40)


async def test_a_branch_that_is_there_can_be_left_where_it_is(
    hub: LocalHub, github: GitHub, shop: Repository
) -> None:
    """Two workers that begin the same branch do not undo each other's commit."""
    head = await github.contents.head(SHOP, "main")
    await github.contents.point_branch(SHOP, "paved/x", head, move=False)
    file = File(path="a.txt", content=b"a")
    made = await github.contents.commit(SHOP, "paved/x", [file], message="Add a", parent=head)
    await github.contents.point_branch(SHOP, "paved/x", head, move=False)
    assert await github.contents.head(SHOP, "paved/x") == made


async def test_the_newest_pull_request_of_a_branch_is_found_whatever_became_of_it(
    hub: LocalHub, scene: Scene, github: GitHub, shop: Repository
) -> None:
    """Open, closed or merged; of several the newest, of other branches none."""
    assert await github.pull_requests.newest_of(SHOP, "paved/x") is None
    head = await github.contents.head(SHOP, "main")
    for branch in ("paved/x", "other"):
        await github.contents.point_branch(SHOP, branch, head)
        file = File(path="a.txt", content=b"a")
        await github.contents.commit(SHOP, branch, [file], message="Add a", parent=head)
    words = {"base": "main", "title": "Add a", "body": ""}
    first = await github.pull_requests.create(SHOP, head="paved/x", **words)
    hub.update_issue(scene.owner, "acme/shop", first.number, state="closed")
    closed = await github.pull_requests.newest_of(SHOP, "paved/x")
    assert closed is not None
    assert (closed.number, closed.state) == (first.number, "closed")
    second = await github.pull_requests.create(SHOP, head="paved/x", **words)
    await github.pull_requests.create(SHOP, head="other", **words)
    newest = await github.pull_requests.newest_of(SHOP, "paved/x")
    assert newest is not None
    assert newest.number == second.number


async def test_every_team_is_listed_with_the_one_it_lies_in(
    hub: LocalHub, scene: Scene, github: GitHub
) -> None:
    """Also beyond the first page."""
    hub.add_team("acme", "cards", parent="payments")
    for number in range(120):
        hub.add_team("acme", f"team-{number:03}", name=f"Team {number}")
    teams = {team.slug: team for team in await github.people.teams("acme")}
    assert len(teams) == 122
    assert (teams["cards"].name, teams["cards"].parent) == ("Cards", "payments")
    assert teams["payments"].parent == ""
