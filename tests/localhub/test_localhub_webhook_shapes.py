"""What the webhooks say has the shape of GitHub's documented examples.

``tests/data/webhook-shapes.json.gz`` lists the fields that every example of an event
has; each must be in ours, with a kind of value that the examples show.
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.localhub.fixtures import EVENTS, Scene
from tests.localhub.receiver import Received, receiving

SHAPES = Path(__file__).parents[1] / "data" / "webhook-shapes.json.gz"
WORKFLOW = b"""
on: [workflow_dispatch, repository_dispatch]
jobs:
  build: {runs-on: ubuntu-latest, steps: [{run: make}]}
  ship: {needs: build, runs-on: ubuntu-latest, steps: [{run: make ship}]}
"""
KINDS = {str: "s", int: "n", float: "n", bool: "b", list: "a", dict: "o", type(None): "0"}


async def _a_day(scene: Scene) -> list[Received]:
    """Everything that the local GitHub tells of, once."""
    hub, owner = scene.hub, scene.owner
    async with receiving() as receiver:
        app = hub.add_app(
            "listener",
            permissions=scene.app.permissions,
            events=EVENTS,
            webhook_url=receiver.url,
            webhook_secret="s",
        )
        installation = hub.install(app, "acme")
        hub.add_organization("other")
        hub.add_member("other", "olga")
        kit = hub.create_repository(owner, "acme", "kit", visibility="private", auto_init=True)
        hub.update_repository(owner, kit, {"allow_forking": True})
        issue = hub.create_issue(owner, kit, "Slow", "Very", ["bug"], assignees=["dana"])
        comment = hub.add_comment(owner, kit, issue.number, "Why?")
        hub.edit_comment(owner, kit, comment.id, "Why not?")
        hub.delete_comment(owner, kit, comment.id)
        hub.update_issue(owner, kit, issue.number, title="Slower", labels=[], assignees=["olga"])
        hub.lock(owner, kit, issue.number, locked=True, reason="resolved")
        hub.update_issue(owner, kit, issue.number, state="closed")
        hub.update_issue(owner, kit, issue.number, state="open")
        hub.create_label(owner, kit, "new", description="New")
        hub.update_label(owner, kit, "new", {"new_name": "newer"})
        hub.delete_label(owner, kit, "newer")
        head = hub.git(kit).branch("main") or ""
        hub.create_ref(owner, kit, "refs/heads/topic", head)
        hub.commit_files(owner, kit, "topic", {"a.txt": b"a\n"}, message="Add a")
        pull = hub.create_pull_request(owner, kit, title="A", head="topic", base="main")
        hub.add_comment(owner, kit, pull.number, "Nice")
        hub.commit_files(owner, kit, "topic", {"b.txt": b"b\n"}, message="Add b")
        hub.add_labels(owner, kit, pull.number, ["bug"])
        review = hub.review(hub.user("dana"), kit, pull.number, "APPROVE")
        hub.dismiss_review(owner, kit, pull.number, review.id)
        hub.merge_pull_request(owner, kit, pull.number)
        hub.fork(owner, kit, organization="other")
        hub.commit_files(
            owner, kit, "main", {".github/workflows/a.yml": WORKFLOW}, message="Add a workflow"
        )
        dispatched = hub.dispatch_workflow(owner, kit, "a.yml", ref="main")
        hub.conclude_run(kit, dispatched.id, "failure")
        hub.rerun(owner, kit, dispatched.id)
        hub.cancel_run(owner, kit, dispatched.id)
        hub.dispatch_repository(owner, kit, "on-demand-test", {"unit": False})
        hub.delete_ref(owner, kit, "refs/heads/topic")
        run = hub.create_check_run(hub.app_actor(app), kit, {"name": "c", "head_sha": head})
        hub.update_check_run(hub.app_actor(app), kit, run.id, {"conclusion": "success"})
        hub.rerequest_check_run(owner, kit, run.id)
        hub.create_status(owner, kit, head, {"state": "success"})
        made = hub.create_deployment(owner, kit, {"ref": "main"})
        hub.create_deployment_status(owner, kit, made.id, {"state": "success"})
        hub.grant_team(owner, kit, hub.team("acme", "payments"), "push")
        hub.set_role(kit, "sam", "write")
        hub.add_team("acme", "payments", members=["lena"])
        hub.update_repository(owner, kit, {"description": "Kit"})
        hub.update_repository(owner, kit, {"archived": True})
        hub.update_repository(owner, kit, {"archived": False})
        hub.delete_repository(owner, kit)
        hub.uninstall(installation)
        await hub.idle()
        return receiver.received


def _values(payload: Any, path: str) -> Iterator[tuple[dict[str, Any], str]]:
    """The objects that should hold the last step of a path, with that step."""
    steps = path.split(".")
    holders: list[Any] = [payload]
    for step in steps[:-1]:
        name = step.removesuffix("[]")
        found = [one[name] for one in holders if isinstance(one, dict) and name in one]
        holders = [x for one in found for x in one] if step.endswith("[]") else found
    for holder in holders:
        if isinstance(holder, dict):
            yield holder, steps[-1]


def _problems(event: str, payload: Any, shape: dict[str, str]) -> Iterator[str]:
    for path, kinds in shape.items():
        if path.startswith("changes."):
            continue  # says what changed, which was something else in the examples
        for holder, name in _values(payload, path):
            if name not in holder:
                yield f"{event}: {path} is missing"
            elif KINDS[type(holder[name])] not in kinds + "0" and kinds != "0":
                yield f"{event}: {path} is {holder[name]!r:.40}, examples have {kinds}"


async def test_every_webhook_has_the_fields_of_githubs_examples(scene: Scene) -> None:
    """A day in an organisation; no field that all examples have is missing."""
    shapes: dict[str, dict[str, str]] = json.loads(gzip.decompress(SHAPES.read_bytes()))
    problems: set[str] = set()
    seen: set[str] = set()
    for one in await _a_day(scene):
        event = one.headers["X-GitHub-Event"]
        seen.add(event)
        problems |= set(_problems(event, one.payload, shapes[event]))
    assert not problems, "\n".join(sorted(problems))
    assert set(shapes) - seen == set()
