"""Requests that no event told of: open issues of the catalog that were not looked at as they read.

Whatever became of the events, GitHub's issues say what was asked for.
"""

import hashlib
from dataclasses import dataclass

from bot.github.port import Issue, Issues, RepositoryName
from bot.projects.check_request import LABEL
from bot.projects.request_record import RequestRecords
from bot.work.catch_up import CatchUp
from bot.work.made_delivery import MakeDelivery
from bot.work.read_since import ReadSince


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedRequests:
    """For the schedule. The first time all open issues are read, later what was updated since."""

    issues: Issues
    records: RequestRecords
    read: ReadSince
    make: MakeDelivery
    catch_up: CatchUp
    catalog: RepositoryName

    async def once(self) -> int:
        """Let each go the way of its event; returns how many were missed."""
        since = await self.read.known()
        found = await self.issues.open_since(self.catalog, updated_since=since)
        if any(_is_form(issue) for issue in found):
            await self.catch_up()
        return await self.read.look(found, self._look)

    async def _look(self, issue: Issue) -> bool:
        if not _is_form(issue):
            return False
        subject = f"{self.catalog}#{issue.number}".lower()
        known = await self.records.get(subject)
        if known is not None and known.body_hash == _hash(issue.body):
            return False
        return await self.make(
            "issues",
            _payload(issue, self.catalog, action="edited" if known else "opened"),
            key=subject,
            about=f"issue {subject} as of {issue.updated_at}",
        )


def _is_form(issue: Issue) -> bool:
    return issue.author_is_person and any(each.startswith(LABEL) for each in issue.labels)


def _hash(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def _payload(issue: Issue, catalog: RepositoryName, *, action: str) -> dict[str, object]:
    """Source of the shape: GitHub docs, "Webhook events and payloads", ``issues``."""
    author = {"id": issue.author_id, "login": issue.author, "type": "User"}
    return {
        "action": action,
        "issue": {
            "number": issue.number,
            "title": issue.title,
            "body": issue.body,
            "labels": [{"name": label} for label in issue.labels],
            "user": author,
            "state": issue.state,
            "created_at": issue.created_at,
            "updated_at": issue.updated_at,
            "html_url": issue.html_url,
        },
        "repository": {"full_name": str(catalog)},
        "sender": author,
    }
