"""Which claims this process holds, by its own clock.

A claim that ran out may be another's: SQS would not always say so, hence every
call about a claim asks here first. Only durations count, so a clock that is wrong
does no harm.
"""

from dataclasses import dataclass
from itertools import islice

from bot.clock import Clock
from bot.queue.port import Claim
from bot.queue.sqs_calls import LONGEST_CLAIM_S
from bot.queue.sqs_message import Raw

REMEMBERED = 10_000  # claims that ended, for those who ask late
FRESH_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message of this process that nobody has claimed here yet."""

    claim: Claim
    place: int  # in the order of sending, over all groups
    since_s: float
    until_s: float

    @classmethod
    def of(cls, raw: Raw, claim: Claim, since_s: float, until_s: float) -> "Received":
        """What SQS answered."""
        place = int(raw.get("Attributes", {}).get("SequenceNumber", 0))
        return cls(claim=claim, place=place, since_s=since_s, until_s=until_s)


@dataclass(slots=True)
class _Term:
    since_s: float
    until_s: float


class Held:
    """The claims handed out, and what was received for the next who claims."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._terms: dict[str, _Term] = {}
        self.kept: list[Received] = []

    def keep(self, received: Received) -> None:
        """It waits for a claim; what ran out while it waited is forgotten."""
        now_s = self._clock.now_s()
        self._forget(now_s)
        self._terms[received.claim.receipt] = _Term(received.since_s, received.until_s)
        self.kept = [each for each in self.kept if each.until_s > now_s] + [received]

    def take(self) -> Received:
        """The one that was sent first of what is kept."""
        first = min(self.kept, key=lambda each: each.place)
        self.kept.remove(first)
        return first

    def take_all(self) -> list[str]:
        """The receipts of everything that is kept and has not run out."""
        kept, self.kept = self.kept, []
        return [each.claim.receipt for each in kept if self.has(each.claim.receipt)]

    def is_fresh(self, received: Received, visibility_s: int) -> bool:
        """Whether it was received just now for that long."""
        whole = received.until_s - received.since_s == visibility_s
        return whole and self._clock.now_s() - received.since_s < FRESH_S

    def has(self, receipt: str) -> bool:
        """Whether the claim has not run out; one of elsewhere is left to SQS to judge."""
        term = self._terms.get(receipt)
        return term is None or self._clock.now_s() < term.until_s

    def until(self, receipt: str, until_s: float) -> None:
        """The claim runs out then; 0 ends it."""
        term = self._terms.get(receipt)
        since_s = term.since_s if term else self._clock.now_s()
        self._terms[receipt] = _Term(since_s, until_s)

    def at_most(self, receipt: str, seconds: int) -> int:
        """``seconds``, or what SQS's longest claim leaves of them."""
        term = self._terms.get(receipt)
        passed_s = self._clock.now_s() - term.since_s if term else 0.0
        return max(min(seconds, int(LONGEST_CLAIM_S - passed_s) - 1), 0)

    def _forget(self, now_s: float) -> None:
        """The oldest that ended, once there are many; those that have not move to the end."""
        for receipt in list(islice(self._terms, max(len(self._terms) - REMEMBERED, 0))):
            term = self._terms.pop(receipt)
            if term.until_s > now_s:
                self._terms[receipt] = term
