"""The local GitHub does not flatter: what GitHub refuses, it refuses, in GitHub's words."""

from pathlib import Path

import aiohttp
import pytest

from bot.clock import ManualClock
from bot.localhub import LocalHub
from bot.localhub.state.people import PropertyDefinition
from tests.localhub.client import asking
from tests.localhub.fixtures import Scene

CATALOG = "/repos/acme/catalog"


async def test_git_routes_refuse_an_empty_repository(scene: Scene) -> None:
    """Without a first commit there is nothing to build on: 409."""
    async with asking(scene.hub, scene.token()) as bot:
        await bot.ok("POST /orgs/acme/repos", {"name": "bare", "private": True})
        for line, body in (
            ("POST /repos/acme/bare/git/blobs", {"content": "x"}),
            ("POST /repos/acme/bare/git/trees", {"tree": []}),
            ("GET /repos/acme/bare/git/ref/heads/main", None),
            ("GET /repos/acme/bare/commits", None),
        ):
            reply = await bot(line, body)
            assert (reply.status, reply.json["message"]) == (409, "Git Repository is empty.")


async def test_a_taken_name_is_refused_with_the_field(scene: Scene) -> None:
    """422 with GitHub's own error entry, also in other letters."""
    async with asking(scene.hub, scene.token()) as bot:
        reply = await bot("POST /orgs/acme/repos", {"name": "Catalog"})
    assert reply.status == 422
    assert reply.json["message"] == "Repository creation failed."
    assert reply.json["errors"][0] == {
        "resource": "Repository",
        "code": "custom",
        "field": "name",
        "message": "name already exists on this account",
    }


@pytest.mark.parametrize(
    ("asked", "made"),
    [("money kit", "money-kit"), ("a!!b", "a-b"), ("tool.git", "tool"), ("Grüße", "Gr-e")],
)
async def test_names_are_made_legal_silently(scene: Scene, asked: str, made: str) -> None:
    """GitHub answers with another name than was asked for: read it back."""
    async with asking(scene.hub, scene.token()) as bot:
        assert (await bot.ok("POST /orgs/acme/repos", {"name": asked}))["name"] == made


async def test_a_ref_moves_forward_only(scene: Scene) -> None:
    """A commit that does not contain the branch's is no fast-forward."""
    async with asking(scene.hub, scene.token()) as bot:
        tree = await bot.ok(f"GET {CATALOG}/git/trees/main")
        aside = await bot.ok(
            f"POST {CATALOG}/git/commits", {"message": "aside", "tree": tree["sha"]}
        )
        move = {"sha": aside["sha"], "force": False}
        reply = await bot(f"PATCH {CATALOG}/git/refs/heads/main", move)
        assert (reply.status, reply.json["message"]) == (422, "Update is not a fast forward")
        move["force"] = True
        assert (await bot(f"PATCH {CATALOG}/git/refs/heads/main", move)).status == 200


async def test_a_file_changes_only_with_the_sha_that_was_seen(scene: Scene) -> None:
    """Somebody was faster: 409; no sha at all: 422."""
    body = {"message": "m", "content": "eA=="}
    async with asking(scene.hub, scene.token()) as bot:
        assert (await bot(f"PUT {CATALOG}/contents/README.md", body)).status == 422
        stale = body | {"sha": "0" * 40}
        assert (await bot(f"PUT {CATALOG}/contents/README.md", stale)).status == 409


@pytest.mark.parametrize("path", ["../up", "a//b", ".git/config", "a/.GIT/x", "/abs", ""])
async def test_a_tree_takes_no_malformed_path(scene: Scene, path: str) -> None:
    """What git itself would refuse is 422."""
    line = {"path": path, "mode": "100644", "type": "blob", "content": "x"}
    async with asking(scene.hub, scene.token()) as bot:
        assert (await bot(f"POST {CATALOG}/git/trees", {"tree": [line]})).status == 422


async def test_deleting_what_is_not_there_is_an_error(scene: Scene) -> None:
    """A null sha for an absent path is 422."""
    async with asking(scene.hub, scene.token()) as bot:
        head = await bot.ok(f"GET {CATALOG}/git/ref/heads/main")
        line = {"path": "nowhere.txt", "mode": "100644", "type": "blob", "sha": None}
        body = {"base_tree": head["object"]["sha"], "tree": [line]}
        assert (await bot(f"POST {CATALOG}/git/trees", body)).status == 422


async def test_a_comment_ends_at_65536_characters(scene: Scene) -> None:
    """One more is "Body is too long"."""
    scene.hub.create_issue(scene.owner, "acme/catalog", "First")
    async with asking(scene.hub, scene.token()) as bot:
        fits = await bot(f"POST {CATALOG}/issues/1/comments", {"body": "ü" * 65_536})
        long = await bot(f"POST {CATALOG}/issues/1/comments", {"body": "ü" * 65_537})
    assert fits.status == 201
    assert long.status == 422
    assert "Body is too long" in long.json["errors"][0]["message"]


async def test_labels_of_people_without_the_triage_role_vanish(scene: Scene) -> None:
    """GitHub says nothing and files the issue without them."""
    scene.hub.organization("acme").default_permission = "read"
    async with asking(scene.hub, scene.developer.token) as member:
        made = await member.ok(f"POST {CATALOG}/issues", {"title": "x", "labels": ["bug"]})
    assert made["labels"] == []


def test_a_form_gives_only_labels_that_exist(scene: Scene) -> None:
    """Whoever files it, and without a word about the others."""
    issue = scene.hub.create_issue(
        scene.developer,
        "acme/catalog",
        "x",
        "y",
        ["bug", "template:none"],
        from_form=True,
    )
    assert [scene.hub.world.labels[i].name for i in issue.label_ids] == ["bug"]


@pytest.mark.parametrize(
    ("plan", "rulesets", "reviewers", "internal"),
    [("free", 403, 422, 422), ("team", 201, 422, 422), ("enterprise", 201, 200, 201)],
)
async def test_plans_offer_different_things_to_private_repositories(
    tmp_path: Path, plan: str, rulesets: int, reviewers: int, internal: int
) -> None:
    """Rulesets from Team on; reviewers and internal visibility with Enterprise only."""
    async with LocalHub.start(tmp_path) as hub:
        hub.add_organization("acme", plan=plan)  # type: ignore[arg-type]  # words of the table
        team = hub.add_team("acme", "payments", members=["dana"])
        hub.add_repository("acme/kit", {"a": b"a"})
        app = hub.add_app("bot", permissions={"administration": "write"}, events=[])
        token = hub.mint_token(hub.install(app, "acme")).token
        async with asking(hub, token) as bot:
            rules = {"name": "r", "enforcement": "active", "rules": [{"type": "deletion"}]}
            review = {"reviewers": [{"type": "Team", "id": team.id}]}
            new = {"name": "x", "visibility": "internal"}
            replies = [
                await bot("POST /repos/acme/kit/rulesets", rules),
                await bot("PUT /repos/acme/kit/environments/production", review),
                await bot("POST /orgs/acme/repos", new),
            ]
    assert [reply.status for reply in replies] == [rulesets, reviewers, internal]


async def test_only_defined_properties_with_fitting_values_are_taken(scene: Scene) -> None:
    """A name the organisation does not know is 422, and so is a value beside the list."""
    tier = PropertyDefinition(
        name="tier", value_type="single_select", allowed_values=["gold", "tin"]
    )
    scene.hub.define_property("acme", tier)
    async with asking(scene.hub, scene.token()) as bot:
        for number, (values, status) in enumerate(
            [({"tier": "gold"}, 201), ({"tier": "lead"}, 422), ({"colour": "red"}, 422)]
        ):
            new = {"name": f"kit-{number}", "custom_properties": values}
            assert (await bot("POST /orgs/acme/repos", new)).status == status


async def test_a_ruleset_stands_against_pushes_but_not_against_its_bypass(scene: Scene) -> None:
    """An owner's direct change is refused; the App that is listed goes through."""
    rules = {
        "name": "protect",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
        "bypass_actors": [
            {"actor_type": "Integration", "actor_id": scene.app.id, "bypass_mode": "always"}
        ],
        "rules": [
            {
                "type": "pull_request",
                "parameters": {
                    "dismiss_stale_reviews_on_push": False,
                    "require_code_owner_review": False,
                    "require_last_push_approval": False,
                    "required_approving_review_count": 0,
                    "required_review_thread_resolution": False,
                },
            }
        ],
    }
    new = {"message": "m", "content": "eA=="}
    async with asking(scene.hub, scene.token()) as bot:
        await bot.ok(f"POST {CATALOG}/rulesets", rules)
        again = await bot(f"POST {CATALOG}/rulesets", rules)
        by_app = await bot(f"PUT {CATALOG}/contents/a.txt", new)
    async with asking(scene.hub, scene.owner.token) as owner:
        by_owner = await owner(f"PUT {CATALOG}/contents/b.txt", new)
    assert again.json["errors"][0]["message"] == "Name must be unique"
    assert by_app.status == 201
    assert by_owner.status == 422
    assert "Changes must be made through a pull request." in by_owner.json["message"]


async def test_a_conflicting_pull_request_does_not_merge(scene: Scene) -> None:
    """Both sides changed the same line: 405, and ``mergeable`` says so before."""
    hub = scene.hub
    start = hub.git(hub.repository("acme/catalog")).branch("main")
    hub.commit_files(
        scene.owner, "acme/catalog", "topic", {"README.md": b"# A\n"}, message="a", start=start
    )
    hub.commit_files(scene.owner, "acme/catalog", "main", {"README.md": b"# B\n"}, message="b")
    async with asking(hub, scene.token()) as bot:
        new = {"title": "x", "head": "topic", "base": "main"}
        made = await bot.ok(f"POST {CATALOG}/pulls", new)
        merged = await bot(f"PUT {CATALOG}/pulls/{made['number']}/merge", {})
    assert made["mergeable"] is False
    assert merged.status == 405


async def test_a_renamed_repository_is_found_by_its_old_name(scene: Scene) -> None:
    """301 for reading, 307 for writing; the name itself may be given away again."""
    async with asking(scene.hub, scene.token()) as bot:
        await bot.ok(f"PATCH {CATALOG}", {"name": "shelf"})
        old = await bot(f"GET {CATALOG}")
        followed = await bot(f"GET {CATALOG}/topics", redirects=True)
        write = await bot(f"PUT {CATALOG}/topics", {"names": []})
        await bot.ok("POST /orgs/acme/repos", {"name": "catalog"})
        new = await bot.ok(f"GET {CATALOG}")
    assert (old.status, write.status, followed.status) == (301, 307, 200)
    assert new["name"] == "catalog"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"title": 1', 400),
        (b"[]", 422),
        (b'{"title": ["x"]}', 422),
        (b"{}", 422),
        (b'{"title": ""}', 422),
    ],
)
async def test_a_broken_body_is_the_callers_fault(scene: Scene, body: bytes, status: int) -> None:
    """400 for no JSON, 422 for wrong fields; never a 500."""
    headers = {"Authorization": f"Bearer {scene.token()}"}
    url = f"{scene.hub.api_url}{CATALOG}/issues"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers=headers) as answer,
    ):
        assert answer.status == status


async def test_requests_have_to_say_who_they_are_and_which_version(scene: Scene) -> None:
    """No User-Agent: 403. An unknown API version: 400. A known one is named back."""
    async with asking(scene.hub, scene.token()) as bot:
        silent = await bot("GET /meta", headers={"User-Agent": ""})
        unknown = await bot("GET /meta", headers={"X-GitHub-Api-Version": "2020-01-01"})
        known = await bot("GET /meta", headers={"X-GitHub-Api-Version": "2026-03-10"})
    assert (silent.status, unknown.status) == (403, 400)
    assert known.headers["X-GitHub-Api-Version-Selected"] == "2026-03-10"


async def test_the_hour_of_an_installation_is_counted(tmp_path: Path) -> None:
    """Headers count down; then 403 until the hour is over. Asking for the limit is free."""
    clock = ManualClock()
    async with LocalHub.start(tmp_path, clock=clock) as hub:
        hub.add_organization("acme")
        installation = hub.install(hub.add_app("bot", permissions={}, events=[]), "acme")
        hub.limits.per_hour = 2
        async with asking(hub, hub.mint_token(installation).token) as bot:
            first = await bot("GET /meta")
            await bot("GET /meta")
            over = await bot("GET /meta")
            told = await bot.ok("GET /rate_limit")
            clock.advance(3600)
    assert first.headers["X-RateLimit-Remaining"] == "1"
    assert (over.status, over.headers["X-RateLimit-Remaining"]) == (403, "0")
    assert told["resources"]["core"]["remaining"] == 0
    assert int(over.headers["X-RateLimit-Reset"]) == clock.now_s()


async def test_creating_too_much_content_has_to_wait(scene: Scene) -> None:
    """The secondary limit answers 403 with retry-after; reading goes on."""
    scene.hub.limits.content_per_minute = 1
    async with asking(scene.hub, scene.token()) as bot:
        await bot.ok(f"POST {CATALOG}/issues", {"title": "one"})
        over = await bot(f"POST {CATALOG}/issues", {"title": "two"})
        assert (await bot(f"GET {CATALOG}/issues")).status == 200
    assert over.status == 403
    assert 1 <= int(over.headers["Retry-After"]) <= 60
    assert "secondary rate limit" in over.json["message"]


async def test_long_lists_come_in_pages(scene: Scene) -> None:
    """Link leads forward and back; the last page has no next."""
    scene.hub.create_issue(scene.owner, "acme/catalog", "First")
    for number in range(5):
        scene.hub.add_comment(scene.owner, "acme/catalog", 1, f"comment {number}")
    async with asking(scene.hub, scene.token()) as bot:
        path = f"{CATALOG}/issues/1/comments"
        first = await bot(f"GET {path}?per_page=2")
        last = await bot(f"GET {path}?per_page=2&page=3")
    assert len(first.json) == 2
    assert f'<{scene.hub.api_url}{path}?per_page=2&page=2>; rel="next"' in first.headers["Link"]
    assert [one["body"] for one in last.json] == ["comment 4"]
    assert 'rel="next"' not in last.headers["Link"]
    assert 'rel="prev"' in last.headers["Link"]
