"""``/report TEXT``: what a person says about a template is kept, and its owners hear of it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.audit import AuditCause, AuditLog
from bot.clock import Clock
from bot.errors import UserError
from bot.github.port import GitHub, Issue, RepositoryName
from bot.organization import Organization
from bot.progress.health_view import team_label
from bot.progress.notices import Notices
from bot.progress.report_view import LABEL, report_issue, thanks
from bot.templates.health.may_name import may_name
from bot.templates.health.report_record import Report, ReportRecords
from bot.templates.health.thread_version import ThreadVersion
from bot.templates.health.watch import Watch
from bot.templates.version_record import TemplateVersion
from bot.work.events import CommentMade

MOST_A_DAY: Final = 3  # by one person about one version
DAY_S: Final = 24 * 3600.0


class NoTemplateHere(UserError):
    """The thread is about no template."""

    code = "no-template-here"

    def __init__(self) -> None:
        super().__init__(
            "This thread is about no template, so there is nothing to report on.",
            fix="Comment on the issue that asked for the project, or in the project itself.",
        )


class TooManyReports(UserError):
    """One person has said enough about one version for a day."""

    code = "too-many-reports"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"You have reported on {name} {MOST_A_DAY} times within a day; this one was not kept.",
            fix="Add to one of those issues, or come back tomorrow.",
        )


class OneReportAComment(UserError):
    """A comment makes one report."""

    code = "one-report-a-comment"

    def __init__(self) -> None:
        super().__init__(
            "A comment makes one report, and the first of these lines did.",
            fix="Write the other one in a comment of its own.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTemplate:
    """The service behind the command."""

    version_of: ThreadVersion
    reports: ReportRecords
    watch: Watch
    organization: Callable[[], Awaitable[Organization]]
    github: GitHub
    notices: Notices
    audit: AuditLog
    clock: Clock
    catalog: RepositoryName

    async def __call__(self, comment: CommentMade, words: Sequence[str]) -> str:
        """The report is kept, its issue open, the number marked; returns the thanks.

        Repeating it, from whatever line it died on, makes nothing a second time. Raises
        UserError.
        """
        version = await self.version_of(comment)
        if version is None:
            raise NoTemplateHere
        text = " ".join(words)
        report = await self._keep(comment, version, text)
        if report.text != text:
            raise OneReportAComment
        team = await self._team(version)
        issue = await self._open(report, version, team)
        await self.reports.set(report, issue=issue.number, is_open=issue.state == "open")
        await self.watch.bad_news(report.version)
        return thanks(
            version.title,
            team=team,
            issue=f"{self.catalog}#{issue.number}",
            url=issue.html_url,
            named=report.named,
        )

    async def _keep(self, comment: CommentMade, version: TemplateVersion, text: str) -> Report:
        known = await self.reports.get(str(comment.comment_id))
        if known is not None:
            return known
        now_s = self.clock.now_s()
        said = await self.reports.of_person(version.id, comment.sender.id)
        if sum(each.at_s > now_s - DAY_S for each in said) >= MOST_A_DAY:
            raise TooManyReports(version.title)
        report = Report(
            id=str(comment.comment_id),
            version=version.id,
            template=version.template,
            person_id=comment.sender.id,
            login=comment.sender.login,
            text=text,
            at_s=now_s,
            repository=str(comment.repository),
            url=comment.url,
            named=await self._may_name(comment),
        )
        await self._audit(comment, report)
        return await self.reports.add(report)

    async def _may_name(self, comment: CommentMade) -> bool:
        if str(comment.repository).lower() == str(self.catalog).lower():
            return True
        catalog = await self.github.repositories.find(self.catalog)
        before = catalog.visibility if catalog else ""
        return may_name(of=comment.visibility, before=before)

    async def _open(self, report: Report, version: TemplateVersion, team: str) -> Issue:
        title, body = report_issue(
            version.title,
            team=f"@{self.catalog.owner}/{team}",
            text=report.text,
            login=report.login,
            repository=report.repository,
            url=report.url,
            named=report.named,
        )
        number = report.issue or await self.notices.tell(
            self.catalog,
            f"report:{report.id}",
            title=title,
            body=body,
            labels=[LABEL, team_label(team)],
        )
        return await self.github.issues.get(self.catalog, number)

    async def _team(self, version: TemplateVersion) -> str:
        """Whom it goes to; where the owners are not listed any more, the platform team."""
        organization = await self.organization()
        listed = organization.team(version.owner)
        return listed.slug if listed else organization.platform_team

    async def _audit(self, comment: CommentMade, report: Report) -> None:
        await self.audit.append(
            key=f"report:{report.id}",
            action="template.reported",
            subject=f"{comment.repository}#{comment.number}",
            actor=comment.sender.login,
            actor_id=comment.sender.id,
            cause=AuditCause(delivery=comment.guid, url=comment.url),
            details={"template": report.template, "version": report.version},
        )
