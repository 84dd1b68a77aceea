"""A delivery of an issue form as GitHub shapes it, as large as real ones are."""

import hashlib
import json
from typing import Any

SIZE_BYTES = 26_700  # of a real `issues` delivery of an organisation's repository

_URLS = (
    "url html_url forks_url keys_url collaborators_url teams_url hooks_url issue_events_url "
    "events_url assignees_url branches_url tags_url blobs_url git_tags_url git_refs_url trees_url "
    "statuses_url languages_url stargazers_url contributors_url subscribers_url subscription_url "
    "commits_url git_commits_url comments_url issue_comment_url contents_url compare_url "
    "merges_url archive_url downloads_url issues_url pulls_url milestones_url notifications_url "
    "labels_url releases_url deployments_url git_url ssh_url clone_url svn_url"
).split()


def issues_payload(**changes: Any) -> bytes:
    """An ``issues.opened`` delivery of ``octo-org/catalog``; ``changes`` replace top-level keys."""
    payload: dict[str, Any] = {
        "action": "opened",
        "issue": {
            "id": 1,
            "number": 7,
            "title": "New Kotlin library",
            "user": account("mona", 583231, "User"),
            "labels": [{"id": 1, "name": "template:kotlin-library", "color": "ededed"}],
            "assignees": [],
            "state": "open",
            "updated_at": "2026-11-24T10:00:00Z",
            "body": "### Repository name\n\nmoney-kit\n\n### Description\n\n",
        },
        "repository": {
            "id": 186853002,
            "name": "catalog",
            "full_name": "octo-org/catalog",
            "private": True,
            "owner": account("octo-org", 38302899, "Organization"),
            **{name: f"https://api.github.com/repos/octo-org/catalog/{name}" for name in _URLS},
        },
        "organization": account("octo-org", 38302899, "Organization"),
        "installation": {"id": 375706, "node_id": "MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9uMzc1NzA2"},
        "sender": account("mona", 583231, "User"),
        **changes,
    }
    while len(json.dumps(payload)) < SIZE_BYTES - 2_000 and "issue" not in changes:
        number = len(payload["issue"]["assignees"])
        payload["issue"]["assignees"].append(account(f"mona-{number}", 600_000 + number, "User"))
    payload["padding"] = "x" * max(SIZE_BYTES - len(json.dumps(payload)) - 15, 0)
    return json.dumps(payload).encode()


def account(login: str, id_: int, kind: str) -> dict[str, Any]:
    """A user or organisation as payloads show it."""
    return {
        "login": login,
        "id": id_,
        "type": kind,
        "site_admin": False,
        "node_id": hashlib.sha256(login.encode()).hexdigest()[:20],
        "avatar_url": f"https://avatars.githubusercontent.com/u/{id_}?v=4",
        **{name: f"https://api.github.com/users/{login}/{name}" for name in _URLS[:12]},
    }
