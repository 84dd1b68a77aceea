"""What is looked at once a day, whichever process does it and however often one is started."""

from dataclasses import dataclass
from typing import Final

from bot.clock import Clock, day_of
from bot.store.collections import CATALOG
from bot.store.keep import put
from bot.store.port import Documents
from bot.templates.health.judge import Judge
from bot.templates.health.on_report_issue import OnReportIssue

DAY: Final = "health-day"  # the record of the last one


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """Does what no event tells of; doing it twice does no harm."""

    documents: Documents
    judge: Judge
    report_issues: OnReportIssue
    clock: Clock

    async def once(self) -> None:
        """Mark every offered version and follow every report, if nobody has today."""
        today = day_of(self.clock.now_s())
        known = await self.documents.get(CATALOG.name, DAY)
        if known is not None and known.data["day"] == today:
            return
        await self.judge.mark_offered()
        await self.report_issues.catch_up()
        await put(self.documents, CATALOG.name, DAY, {"day": today})
