"""One check run for each changed template, and one for the change as a whole."""

from typing import Final

from bot.github.port import CheckAction, CheckRun
from bot.progress.annotations import annotations_of
from bot.progress.template_check.parts import (
    check_words,
    commands_words,
    failed_cases,
    fold_form,
    fold_tree,
    headline,
    others,
    problems_of,
    table,
    teams,
    waits,
)
from bot.progress.template_check.report import CheckReport, Conclusion, TemplateReport
from bot.progress.words import counted, listed

CHECK_NAME: Final = "Paved Road"
RERUN, SHOW_FORM, APPROVE, VERIFY = "rerun-template", "show-form", "approve", "verify"
MOST_ANNOTATIONS: Final = 1_000  # twenty requests; nobody mends more at once


def template_check(report: CheckReport, template: TemplateReport) -> CheckRun:
    """The check run of one changed template, with every problem at its line."""
    pending = template.pending and not report.finished
    superseded = bool(report.superseded) and template.pending
    conclusion: Conclusion = "cancelled" if superseded else template.conclusion
    if report.broke and template.pending:
        conclusion = "failure"
    return CheckRun(
        name=f"{CHECK_NAME}: {template.id}",
        head_sha=report.commit,
        external_id=f"{report.key}:{template.id}",
        status="in_progress" if pending else "completed",
        conclusion="" if pending else conclusion,
        title=_check_title(report, template),
        summary=_check_summary(report, template),
        text=_check_text(template),
        annotations=() if pending else annotations_of(template.problems[:MOST_ANNOTATIONS]),
        actions=() if pending else _actions(report, template),
    )


def summary_check(report: CheckReport) -> CheckRun:
    """The one check run that every pull request has: made to be required before a merge."""
    done = report.finished
    return CheckRun(
        name=CHECK_NAME,
        head_sha=report.commit,
        external_id=f"{report.key}:",
        status="completed" if done else "in_progress",
        conclusion=report.conclusion if done else "",
        title=report.superseded or headline(report).replace("`", ""),
        summary="\n\n".join(
            part
            for part in (
                report.broke or report.superseded,
                table(report),
                others(report),
                waits(report),
            )
            if part
        )
        or "No template and nothing that the platform team decides about was changed.",
        annotations=annotations_of(report.others[:MOST_ANNOTATIONS]) if done else (),
        actions=_summary_actions(report) if done else (),
    )


def _check_title(report: CheckReport, template: TemplateReport) -> str:
    if template.pending and (report.broke or report.superseded):
        return report.superseded or "Not finished"
    if not template.checked:
        return "Being checked"
    if template.errors:
        return f"{counted(template.errors, 'problem')} to mend"
    return _title_without_problems(template)


def _title_without_problems(template: TemplateReport) -> str:
    if template.commands.state == "failed":
        return f"Commands failed in {failed_cases(template.commands)}".replace("`", "")
    if template.pending:
        return "Fine so far; its commands are running"
    if template.waits:
        return f"Needs the word of {listed(template.waits)}"
    if template.commands.state == "waits":
        return "Its commands wait for a member's approval"
    return "Removed" if template.removed else "Fine"


def _check_summary(report: CheckReport, template: TemplateReport) -> str:
    parts = [
        report.broke if template.pending else "",
        f"{template.name}: {check_words(template)}.",
    ]
    if template.commands.state != "nothing" and commands_words(template):
        parts.append(f"Its own commands: {commands_words(template)}. {template.commands.note}")
    if template.waits:
        parts.append(f"It belongs to {teams(template.waits)}, whose word is missing.")
    if template.left_out:
        notes = "\n".join(f"- {note}" for note in template.left_out)
        parts.append(f"**Not looked at:**\n\n{notes}")
    over = len(template.problems) - MOST_ANNOTATIONS
    if over > 0:
        parts.append(f"The first {MOST_ANNOTATIONS:,} are shown at their lines; {over:,} are not.")
    return "\n\n".join(part.strip() for part in parts if part.strip())


def _check_text(template: TemplateReport) -> str:
    parts = [problems_of(template)] if template.problems else []
    if template.commands.cases:
        rows = ["| Project | Result |", "| --- | --- |"]
        rows += [
            f"| {f'[`{id_}`]({url})' if url else f'`{id_}`'} | {conclusion} |"
            for id_, conclusion, url in template.commands.cases
        ]
        parts.append("\n".join(rows))
    parts += [fold_tree(template), fold_form(template)]
    return "\n\n".join(part for part in parts if part)


def _actions(report: CheckReport, template: TemplateReport) -> tuple[CheckAction, ...]:
    actions = [_button("Re-run", "Check this template anew", RERUN)]
    if template.form and report.on_pull_request:
        actions.append(_button("Show form", "Post the form as a comment", SHOW_FORM))
    if template.waits:
        actions.append(_button("Approve", "For the team it belongs to", APPROVE))
    elif template.commands.state in ("not-run", "waits"):
        actions.append(_button("Run commands", "Run its verify commands", VERIFY))
    return tuple(actions)


def _summary_actions(report: CheckReport) -> tuple[CheckAction, ...]:
    actions = [_button("Re-run", "Check everything anew", RERUN)]
    if report.waits:
        actions.append(_button("Approve", "For the platform team", APPROVE))
    return tuple(actions)


def _button(label: str, description: str, identifier: str) -> CheckAction:
    return CheckAction(label=label, description=description, identifier=identifier)
