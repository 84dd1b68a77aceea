"""When a pull request to the catalog is opened or moves, or is reviewed: check it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.runs import Cause, Run, RunRecords
from bot.templates.pull_requests.facts import looked_of, ruled_of
from bot.templates.pull_requests.start_check import StartCheck
from bot.work.events import Person, PullRequestChanged, ReviewGiven


@dataclass(frozen=True, slots=True, kw_only=True)
class OnPullRequest:
    """Starts the check of a head, once; a reopened one is checked anew, by what holds now.

    Before a catalog has ``begun`` there are no rules to hold a change against; its templates
    are checked when it is first read.
    """

    start: StartCheck
    begun: Callable[[], Awaitable[bool]]

    async def __call__(self, event: PullRequestChanged) -> None:
        """Check the head that the event tells of; the check itself reads what is true by then."""
        if str(event.repository).lower() != str(self.start.catalog).lower():
            return
        if event.action == "closed" or not await self.begun():
            return
        await self.start.of_pull_request(
            event.number,
            head=event.head_sha,
            base_branch=event.base_branch,
            cause=cause_of(event.guid, event.sender, event.url),
            anew=event.guid if event.action == "reopened" else "",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OnReview:
    """An approval may be the word that a check waits for."""

    start: StartCheck
    runs: RunRecords

    async def __call__(self, event: ReviewGiven) -> None:
        """Apply the rules again where somebody's word is missing; else nothing changes."""
        if str(event.repository).lower() != str(self.start.catalog).lower():
            return
        subject = f"{self.start.catalog}#{event.number}".lower()
        run = await self.runs.get(await self.start.checks.of(subject))
        if run is None or not _misses_a_word(run):
            return
        cause = cause_of(event.guid, event.sender, run.cause.url)
        await self.start.again(run, cause=cause, anew=event.guid, changed={"button": ""})


def cause_of(guid: str, sender: Person, url: str) -> Cause:
    """Who set a check off, for its record."""
    return Cause(delivery=guid, actor=sender.login, actor_id=sender.id, url=url)


def _misses_a_word(run: Run) -> bool:
    """A check that has not come so far will hear of the review by itself."""
    looked, ruled = looked_of(run), ruled_of(run)
    if looked is None or ruled is None:
        return False
    return bool(ruled.platform_waits or any(ruled.waits.values()) or not looked.is_member)
