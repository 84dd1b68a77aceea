"""A delivery of an issue form as GitHub shapes it, as large as real ones are."""

import hashlib
import json
from typing import Any

SIZE_BYTES = 26_700  # of a real `issues` delivery of an organisation's repository

_URLS = [f"{name}_url" for name in ("archive", "comments", "commits", "contents", "events")]
_URLS += [f"{name}_url" for name in ("git_refs", "html", "issues", "labels", "pulls", "releases")]
_URLS += [f"{name}_url" for name in ("stargazers", "statuses", "subscribers", "tags", "teams")]


def issues_payload(*, size_bytes: int = SIZE_BYTES, **changes: Any) -> bytes:
    """An ``issues.opened`` delivery of ``octo-org/catalog`` of exactly that size.

    ``changes`` replace what stands at its top.
    """
    payload: dict[str, Any] = {
        "action": "opened",
        "issue": {
            "id": 1,
            "number": 7,
            "title": "New Kotlin library",
            "user": account("mona", 583231, "User"),
            "labels": [{"id": 1, "name": "template:kotlin-library", "color": "ededed"}],
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
    assignees = payload["assignees"] = []
    while len(json.dumps(payload)) < SIZE_BYTES - 2_000:
        number = 600_000 + len(assignees)
        assignees.append(account(f"mona-{number}", number, "User"))
    payload["padding"] = ""
    payload["padding"] = "x" * (size_bytes - len(json.dumps(payload)))
    return json.dumps(payload).encode()


def account(login: str, id_: int, kind: str = "Organization") -> dict[str, Any]:
    """A user or organisation as payloads show it."""
    return {
        "login": login,
        "id": id_,
        "type": kind,
        "site_admin": False,
        "node_id": hashlib.sha256(login.encode()).hexdigest()[:20],
        "avatar_url": f"https://avatars.githubusercontent.com/u/{id_}?v=4",
        **{name: f"https://api.github.com/users/{login}/{name}" for name in _URLS},
    }
