"""Asks GitHub to deliver again what never succeeded: it does not repeat by itself.

GitHub lists every attempt of the last three days. What failed and is not in our store is
kept as a record, asked for by its GUID, and looked for in the store before it is asked for
once more. The record is changed before GitHub is asked, so that of several instances one
asks; killed in between, the delivery is asked for when its next time comes.

Source: GitHub docs, "Handling failed webhook deliveries".
"""

from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from bot.clock import Clock
from bot.errors import RetryLater
from bot.github.port import Attempt, Attempts, Hook, NotFound, Rejected
from bot.store.port import Deliveries
from bot.work.catch_up import CatchUp
from bot.work.events import is_read
from bot.work.missed_deliveries import HowFar, Missed, MissedDeliveries, Standing

log = structlog.get_logger(__name__)

WINDOW_S = 3 * 24 * 3600.0  # GitHub forgets what is older
LATE_S = 120.0  # an attempt is listed when it ends, ten seconds after it began at the most
MOST_PAGES = 50  # a turn; where there are more, the next one goes on
MOST_TIMES = 30  # with their delays they fill the window
FIRST_AGAIN_S = 60.0
LONGEST_AGAIN_S = 3 * 3600.0
THROTTLED_S = 600.0  # what GitHub held back comes by itself; only then is it missed
TOO_LARGE = 413  # the same bytes would get the same answer


def again_s(asked: int) -> float:
    """Seconds from the request of that number until the next: doubling, at most three hours."""
    return float(min(FIRST_AGAIN_S * 2 ** (asked - 1), LONGEST_AGAIN_S))


class Outcomes(Protocol):
    """Counts what became of deliveries that failed."""

    def redelivery(self, outcome: str) -> None:
        """``asked``, ``arrived``, ``gone``, ``given_up`` or ``too_large``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeliver:
    """One look at GitHub's list, and the requests that follow from it.

    ``catch_up`` brings in line with GitHub's state what events of the past are judged by:
    they come in any order, and what was pushed last may be asked for by what came first.
    """

    hook: Hook
    deliveries: Deliveries
    missed: MissedDeliveries
    counts: Outcomes
    catch_up: CatchUp
    clock: Clock

    async def once(self) -> int:
        """Ask for everything that is due; returns for how many deliveries that was.

        Raises RetryLater where GitHub puts us off; the next turn goes on from there.
        """
        known = await self.missed.all()
        await self._read(known)
        if any(self._is_due(missed) for missed in known.values()):
            await self.catch_up()
        asked = 0
        for missed in sorted(known.values(), key=_order):
            asked += await self._care_for(missed)
        return asked

    async def _read(self, known: dict[str, Missed]) -> None:
        """Read back to where an earlier turn has been; what failed since is known then."""
        how_far, pages = await self.missed.how_far(), MOST_PAGES
        if how_far.cursor:  # an earlier turn did not come to its end
            how_far, pages = await self._read_on(how_far, known, pages)
        if not how_far.cursor and pages:
            await self._read_on(how_far, known, pages)

    async def _read_on(
        self, how_far: HowFar, known: dict[str, Missed], pages: int
    ) -> tuple[HowFar, int]:
        """Read at most so many pages; returns how far that went, and the pages left."""
        arrived: set[str] = set()
        until_s = max(how_far.through_s, self.clock.now_s() - WINDOW_S)
        while pages:
            page, pages = await self._page(how_far.cursor), pages - 1
            if not how_far.began_s:
                how_far = replace(how_far, began_s=self._complete_to_s(page))
            for attempt in page.found:
                await self._note(attempt, known, arrived)
            if not page.older or page.found[-1].delivered_at_s <= until_s:
                how_far = HowFar(through_s=max(how_far.began_s, how_far.through_s))
                break
            how_far = replace(how_far, cursor=page.older)
        await self.missed.read_so_far(how_far)
        return how_far, pages

    def _complete_to_s(self, newest: Attempts) -> float:
        """Up to when the list that begins with this page will not change any more."""
        newest_s = newest.found[0].delivered_at_s if newest.found else 0.0
        return newest_s if newest_s < self.clock.now_s() - LATE_S else newest_s - LATE_S

    async def _page(self, cursor: str) -> Attempts:
        """A page. A cursor that GitHub does not know any more begins anew at the next turn."""
        try:
            return await self.hook.attempts(cursor=cursor)
        except (NotFound, Rejected):
            if not cursor:
                raise
            how_far = await self.missed.how_far()
            await self.missed.read_so_far(HowFar(through_s=how_far.through_s))
            raise RetryLater("GitHub's list of deliveries has to be read anew.") from None

    async def _note(self, attempt: Attempt, known: dict[str, Missed], arrived: set[str]) -> None:
        """Newest first: who has arrived is known before the attempts that failed."""
        missed = known.get(attempt.guid)
        if attempt.is_ok:
            arrived.add(attempt.guid)
            if missed is not None and await self.missed.settle(missed):
                del known[attempt.guid]
                self.counts.redelivery("arrived")
            return
        if attempt.guid in arrived:
            return
        if missed is None:
            if await self.deliveries.get(attempt.guid) is not None:
                return  # we have it: only our answer was lost
            held_s = THROTTLED_S if attempt.throttled and not attempt.status_code else 0.0
            missed = await self.missed.note(attempt, not_before_s=attempt.delivered_at_s + held_s)
            if missed is None:
                return
            known[attempt.guid] = missed
        if attempt.status_code == TOO_LARGE and missed.standing is Standing.WANTED:
            known[attempt.guid] = await self._give_up(missed, "too_large")

    async def _care_for(self, missed: Missed) -> bool:
        """Ask for it, or be done with it; whether GitHub was asked."""
        now_s = self.clock.now_s()
        if missed.failed_at_s < now_s - WINDOW_S:
            if await self.missed.settle(missed) and missed.standing is Standing.WANTED:
                self._tell(missed, "gone")
            return False
        if not self._is_due(missed):
            return False
        if await self.deliveries.get(missed.guid) is not None:
            if await self.missed.settle(missed):
                self.counts.redelivery("arrived")
            return False
        if missed.asked >= MOST_TIMES:
            await self._give_up(missed, "given_up")
            return False
        return await self._ask(missed)

    def _is_due(self, missed: Missed) -> bool:
        return missed.standing is Standing.WANTED and missed.next_at_s <= self.clock.now_s()

    async def _ask(self, missed: Missed) -> bool:
        asked = missed.asked + 1
        ours = await self.missed.save(
            replace(missed, asked=asked, next_at_s=self.clock.now_s() + again_s(asked))
        )
        if ours is None:  # another instance asks
            return False
        try:
            await self.hook.deliver_again(missed.attempt)
        except RetryLater:
            await self.missed.save(replace(missed, version=ours.version))
            raise
        except NotFound:
            if await self.missed.settle(ours):
                self._tell(missed, "gone")
            return False
        except Rejected as error:
            log.warning("delivery not sent again", guid=missed.guid, reason=str(error))
        self.counts.redelivery("asked")
        return True

    async def _give_up(self, missed: Missed, outcome: str) -> Missed:
        saved = await self.missed.save(replace(missed, standing=Standing.GIVEN_UP))
        if saved is not None:
            self._tell(missed, outcome)
        return saved or missed

    def _tell(self, missed: Missed, outcome: str) -> None:
        self.counts.redelivery(outcome)
        log.error(
            "delivery lost",
            outcome=outcome,
            guid=missed.guid,
            of=missed.event,
            action=missed.action,
            asked=missed.asked,
        )


def _order(missed: Missed) -> tuple[bool, float, int]:
    """What changes something comes first, the oldest of it before the rest."""
    return (not is_read(missed.event, missed.action), missed.failed_at_s, missed.attempt)
