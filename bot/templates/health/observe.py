"""An observation comes in: it is kept, and where it can matter its version is looked at soon."""

from bot.templates.health.evidence import Evidence, EvidenceRecords
from bot.templates.health.watch import Watch


class Observe:
    """Keeps evidence. Killed between its two writes, the event that brought it comes again."""

    def __init__(self, evidence: EvidenceRecords, watch: Watch) -> None:
        self._evidence, self._watch = evidence, watch

    async def __call__(self, evidence: Evidence) -> None:
        """It is kept and its version marked; repeating it adds nothing."""
        await self._evidence.note(evidence)
        if evidence.good:
            await self._watch.good_news(evidence.version)
        else:
            await self._watch.bad_news(evidence.version)

    async def has(self, evidence: Evidence) -> bool:
        """Whether this very observation is kept already."""
        return await self._evidence.has(evidence)
