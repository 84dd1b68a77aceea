"""An observation comes in: it is kept, and the version it is about is looked at soon."""

from bot.templates.health.evidence import Evidence, EvidenceRecords
from bot.templates.health.watch import Watch


class Observe:
    """Keeps evidence. Killed between its two writes, the event that brought it comes again."""

    def __init__(self, evidence: EvidenceRecords, watch: Watch) -> None:
        self._evidence, self._watch = evidence, watch

    async def __call__(self, evidence: Evidence) -> None:
        """It is kept and its version marked; repeating it adds nothing."""
        await self._evidence.note(evidence)
        await self._watch.mark(evidence.version)

    async def has(self, evidence: Evidence) -> bool:
        """Whether this very observation is kept already."""
        return await self._evidence.has(evidence)
