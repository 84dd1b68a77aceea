"""Puts a check where people look: a check run for each template, one for all, one comment."""

from dataclasses import dataclass, replace
from typing import Final

from bot.github.port import RepositoryName, thread_of
from bot.problems import Problem
from bot.progress import Sticky
from bot.progress.template_check import (
    CheckReport,
    Commands,
    TemplateReport,
    check_comment,
    summary_check,
    template_check,
)
from bot.projects.record import ProjectRecords
from bot.runs import Run, RunState, StepState
from bot.templates.check.known_verdict import Verdicts, Verification
from bot.templates.manifest import PATH as MANIFEST
from bot.templates.pull_requests.changed import ChangedTemplate
from bot.templates.pull_requests.facts import Ruled, looked_of, ruled_of
from bot.templates.pull_requests.records import Checks

ABOUT: Final = "templates"  # names the pull request's one comment


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCheck:
    """Shows a check from its run's record and from the verdicts that are known by now."""

    catalog: RepositoryName
    sticky: Sticky
    verdicts: Verdicts
    checks: Checks
    projects: ProjectRecords

    async def __call__(self, run: Run) -> None:
        """Check runs first, so that who reads "ready to merge" finds everything so.

        The comment belongs to the newest check; the check runs of an older one still end.
        """
        report = await self.report(run)
        try:
            for template in report.templates:
                if template.checked or not run.finished or report.broke or report.superseded:
                    await self.sticky.check(self.catalog, template_check(report, template))
            await self.sticky.check(self.catalog, summary_check(report))
        finally:
            if await self._has_the_comment(run, report):
                repository, number = thread_of(run.subject)
                await self.sticky.comment(
                    repository, number, about=ABOUT, body=check_comment(report)
                )

    async def report(self, run: Run) -> CheckReport:
        """How far the check has come."""
        looked, ruled = looked_of(run), ruled_of(run)
        changed = looked.changed if looked else ()
        templates = [
            await self._template(each, ruled) if ruled else TemplateReport(id=each.id)
            for each in changed
        ]
        ruled = ruled or Ruled()
        return CheckReport(
            key=run.id,
            commit=str(run.intent["head"]),
            templates=tuple(templates),
            others=ruled.others,
            waits=ruled.platform_waits,
            of_platform=looked.of_platform if looked else (),
            looked=looked is not None,
            finished=run.finished,
            broke=_broke(run),
            superseded=_superseded(run),
            on_pull_request=bool(run.intent["pull"]),
        )

    async def _has_the_comment(self, run: Run, report: CheckReport) -> bool:
        """A change that concerns no template gets no comment; it never had one to keep true."""
        if not report.on_pull_request or run.state is RunState.CANCELLED or not report.looked:
            return False
        concerns = report.templates or report.of_platform or report.others or report.broke
        return bool(concerns) and await self.checks.is_newest(run)

    async def _template(self, template: ChangedTemplate, ruled: Ruled) -> TemplateReport:
        waits = ruled.waits.get(template.id, ())
        if not template.tree:
            projects = await self.projects.count_of(template.id)
            return TemplateReport(
                id=template.id, checked=True, removed=True, projects=projects, waits=waits
            )
        known = await self.verdicts.get(template.id, template.tree)
        if known is None:
            return TemplateReport(id=template.id, waits=waits)
        verdict = known.verdict
        problems = (*verdict.problems, *ruled.problems.get(template.id, ()))
        return TemplateReport(
            id=template.id,
            version=known.said.get("version", ""),
            checked=True,
            problems=tuple(_in_catalog(template, each) for each in problems),
            waits=waits,
            commands=_commands(known.verification),
            tree=verdict.tree,
            form=verdict.form,
            renders=verdict.renders,
            left_out=verdict.left_out,
        )


def _in_catalog(template: ChangedTemplate, problem: Problem) -> Problem:
    """The problem at the path that the pull request shows; the whole is blamed on the manifest."""
    path = MANIFEST if problem.path == "." else problem.path
    return replace(problem, path=f"{template.path}/{path}")


def _commands(verification: Verification) -> Commands:
    return Commands(
        state=verification.state.value,
        note=verification.note,
        url=verification.url,
        cases=tuple(
            (case.id, case.conclusion or "no result", case.url) for case in verification.cases
        ),
    )


def _broke(run: Run) -> str:
    if run.state is not RunState.FAILED:
        return ""
    problem = run.problem
    return f"{problem.problem} {problem.fix}" if problem else "Something broke on our side."


def _superseded(run: Run) -> str:
    if run.state is not RunState.CANCELLED:
        return ""
    skipped = [step.note for step in run.steps if step.state is StepState.SKIPPED]
    return skipped[0] if skipped else "Not needed any more"
