"""What each permission opens: the App's token carries it, or GitHub says which one to add."""

import pytest

from tests.localhub.client import asking
from tests.localhub.fixtures import Scene

CATALOG = "/repos/acme/catalog"


@pytest.mark.parametrize(
    ("line", "body", "enough", "short"),
    [
        pytest.param(
            "POST /orgs/acme/repos",
            {"name": "x"},
            {"administration": "write"},
            {"administration": "read"},
            id="create-repository",
        ),
        pytest.param(
            f"PATCH {CATALOG}",
            {"has_wiki": False},
            {"administration": "write"},
            {"contents": "write"},
            id="change-repository",
        ),
        pytest.param(
            f"PUT {CATALOG}/topics",
            {"names": ["a"]},
            {"administration": "write"},
            {"metadata": "read"},
            id="topics",
        ),
        pytest.param(
            f"PUT {CATALOG}/environments/dev",
            None,
            {"administration": "write"},
            {"environments": "write"},
            id="environment",
        ),
        pytest.param(
            f"PUT /orgs/acme/teams/payments{CATALOG}",
            {"permission": "push"},
            {"administration": "write", "members": "read"},
            {"administration": "write"},
            id="team",
        ),
        pytest.param(
            "GET /orgs/acme/teams/payments/members",
            None,
            {"members": "read"},
            {"metadata": "read"},
            id="team-members",
        ),
        pytest.param(
            "GET /orgs/acme/properties/schema",
            None,
            {"organization_custom_properties": "read"},
            {"repository_custom_properties": "write"},
            id="property-schema",
        ),
        pytest.param(
            f"POST {CATALOG}/issues",
            {"title": "x"},
            {"issues": "write"},
            {"issues": "read"},
            id="issue",
        ),
        pytest.param(
            f"POST {CATALOG}/issues/1/comments",
            {"body": "x"},
            {"issues": "write"},
            {"pull_requests": "write"},
            id="comment-on-an-issue",
        ),
        pytest.param(
            f"GET {CATALOG}/contents/README.md",
            None,
            {"contents": "read"},
            {"issues": "write"},
            id="read-a-file",
        ),
        pytest.param(
            f"POST {CATALOG}/git/blobs",
            {"content": "x"},
            {"contents": "write"},
            {"contents": "read"},
            id="blob",
        ),
        pytest.param(
            f"PUT {CATALOG}/contents/.github/workflows/a.yml",
            {"message": "m", "content": "eA=="},
            {"contents": "write", "workflows": "write"},
            {"contents": "write"},
            id="workflow-file",
        ),
        pytest.param(
            f"POST {CATALOG}/git/trees",
            {
                "tree": [
                    {
                        "path": ".github/workflows/a.yml",
                        "mode": "100644",
                        "type": "blob",
                        "content": "x",
                    }
                ]
            },
            {"contents": "write", "workflows": "write"},
            {"contents": "write"},
            id="workflow-in-a-tree",
        ),
        pytest.param(
            f"GET {CATALOG}/commits/main/check-runs",
            None,
            {"checks": "read"},
            {"statuses": "read"},
            id="check-runs",
        ),
        pytest.param(
            f"GET {CATALOG}/pulls",
            None,
            {"pull_requests": "read"},
            {"contents": "read"},
            id="pulls",
        ),
        pytest.param(
            f"GET {CATALOG}/environments",
            None,
            {"actions": "read"},
            {"environments": "write"},
            id="read-environments",
        ),
        pytest.param(
            f"GET {CATALOG}/actions/runs",
            None,
            {"actions": "read"},
            {"checks": "write"},
            id="workflow-runs",
        ),
        pytest.param(
            f"POST {CATALOG}/dispatches",
            {"event_type": "x"},
            {"contents": "write"},
            {"actions": "write"},
            id="repository-dispatch",
        ),
        pytest.param(
            "GET /orgs/acme/actions/variables",
            None,
            {"organization_actions_variables": "read"},
            {"actions_variables": "write"},
            id="variables-of-an-organization",
        ),
        pytest.param(
            f"GET {CATALOG}/deployments",
            None,
            {"deployments": "read"},
            {"contents": "read"},
            id="deployments",
        ),
    ],
)
async def test_a_permission_is_needed_and_enough(
    scene: Scene,
    line: str,
    body: object,
    enough: dict[str, str],
    short: dict[str, str],
) -> None:
    """With it the call succeeds; without it 403, and a header names what is missing."""
    scene.hub.create_issue(scene.owner, "acme/catalog", "First")
    async with asking(scene.hub, scene.token(**short)) as poor:
        refused = await poor(line, body)
    assert refused.status == 403
    assert refused.json["message"] == "Resource not accessible by integration"
    needed = refused.headers["X-Accepted-GitHub-Permissions"]
    assert all(f"{name}={level}" in needed for name, level in enough.items() if name != "contents")
    async with asking(scene.hub, scene.token(**enough)) as rich:
        assert (await rich(line, body)).status < 300


async def test_a_push_may_not_smuggle_a_workflow_in_by_a_ref(scene: Scene) -> None:
    """A commit that somebody made with a workflow file cannot be put on a branch either."""
    git = scene.hub.git(scene.hub.repository("acme/catalog"))
    blob = git.add_blob(b"on: push\n")
    tree = git.write_tree(None, {".github/workflows/ci.yml": ("100644", blob)})
    commit = scene.hub.commit_tree(
        scene.hub.app_actor(scene.app),
        scene.hub.repository("acme/catalog"),
        tree,
        parents=(),
        message="Smuggled",
    )
    async with asking(scene.hub, scene.token(contents="write")) as bot:
        new = await bot(f"POST {CATALOG}/git/refs", {"ref": "refs/heads/x", "sha": commit})
    assert new.status == 403


async def test_an_app_acts_only_where_it_is_installed(scene: Scene) -> None:
    """Another organisation is not there for it."""
    scene.hub.add_repository("other/secret", {"a": b"a"})
    async with asking(scene.hub, scene.token()) as bot:
        assert (await bot("GET /repos/other/secret")).status == 404
        assert (await bot("GET /orgs/other/teams")).status == 404
        assert (await bot("POST /orgs/other/repos", {"name": "x"})).status == 404


@pytest.mark.parametrize(
    ("role", "permission"),
    [
        ("read", "read"),
        ("triage", "read"),
        ("write", "write"),
        ("maintain", "write"),
        ("admin", "admin"),
    ],
)
async def test_role_name_is_exact_where_permission_is_coarse(
    scene: Scene, role: str, permission: str
) -> None:
    """``permission`` knows four words only; ``role_name`` all."""
    scene.hub.set_role("acme/catalog", "sam", role)
    async with asking(scene.hub, scene.token(metadata="read")) as bot:
        told = await bot.ok(f"GET {CATALOG}/collaborators/sam/permission")
    assert (told["role_name"], told["permission"]) == (role, permission)
    assert told["user"]["id"] == scene.stranger.id


async def test_a_stranger_has_the_role_none(scene: Scene) -> None:
    """Somebody who exists and may do nothing."""
    async with asking(scene.hub, scene.token(metadata="read")) as bot:
        told = await bot.ok(f"GET {CATALOG}/collaborators/sam/permission")
    assert (told["role_name"], told["permission"]) == ("none", "none")


async def test_members_of_a_child_team_have_what_the_parent_has(scene: Scene) -> None:
    """Lena belongs to the child team only, and may push where the parent may."""
    hub = scene.hub
    hub.add_team("acme", "payments-mobile", members=["lena"], parent="payments")
    async with asking(hub, scene.token()) as bot:
        await bot.ok(f"PUT /orgs/acme/teams/payments{CATALOG}", {"permission": "push"})
        told = await bot.ok(f"GET {CATALOG}/collaborators/lena/permission")
        member = await bot("GET /orgs/acme/teams/payments/memberships/lena")
        listed = await bot.ok("GET /orgs/acme/teams/payments/members")
    assert told["role_name"] == "write"
    assert member.status == 200
    assert {one["login"] for one in listed} == {"dana", "lena"}


async def test_who_leaves_the_organisation_loses_team_and_role(scene: Scene) -> None:
    """Dana could push by her team; after leaving she may not even read."""
    hub = scene.hub
    hub.grant_team(scene.owner, "acme/catalog", hub.team("acme", "payments"), "push")
    async with asking(hub, scene.token(metadata="read", members="read")) as bot:
        before = await bot.ok(f"GET {CATALOG}/collaborators/dana/permission")
        hub.remove_member("acme", "dana")
        after = await bot.ok(f"GET {CATALOG}/collaborators/dana/permission")
        member = await bot("GET /orgs/acme/teams/payments/memberships/dana")
    assert (before["role_name"], after["role_name"]) == ("write", "none")
    assert member.status == 404
