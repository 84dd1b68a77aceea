"""Keeps the making of content under the pace that GitHub publishes, before it says no."""

from collections import defaultdict, deque
from dataclasses import dataclass

from bot.clock import Clock
from bot.errors import RetryLater

# What GitHub counts is not published route by route. Counted here is what people see
# appear: repositories, issues, comments, labels, reactions, rulesets, check runs,
# commits. Edits of comments count as well: bots that edit one in a row are stopped too.
CONTENT = frozenset(
    {
        ("POST", "/orgs/{org}/repos"),
        ("POST", "/repos/{owner}/{repo}/issues"),
        ("POST", "/repos/{owner}/{repo}/issues/{number}/comments"),
        ("PATCH", "/repos/{owner}/{repo}/issues/comments/{comment}"),
        ("POST", "/repos/{owner}/{repo}/issues/comments/{comment}/reactions"),
        ("POST", "/repos/{owner}/{repo}/labels"),
        ("POST", "/repos/{owner}/{repo}/rulesets"),
        ("POST", "/repos/{owner}/{repo}/check-runs"),
        ("POST", "/repos/{owner}/{repo}/git/commits"),
    }
)


@dataclass(frozen=True, slots=True)
class Pace:
    """At most ``count`` within any ``window_s`` seconds."""

    count: int
    window_s: float


# GitHub docs, "Rate limits for the REST API", "About secondary rate limits": in general
# no more than 80 content-generating requests a minute and 500 an hour.
PUBLISHED = (Pace(80, 60.0), Pace(500, 3600.0))


# Each request to deliver a webhook again costs 5 of the 900 points that GitHub gives the
# REST API a minute; the rest is left to reading.
REDELIVERIES = (Pace(150, 60.0),)


def paces_for(host: str, configured: tuple[Pace, ...] = PUBLISHED) -> tuple[Pace, ...]:
    """The paces to keep with the API of ``host``.

    GitHub's own hosts have the published ones. Enterprise Server has none unless its
    administrator sets some, so elsewhere only what an operator configured holds.
    """
    return configured if _is_hosted(host) or configured != PUBLISHED else ()


def redelivery_paces_for(host: str) -> tuple[Pace, ...]:
    """The pace at which GitHub's own hosts are asked to deliver again."""
    return REDELIVERIES if _is_hosted(host) else ()


def _is_hosted(host: str) -> bool:
    return host == "api.github.com" or host.endswith(".ghe.com")


class Governor:
    """Hands out turns to make content, one history an organisation.

    A history of the last turns rather than a filling bucket: a bucket lets two
    bursts through within one minute, and GitHub counts any minute.
    """

    def __init__(self, clock: Clock, paces: tuple[Pace, ...], *, longest_wait_s: float) -> None:
        self._clock, self._paces, self._longest_wait_s = clock, paces, longest_wait_s
        longest = max((pace.count for pace in paces), default=0)
        self._turns: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=longest))

    async def turn(self, organization: str) -> None:
        """Return when content may be made. Raises RetryLater where that is far off.

        The turn is booked before the wait, so that many waiters line up and do
        not all wake for the same place.
        """
        if not self._paces:
            return
        turns = self._turns[organization.lower()]
        now_s = self._clock.now_s()
        at_s = max([now_s, *(self._free_at_s(turns, pace) for pace in self._paces)])
        wait_s = at_s - now_s
        if wait_s > self._longest_wait_s:
            raise RetryLater("GitHub's pace for new content is used up.", wait_s=wait_s)
        turns.append(at_s)
        if wait_s > 0:
            await self._clock.sleep(wait_s)

    @staticmethod
    def _free_at_s(turns: deque[float], pace: Pace) -> float:
        return turns[-pace.count] + pace.window_s if len(turns) >= pace.count else 0.0
