"""Wiring of what follows how templates do."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.app.parts import Parts, Shared
from bot.templates.health.daily import Daily
from bot.templates.health.evidence import EvidenceRecords
from bot.templates.health.failures import NewestFailures
from bot.templates.health.judge import Judge
from bot.templates.health.observe import Observe
from bot.templates.health.on_report_issue import OnReportIssue
from bot.templates.health.read_health import ReadHealth
from bot.templates.health.report_record import ReportRecords
from bot.templates.health.report_template import ReportTemplate
from bot.templates.health.satisfaction import Satisfaction
from bot.templates.health.thread_version import ThreadVersion
from bot.templates.health.watch import Watch
from bot.templates.withdraw import Withdraw
from bot.work.schedule import Scheduled

HEALTH_S = 60.0  # owners hear this late of trouble, at the most
DAILY_S = 3600.0  # how late the day's work may begin


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What other subjects and the events use of it."""

    evidence: EvidenceRecords
    watch: Watch
    observe: Observe
    satisfaction: Satisfaction
    read: ReadHealth
    version_of: ThreadVersion
    report: ReportTemplate
    report_issues: OnReportIssue


def wire_health(parts: Parts, shared: Shared) -> Health:
    """Evidence, reports and what is read from them."""
    documents = parts.store.documents
    evidence, reports, watch = (
        EvidenceRecords(documents),
        ReportRecords(documents),
        Watch(documents),
    )
    version_of = ThreadVersion(
        requests=shared.requests, projects=shared.projects, versions=shared.versions
    )
    return Health(
        evidence=evidence,
        watch=watch,
        observe=Observe(evidence, watch),
        satisfaction=Satisfaction(
            documents=documents,
            issues=parts.github.issues,
            sticky=shared.sticky,
            clock=parts.clock,
        ),
        read=ReadHealth(evidence=evidence, reports=reports),
        version_of=version_of,
        report=ReportTemplate(
            version_of=version_of,
            reports=reports,
            watch=watch,
            organization=shared.organization.get,
            github=parts.github,
            notices=shared.notices,
            audit=shared.audit,
            clock=parts.clock,
            catalog=parts.catalog,
        ),
        report_issues=OnReportIssue(
            reports=reports, watch=watch, issues=parts.github.issues, catalog=parts.catalog
        ),
    )


def health_jobs(
    parts: Parts, shared: Shared, health: Health, withdraw: Withdraw
) -> Sequence[Scheduled]:
    """What is judged every minute, and what once a day."""
    judge = Judge(
        versions=shared.versions,
        health=health.read,
        failures=NewestFailures(
            evidence=health.evidence,
            projects=shared.projects,
            repositories=parts.github.repositories,
            catalog=parts.catalog,
        ),
        watch=health.watch,
        organization=shared.organization.get,
        notices=shared.notices,
        withdraw=withdraw,
        catalog=parts.catalog,
        clock=parts.clock,
    )
    daily = Daily(
        documents=parts.store.documents,
        judge=judge,
        report_issues=health.report_issues,
        clock=parts.clock,
    )
    return (
        Scheduled("health", HEALTH_S, judge.once),
        Scheduled("health-daily", DAILY_S, daily.once),
        Scheduled("satisfaction", DAILY_S, health.satisfaction.read_due),
    )
