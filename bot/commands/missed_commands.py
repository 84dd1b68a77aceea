"""Commands in the catalog that no event told of.

Only comments that were never edited count, as with events: what a command said when it was
written is not known of others. A command that waited for longer than GitHub keeps deliveries
is left alone: whoever wrote it does not expect it any more.
"""

from dataclasses import dataclass

from bot.clock import Clock, seconds_of
from bot.commands.grammar import read_commands
from bot.commands.taken import TakenComments
from bot.github.port import GitHub, RepositoryName, WrittenComment
from bot.work.made_delivery import MakeDelivery
from bot.work.read_since import ReadSince, iso

OLDEST_S = 3 * 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedCommands:
    """For the schedule. What was written before its first look is left alone."""

    github: GitHub
    taken: TakenComments
    read: ReadSince
    make: MakeDelivery
    catalog: RepositoryName
    clock: Clock

    async def once(self) -> int:
        """Let each go the way of its event; returns how many were missed."""
        oldest = iso(self.clock.now_s() - OLDEST_S)
        since = max(await self.read.known() or await self.read.begin(), oldest)
        found = await self.github.issues.comments_since(self.catalog, updated_since=since)
        return await self.read.look(found, self._look)

    async def _look(self, comment: WrittenComment) -> bool:
        told = comment.author_is_person and not comment.is_edited
        too_old = seconds_of(comment.created_at) < self.clock.now_s() - OLDEST_S
        if not told or too_old or not read_commands(comment.body):
            return False
        if await self.taken.is_taken(comment.id):
            return False
        return await self.make(
            "issue_comment",
            await self._payload(comment),
            key=f"{self.catalog}#{comment.number}".lower(),
            about=f"comment {comment.id}",
        )

    async def _payload(self, comment: WrittenComment) -> dict[str, object]:
        """Source of the shape: GitHub docs, "Webhook events and payloads", ``issue_comment``."""
        issue = await self.github.issues.get(self.catalog, comment.number)
        repository = await self.github.repositories.find(self.catalog)
        by = {"id": comment.author_id, "login": comment.author, "type": "User"}
        return {
            "action": "created",
            "issue": {
                "number": issue.number,
                "title": issue.title,
                "user": {"id": issue.author_id, "login": issue.author},
                "html_url": issue.html_url,
                "pull_request": {} if "/pull/" in comment.html_url else None,
            },
            "comment": {"id": comment.id, "body": comment.body, "html_url": comment.html_url},
            "repository": {
                "full_name": str(self.catalog),
                # Unknown counts as public: there, who only reads is a stranger.
                "visibility": repository.visibility if repository else "public",
                "default_branch": repository.default_branch if repository else "main",
            },
            "sender": by,
        }
