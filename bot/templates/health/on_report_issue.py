"""When a report's issue is closed or reopened, so is the report."""

from dataclasses import dataclass

from bot.github.port import Issues, NotFound, RepositoryName
from bot.progress.report_view import LABEL
from bot.templates.health.report_record import Report, ReportRecords
from bot.templates.health.watch import Watch
from bot.work.events import IssueChanged, IssueClosed


@dataclass(frozen=True, slots=True, kw_only=True)
class OnReportIssue:
    """Follows the issues that reports opened; GitHub is asked how they stand, whatever was told."""

    reports: ReportRecords
    watch: Watch
    issues: Issues
    catalog: RepositoryName

    async def __call__(self, event: IssueClosed | IssueChanged) -> None:
        """Follow the issue if it is a report's; anything else costs nothing."""
        ours = str(event.repository).lower() == str(self.catalog).lower()
        if not ours or LABEL not in event.labels:
            return
        report = await self.reports.of_issue(event.number)
        if report is not None:
            await self._follow(report)

    async def catch_up(self) -> None:
        """Every report is as its issue is: events get lost while the bot is away.

        One request, and one for each report whose issue is not among the open ones any more.
        """
        reports = [each for each in await self.reports.everything() if each.issue]
        if not reports:
            return
        is_open = {issue.number for issue in await self.issues.find_open(self.catalog, label=LABEL)}
        for report in reports:
            if report.open != (report.issue in is_open):
                await self._follow(report)

    async def _follow(self, report: Report) -> None:
        try:
            is_open = (await self.issues.get(self.catalog, report.issue)).state == "open"
        except NotFound:  # deleted, or moved elsewhere
            is_open = False
        await self.reports.set(report, issue=report.issue, is_open=is_open)
        await self.watch.mark(report.version)
