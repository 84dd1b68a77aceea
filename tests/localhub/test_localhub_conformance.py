"""Every route of the table answers as GitHub's own description says.

The ``hub`` fixture checks each exchange; these tests walk the routes and make sure
that none is left out, and that the check itself notices what is wrong.
"""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from bot.localhub.api import Exchange
from bot.localhub.operations.registrations import Manifest
from bot.localhub.routes.table import ROUTES
from tests.localhub.client import Client, app_jwt, asking
from tests.localhub.fixtures import Scene
from tests.localhub.openapi import validate

KIT = "/repos/acme/money-kit"
RULES: dict[str, Any] = {
    "name": "paved-road",
    "enforcement": "active",
    "target": "branch",
    "conditions": {"ref_name": {"include": ["refs/heads/release/*"], "exclude": []}},
    "rules": [
        {"type": "deletion"},
        {
            "type": "required_status_checks",
            "parameters": {
                "strict_required_status_checks_policy": False,
                "required_status_checks": [{"context": "ci"}],
            },
        },
    ],
}


async def test_every_route_answers_as_github_describes_it(scene: Scene) -> None:
    """An App and a person use each route once; nothing breaks the description."""
    hub = scene.hub
    async with (
        asking(hub, app_jwt(scene.app)) as app,
        asking(hub, scene.token()) as bot,
        asking(hub, scene.owner.token) as person,
    ):
        await _organization(scene, bot, person)
        await _repository(scene, bot, person)
        head = await _git(bot)
        await _checks(bot, head)
        await _issues(bot)
        await _pulls(bot)
        await _reviews_and_forks(scene, bot)
        await _actions(bot)
        await _variables(bot)
        await _deployments(bot)
        await _app(scene, app)
        await bot.ok(f"DELETE {KIT}")
        await bot.ok("DELETE /installation/token")
        await app.ok(f"DELETE /app/installations/{scene.installation.id}")
    used = {f"{one.method} {one.route}" for one in hub.requests}
    assert {f"{one.method} {one.template}" for one in ROUTES} - used == set()


async def _organization(scene: Scene, bot: Client, person: Client) -> None:
    for path in (
        "/meta",
        "/rate_limit",
        "/users/olga",
        "/orgs/acme",
        "/orgs/acme/members?role=admin",
        "/orgs/acme/members/dana",
        "/orgs/acme/memberships/dana",
        "/orgs/acme/teams",
        "/orgs/acme/teams/payments",
        "/orgs/acme/teams/payments/members",
        "/orgs/acme/teams/payments/teams",
        "/orgs/acme/teams/payments/memberships/dana",
        "/orgs/acme/repos?type=all",
        "/installation/repositories",
    ):
        await bot.ok(f"GET {path}")
    await person.ok("GET /user")
    await person.ok("PUT /orgs/acme/teams/payments/memberships/sam", {"role": "member"})
    await person.ok("DELETE /orgs/acme/teams/payments/memberships/sam")
    definition = {"property_name": "team", "value_type": "string", "values_editable_by": None}
    open_to_all = definition | {
        "property_name": "tier",
        "values_editable_by": "org_and_repo_actors",
    }
    await bot.ok("PATCH /orgs/acme/properties/schema", {"properties": [definition, open_to_all]})
    await bot.ok("GET /orgs/acme/properties/schema")


async def _repository(scene: Scene, bot: Client, person: Client) -> None:
    new = {
        "name": "money kit",
        "visibility": "private",
        "auto_init": True,
        "description": "Money",
        "homepage": "http://example.test/run/1",
        "custom_properties": {"team": "payments"},
    }
    made = await bot.ok("POST /orgs/acme/repos", new)
    assert made["full_name"] == "acme/money-kit"
    await bot.ok(f"GET {KIT}")
    await bot.ok(f"PATCH {KIT}", {"description": "More money", "has_wiki": False})
    await bot.ok(f"PUT {KIT}/topics", {"names": ["kotlin", "payments"]})
    await bot.ok(f"GET {KIT}/topics")
    await bot.ok(f"PUT /orgs/acme/teams/payments{KIT}", {"permission": "maintain"})
    await bot.ok(f"GET /orgs/acme/teams/payments{KIT}")
    await bot(
        f"GET /orgs/acme/teams/payments{KIT}",
        headers={"Accept": "application/vnd.github.v3.repository+json"},
    )
    await bot.ok("GET /orgs/acme/teams/payments/repos")
    await bot.ok(f"GET {KIT}/teams")
    await bot.ok(f"GET {KIT}/collaborators")
    await bot.ok(f"GET {KIT}/collaborators/dana")
    await bot.ok(f"GET {KIT}/collaborators/dana/permission")
    await bot.ok(f"DELETE /orgs/acme/teams/payments{KIT}")
    await bot.ok(
        "PATCH /orgs/acme/properties/values",
        {
            "repository_names": ["money-kit"],
            "properties": [{"property_name": "team", "value": "platform"}],
        },
    )
    tier = {"properties": [{"property_name": "tier", "value": "gold"}]}
    await bot.ok(f"PATCH {KIT}/properties/values", tier)
    await bot.ok(f"GET {KIT}/properties/values")
    await bot.ok("GET /orgs/acme/properties/values")
    rules = await bot.ok(f"POST {KIT}/rulesets", RULES)
    await bot.ok(f"GET {KIT}/rulesets")
    await bot.ok(f"GET {KIT}/rulesets/{rules['id']}")
    await bot.ok(f"PUT {KIT}/rulesets/{rules['id']}", {"enforcement": "disabled"})
    await bot.ok(f"DELETE {KIT}/rulesets/{rules['id']}")
    team = scene.hub.team("acme", "payments")
    protection = {"wait_timer": 5, "reviewers": [{"type": "Team", "id": team.id}]}
    await bot.ok(f"PUT {KIT}/environments/production", protection)
    await bot.ok(f"PUT {KIT}/environments/dev")
    named = {"protected_branches": False, "custom_branch_policies": True}
    await bot.ok(f"PUT {KIT}/environments/dev", {"deployment_branch_policy": named})
    policies = f"{KIT}/environments/dev/deployment-branch-policies"
    await bot.ok(f"POST {policies}", {"name": "main"})
    assert (await bot(f"POST {policies}", {"name": "main", "type": "branch"})).status == 303
    await bot.ok(f"GET {policies}")
    await bot.ok(f"GET {KIT}/environments")
    await bot.ok(f"GET {KIT}/environments/production")
    await bot.ok(f"DELETE {KIT}/environments/dev")
    await person.ok(f"GET {KIT}")


async def _git(bot: Client) -> str:
    blob = await bot.ok(f"POST {KIT}/git/blobs", {"content": "AAEC", "encoding": "base64"})
    await bot.ok(f"GET {KIT}/git/blobs/{blob['sha']}")
    raw = {"Accept": "application/vnd.github.raw+json"}
    assert (await bot(f"GET {KIT}/git/blobs/{blob['sha']}", headers=raw)).raw == b"\0\x01\x02"
    lines = [
        {"path": "logo.bin", "mode": "100644", "type": "blob", "sha": blob["sha"]},
        {"path": "gradlew", "mode": "100755", "type": "blob", "content": "#!/bin/sh\n"},
        {
            "path": ".github/workflows/ci.yml",
            "mode": "100644",
            "type": "blob",
            "content": "on: push\n",
        },
    ]
    tree = await bot.ok(f"POST {KIT}/git/trees", {"tree": lines})
    await bot.ok(f"GET {KIT}/git/trees/{tree['sha']}?recursive=1")
    commit = await bot.ok(
        f"POST {KIT}/git/commits", {"message": "Begin", "tree": tree["sha"], "parents": []}
    )
    head = str(commit["sha"])
    assert commit["verification"]["verified"] is True
    await bot.ok(f"GET {KIT}/git/commits/{head}")
    await bot.ok(f"PATCH {KIT}/git/refs/heads/main", {"sha": head, "force": True})
    await bot.ok(f"GET {KIT}/git/ref/heads/main")
    await bot.ok(f"GET {KIT}/git/matching-refs/heads/m")
    tag = {"tag": "v1", "message": "One", "object": head, "type": "commit"}
    tagged = await bot.ok(f"POST {KIT}/git/tags", tag)
    await bot.ok(f"POST {KIT}/git/refs", {"ref": "refs/tags/v1", "sha": tagged["sha"]})
    await bot.ok(f"GET {KIT}/tags")
    await bot.ok(f"POST {KIT}/git/refs", {"ref": "refs/heads/topic", "sha": head})
    new = {"message": "Add a note", "content": "aGk=", "branch": "topic"}
    note = await bot.ok(f"PUT {KIT}/contents/notes/a.txt", new)
    gone = {"message": "Away", "sha": note["content"]["sha"], "branch": "topic"}
    await bot.ok(f"PUT {KIT}/contents/notes/b.txt", new)
    await bot.ok(f"DELETE {KIT}/contents/notes/a.txt", gone)
    await bot.ok(f"POST {KIT}/git/refs", {"ref": "refs/heads/short/lived", "sha": head})
    await bot.ok(f"DELETE {KIT}/git/refs/heads/short/lived")
    for path in (
        "/contents",
        "/contents/gradlew",
        "/contents/.github/workflows",
        "/contents/notes/b.txt?ref=topic",
        "/branches",
        "/branches/main",
        "/commits?sha=topic&path=notes/b.txt",
        "/commits/topic",
        "/compare/main...topic",
    ):
        await bot.ok(f"GET {KIT}{path}")
    return head


async def _checks(bot: Client, head: str) -> None:
    new = {
        "name": "Paved Road",
        "head_sha": head,
        "status": "in_progress",
        "output": {"title": "Working", "summary": "Two of five"},
    }
    run = await bot.ok(f"POST {KIT}/check-runs", new)
    mark = {
        "path": "gradlew",
        "start_line": 1,
        "end_line": 1,
        "annotation_level": "warning",
        "message": "Old",
    }
    done = {
        "conclusion": "success",
        "output": {"title": "Ready", "summary": "All", "annotations": [mark]},
        "actions": [{"label": "Again", "description": "Once more", "identifier": "again"}],
    }
    await bot.ok(f"PATCH {KIT}/check-runs/{run['id']}", done)
    await bot.ok(f"GET {KIT}/check-runs/{run['id']}")
    await bot.ok(f"GET {KIT}/check-runs/{run['id']}/annotations")
    await bot.ok(f"POST {KIT}/check-runs/{run['id']}/rerequest")
    suite = await bot.ok(f"POST {KIT}/check-suites", {"head_sha": head})
    await bot.ok(f"GET {KIT}/check-suites/{suite['id']}")
    await bot.ok(f"GET {KIT}/check-suites/{suite['id']}/check-runs")
    await bot.ok(f"POST {KIT}/check-suites/{suite['id']}/rerequest")
    await bot.ok(f"GET {KIT}/commits/{head}/check-runs?check_name=Paved%20Road")
    await bot.ok(f"GET {KIT}/commits/main/check-suites")
    await bot.ok(f"POST {KIT}/statuses/{head}", {"state": "success", "context": "ci"})
    await bot.ok(f"GET {KIT}/commits/main/status")
    await bot.ok(f"GET {KIT}/commits/{head}/statuses")


async def _issues(bot: Client) -> None:
    issue = f"{KIT}/issues/1"
    made = await bot.ok(f"POST {KIT}/issues", {"title": "Slow", "body": "Very", "labels": ["bug"]})
    assert made["number"] == 1
    await bot.ok(f"GET {KIT}/issues?labels=bug&state=all")
    await bot.ok(f"GET {KIT}/issues/comments?since=2026-01-01T00:00:00Z&sort=updated")
    await bot.ok(f"GET {issue}")
    await bot.ok(f"PATCH {issue}", {"title": "Slower", "state": "closed"})
    await bot.ok(f"POST {issue}/labels", {"labels": ["urgent"]})
    await bot.ok(f"PUT {issue}/labels", {"labels": ["bug", "urgent"]})
    await bot.ok(f"GET {issue}/labels")
    await bot.ok(f"DELETE {issue}/labels/urgent")
    await bot.ok(f"DELETE {issue}/labels")
    await bot.ok(f"POST {issue}/assignees", {"assignees": ["dana"]})
    await bot.ok(f"GET {issue}/assignees/dana")
    await bot.ok(f"DELETE {issue}/assignees", {"assignees": ["dana"]})
    await bot.ok(f"PUT {issue}/lock", {"lock_reason": "resolved"})
    await bot.ok(f"DELETE {issue}/lock")
    seen = await bot.ok(f"POST {issue}/reactions", {"content": "eyes"})
    await bot.ok(f"GET {issue}/reactions")
    await bot.ok(f"DELETE {issue}/reactions/{seen['id']}")
    comment = await bot.ok(f"POST {issue}/comments", {"body": "Why?"})
    one = f"{KIT}/issues/comments/{comment['id']}"
    await bot.ok(f"GET {issue}/comments")
    await bot.ok(f"GET {one}")
    await bot.ok(f"PATCH {one}", {"body": "Because"})
    liked = await bot.ok(f"POST {one}/reactions", {"content": "+1"})
    again = await bot.ok(f"POST {one}/reactions", {"content": "+1"})
    assert liked["id"] == again["id"]
    await bot.ok(f"GET {one}/reactions")
    await bot.ok(f"DELETE {one}/reactions/{liked['id']}")
    await bot.ok(f"DELETE {one}")
    await bot.ok(f"POST {KIT}/labels", {"name": "template:kotlin", "color": "c0ffee"})
    await bot.ok(f"GET {KIT}/labels")
    await bot.ok(f"GET {KIT}/labels/template:kotlin")
    await bot.ok(f"PATCH {KIT}/labels/template:kotlin", {"description": "A template"})
    await bot.ok(f"DELETE {KIT}/labels/template:kotlin")


async def _pulls(bot: Client) -> None:
    new = {"title": "Notes", "head": "topic", "base": "main", "body": "See"}
    made = await bot.ok(f"POST {KIT}/pulls", new)
    pull = f"{KIT}/pulls/{made['number']}"
    assert made["mergeable"] is True
    await bot.ok(f"GET {KIT}/pulls?state=open&base=main")
    await bot.ok(f"PATCH {pull}", {"title": "More notes"})
    await bot.ok(f"GET {pull}/commits")
    await bot.ok(f"GET {pull}/files")
    assert (await bot(f"GET {pull}/merge")).status == 404
    await bot.ok(f"PUT {pull}/merge", {"merge_method": "squash"})
    await bot.ok(f"GET {pull}/merge")
    assert (await bot.ok(f"GET {pull}"))["merged"] is True


async def _reviews_and_forks(scene: Scene, bot: Client) -> None:
    hub = scene.hub
    hub.add_organization("other")
    hub.add_member("other", "dana")
    hub.set_role("acme/money-kit", "dana", "read")
    async with asking(hub, scene.developer.token) as dana:
        assert (await dana(f"POST {KIT}/forks")).status == 403
        await bot.ok(f"PATCH {KIT}", {"allow_forking": True})
        mine = await dana.ok(f"POST {KIT}/forks")
        assert (mine["full_name"], mine["fork"]) == ("dana/money-kit", True)
        theirs = {"organization": "other", "name": "kit", "default_branch_only": True}
        await dana.ok(f"POST {KIT}/forks", theirs)
        new = {"message": "Mine", "content": "aGk=", "branch": "mine"}
        await dana.ok("PUT /repos/dana/money-kit/contents/mine.txt", new | {"branch": "main"})
        asked = {"title": "Mine", "head": "dana:main", "base": "main"}
        made = await dana.ok(f"POST {KIT}/pulls", asked)
    pull = f"{KIT}/pulls/{made['number']}"
    assert made["head"]["repo"]["fork"] is True
    await bot.ok(f"GET {KIT}/forks?sort=oldest")
    await bot.ok(f"GET {KIT}/pulls?head=dana:main")
    await bot.ok(f"GET {KIT}/commits/{made['head']['sha']}/pulls")
    await bot.ok(f"GET {KIT}/git/ref/pull/{made['number']}/head")
    given = {"event": "REQUEST_CHANGES", "body": "Why?", "commit_id": made["head"]["sha"]}
    review = await bot.ok(f"POST {pull}/reviews", given)
    await bot.ok(f"POST {pull}/reviews", {"event": "APPROVE"})
    await bot.ok(f"GET {pull}/reviews")
    await bot.ok(f"GET {pull}/reviews/{review['id']}")
    await bot.ok(f"PUT {pull}/reviews/{review['id']}/dismissals", {"message": "Settled"})


WORKFLOW = b"""
name: CI
on: {push: {branches: [main]}, workflow_dispatch: , repository_dispatch: {types: [nightly]}}
jobs:
  build: {runs-on: ubuntu-latest, strategy: {matrix: {jdk: [17, 25]}}, steps: [{run: make}]}
"""


async def _actions(bot: Client) -> None:
    text = base64.b64encode(WORKFLOW).decode()
    new = {"message": "CI", "content": text, "branch": "main"}
    pushed = await bot.ok(f"PUT {KIT}/contents/.github/workflows/build.yml", new)
    runs = f"{KIT}/actions/runs"
    sha = pushed["commit"]["sha"]
    for query in (f"event=push&head_sha={sha}&branch=main&status=queued", "created=>=2020-01-01"):
        listed = await bot.ok(f"GET {runs}?{query}")
        assert listed["total_count"] >= 1
    dispatch = f"POST {KIT}/actions/workflows/build.yml/dispatches"
    assert (await bot(dispatch, {"ref": "main"})).status == 204
    told = await bot.ok(dispatch, {"ref": "main", "return_run_details": True})
    new_version = {"X-GitHub-Api-Version": "2026-03-10"}
    assert (await bot(dispatch, {"ref": "main"}, headers=new_version)).status == 200
    run = f"{runs}/{told['workflow_run_id']}"
    assert (await bot.ok(f"GET {run}"))["event"] == "workflow_dispatch"
    jobs = await bot.ok(f"GET {run}/jobs?filter=latest")
    assert [one["name"] for one in jobs["jobs"]] == ["build (17)", "build (25)"]
    await bot.ok(f"GET {KIT}/actions/jobs/{jobs['jobs'][0]['id']}")
    assert (await bot(f"POST {run}/cancel")).status == 202
    assert (await bot(f"POST {run}/cancel")).status == 409
    assert (await bot(f"POST {run}/rerun")).status == 201
    await bot.ok(f"POST {run}/cancel")
    await bot.ok(f"POST {run}/rerun-failed-jobs")
    await bot.ok(f"GET {run}/attempts/1")
    await bot.ok(f"GET {run}/attempts/3/jobs")
    await bot.ok(f"POST {run}/cancel")
    for logs in (f"{run}/logs", f"{KIT}/actions/jobs/{jobs['jobs'][0]['id']}/logs"):
        assert (await bot(f"GET {logs}")).status == 302
        assert (await bot(f"GET {logs}", redirects=True)).status == 200
    await bot.ok(f"GET {KIT}/actions/workflows")
    await bot.ok(f"GET {KIT}/actions/workflows/build.yml")
    await bot.ok(f"GET {KIT}/actions/workflows/build.yml/runs?actor=paved-road%5Bbot%5D")
    nightly = {"event_type": "nightly", "client_payload": {"unit": True}}
    assert (await bot(f"POST {KIT}/dispatches", nightly)).status == 204
    assert (await bot(f"DELETE {run}")).status == 204


async def _variables(bot: Client) -> None:
    for place in ("/orgs/acme/actions", f"{KIT}/actions", f"{KIT}/environments/production"):
        new = {"name": "region", "value": "eu-west-1"}
        new |= {"visibility": "all"} if "orgs" in place else {}
        assert (await bot(f"POST {place}/variables", new)).status == 201
        assert (await bot(f"POST {place}/variables", new)).status == 409
        assert (await bot(f"PATCH {place}/variables/REGION", {"value": "x"})).status == 204
        assert (await bot.ok(f"GET {place}/variables/region"))["value"] == "x"
        listed = await bot.ok(f"GET {place}/variables?per_page=10")
        assert [one["name"] for one in listed["variables"]] == ["REGION"]
        assert (await bot(f"DELETE {place}/variables/REGION")).status == 204


async def _deployments(bot: Client) -> None:
    new = {"ref": "main", "environment": "dev", "required_contexts": []}
    made = await bot.ok(f"POST {KIT}/deployments", new)
    one = f"{KIT}/deployments/{made['id']}"
    await bot.ok(f"GET {KIT}/deployments?environment=dev")
    said = await bot.ok(f"POST {one}/statuses", {"state": "success"})
    await bot.ok(f"GET {one}/statuses")
    await bot.ok(f"GET {one}/statuses/{said['id']}")
    await bot.ok(f"GET {one}")
    long = {"state": "pending", "description": "x" * 141}
    assert (await bot(f"POST {one}/statuses", long)).status == 422
    assert (await bot(f"DELETE {one}")).status == 204
    assert (await bot(f"GET {one}")).status == 404


async def _app(scene: Scene, app: Client) -> None:
    hub = scene.hub
    hub.add_app(
        "paved-road",
        permissions=scene.app.permissions,
        events=scene.app.events,
        webhook_url=f"{hub.url}/nobody-listens-here",
        webhook_secret="s",
    )
    hub.create_issue(scene.owner, "acme/catalog", "One")
    hub.create_issue(scene.owner, "acme/catalog", "Two")
    await hub.idle()
    await app.ok("GET /app")
    await app.ok("GET /app/hook/config")
    address = {"url": f"{hub.url}/nor-here", "content_type": "json", "secret": "another"}
    await app.ok("PATCH /app/hook/config", address)
    made = hub.register_app(
        scene.owner, "acme", Manifest(url="https://road.example"), name="New one"
    )
    async with asking(hub, None) as anybody:
        await anybody.ok(f"POST /app-manifests/{made.code}/conversions")
    await app.ok("GET /app/installations")
    await app.ok(f"GET /app/installations/{scene.installation.id}")
    await app.ok("GET /orgs/acme/installation")
    await app.ok("GET /users/acme/installation")
    await app.ok("GET /repos/acme/catalog/installation")
    asked = {"repositories": ["catalog"], "permissions": {"issues": "write"}}
    await app.ok(f"POST /app/installations/{scene.installation.id}/access_tokens", asked)
    listed = await app.ok("GET /app/hook/deliveries?per_page=1&status=failure")
    await app.ok(f"GET /app/hook/deliveries/{listed[0]['id']}")
    await app.ok(f"POST /app/hook/deliveries/{listed[0]['id']}/attempts")


GOOD = Exchange(
    method="POST",
    template="/repos/{owner}/{repo}/issues/{issue_number}/reactions",
    params={"owner": "acme", "repo": "catalog", "issue_number": "1"},
    query={},
    request_body=b'{"content":"eyes"}',
    status=201,
    content_type="application/json",
    response_body=json.dumps(
        {
            "id": 1,
            "node_id": "x",
            "user": None,
            "content": "eyes",
            "created_at": "2026-01-01T00:00:00Z",
        }
    ).encode(),
)


def test_a_right_exchange_has_no_problem() -> None:
    """The exchange that the next test spoils is right to begin with."""
    assert validate(GOOD) == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        pytest.param({"template": "/nowhere"}, "no such route", id="route"),
        pytest.param({"query": {"colour": "red"}}, "'colour' is unknown", id="query"),
        pytest.param(
            {"params": {"issue_number": "one"}}, "'issue_number' is 'one'", id="path-parameter"
        ),
        pytest.param({"request_body": b'{"content":"eyes","x":1}'}, "'x' was unex", id="field"),
        pytest.param({"request_body": b'{"content":"wink"}'}, "'wink' is not one of", id="enum"),
        pytest.param({"request_body": b"{}"}, "'content' is a required", id="missing-field"),
        pytest.param({"status": 299}, "status 299 is not documented", id="status"),
        pytest.param({"response_body": b'{"id":1}'}, "'node_id' is a required", id="answer"),
    ],
)
def test_what_github_does_not_describe_is_noticed(wrong: dict[str, Any], told: str) -> None:
    """Each way of breaking the description is a problem of its own."""
    problems = validate(replace(GOOD, **wrong))
    assert any(told in problem for problem in problems), problems
