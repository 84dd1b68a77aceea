"""Pull requests to the catalog that no event told of: those that are open and were not checked."""

from dataclasses import dataclass

from bot.clock import Clock
from bot.github.port import PullRequest, PullRequests, RepositoryName
from bot.templates.pull_requests.records import Checks
from bot.work.made_delivery import MakeDelivery
from bot.work.read_since import is_fresh


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedPulls:
    """For the schedule. One head has one check, so an event that comes late changes nothing."""

    pulls: PullRequests
    checks: Checks
    make: MakeDelivery
    catalog: RepositoryName
    clock: Clock

    async def once(self) -> int:
        """Let each go the way of its event; returns how many were missed."""
        return sum([await self._look(each) for each in await self.pulls.open(self.catalog)])

    async def _look(self, pull: PullRequest) -> bool:
        if is_fresh(pull.updated_at, now_s=self.clock.now_s()):
            return False
        if await self.checks.of(pull.head_sha):
            return False
        subject = f"{self.catalog}#{pull.number}".lower()
        return await self.make(
            "pull_request",
            _payload(pull, self.catalog),
            key=subject,
            about=f"pull request {subject} at {pull.head_sha}",
        )


def _payload(pull: PullRequest, catalog: RepositoryName) -> dict[str, object]:
    """Source of the shape: GitHub docs, "Webhook events and payloads", ``pull_request``."""
    author = {"id": pull.author_id, "login": pull.author}
    return {
        "action": "synchronize",
        "pull_request": {
            "number": pull.number,
            "html_url": pull.html_url,
            "head": {"sha": pull.head_sha},
            "base": {"sha": pull.base_sha, "ref": pull.base_branch},
            "user": author,
            "merged": pull.merged,
        },
        "repository": {"full_name": str(catalog)},
        "sender": author,
    }
