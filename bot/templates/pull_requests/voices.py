"""Whose word a change of the catalog needs, and whether it has been given.

The rules are those of the base branch: a pull request cannot make itself welcome by
naming another owner. The author speaks by opening it, others by approving this very head.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.github.port import PullRequest, Review

IsMember = Callable[[str, str], Awaitable[bool]]  # team, login → in it now


@dataclass(frozen=True, slots=True)
class Voices:
    """The logins that speak for a change, the author first."""

    logins: tuple[str, ...]

    async def missing(
        self, teams: Iterable[str], *, platform_team: str, is_member: IsMember
    ) -> list[str]:
        """The teams of which nobody has spoken; the platform team speaks for every team."""
        wanted = list(dict.fromkeys(teams))
        if not wanted or await self._any(platform_team, is_member):
            return []
        return [team for team in wanted if not await self._any(team, is_member)]

    async def _any(self, team: str, is_member: IsMember) -> bool:
        for login in self.logins:
            if await is_member(team, login):
                return True
        return False


def voices_of(pull: PullRequest, reviews: Sequence[Review]) -> Voices:
    """The author, and everybody whose newest review approves the head as it stands now."""
    newest = {review.author: review for review in reviews if review.state in _VERDICTS}
    approving = [
        login
        for login, review in newest.items()
        if review.state == "approved" and review.commit == pull.head_sha and login != pull.author
    ]
    return Voices((pull.author, *approving))


# A comment or a review that is not submitted yet takes no approval back.
_VERDICTS = ("approved", "changes_requested", "dismissed")
