"""The parts that the comment and the check runs share.

What strangers wrote (paths, messages that quote a template, a form's own words) stands
in code spans, fences and escapes, where it can do nothing.
"""

from collections.abc import Sequence
from typing import Final

from bot.problems import Problem
from bot.progress.inert import inert
from bot.progress.template_check.report import CheckReport, Commands, Row, TemplateReport
from bot.progress.words import cell, counted, listed

SHOWN_PROBLEMS: Final = 10  # of one template in the comment; the annotations hold all
SHOWN_PATHS: Final = 200


def headline(report: CheckReport) -> str:
    """The first line: how it stands, for somebody who reads only that."""
    if report.broke:
        return "The check could not be finished"
    if not report.looked:
        return "Looking at what changed"
    if not (report.templates or report.of_platform or report.others):
        return "Nothing here concerns templates"
    return _verdict(report, _names(report))


def _names(report: CheckReport) -> str:
    if len(report.templates) > 3:
        return counted(len(report.templates), "template")
    return listed([f"`{each.id}`" for each in report.templates]) or "this change"


def _verdict(report: CheckReport, names: str) -> str:
    errors = sum(each.errors for each in report.templates)
    errors += sum(each.severity == "error" for each in report.others)
    if errors:
        return f"{counted(errors, 'problem')} to mend in {names}"
    if any(each.commands.state == "failed" for each in report.templates):
        return f"A command of {names} failed"
    if any(each.pending for each in report.templates):
        return f"Checking {names}"
    missing = _all_waits(report)
    name = names[:1].upper() + names[1:]
    if missing:
        return f"{name} needs the word of {listed([f'`{team}`' for team in missing])}"
    if any(each.commands.state == "waits" for each in report.templates):
        return f"The commands of {names} wait for a member's approval"
    return f"{name} {'is' if len(report.templates) < 2 else 'are'} ready to merge"


def table(report: CheckReport) -> str:
    """One row a template."""
    if not report.templates:
        return ""
    rows = ["| | Template | Check | Commands |", "| --- | --- | --- | --- |"]
    rows += [
        f"| {_mark(each)} | {cell(each.name)} | {cell(check_words(each))} "
        f"| {cell(commands_words(each))} |"
        for each in report.templates
    ]
    return "\n".join(rows)


def _mark(template: TemplateReport) -> str:
    if template.pending:
        return "🔄"
    marks = {"success": "✅", "failure": "❌", "action_required": "✋"}
    return marks[template.conclusion]


def check_words(template: TemplateReport) -> str:
    """How the check of its content stands."""
    if template.removed:
        came = f"; {counted(template.projects, 'project')} came of it" if template.projects else ""
        return f"removed{came}"
    if not template.checked:
        return "being checked"
    if not template.problems:
        return f"fine, {counted(template.renders, 'render')}"
    said = [counted(template.errors, "problem")] if template.errors else []
    said += [counted(template.warnings, "warning")] if template.warnings else []
    return listed(said)


def commands_words(template: TemplateReport) -> str:
    """How its own commands stand, linked to where they ran."""
    commands = template.commands
    words = {
        "nothing": "none" if template.checked and not template.removed else "",
        "pending": "" if template.errors else "running",
        "passed": f"passed in {counted(len(commands.cases), 'project')}",
        "failed": f"failed in {failed_cases(commands)}",
        "not-run": "not run",
        "waits": "wait for a member's approval",
    }[commands.state]
    return f"[{words}]({commands.url})" if words and commands.url else words


def failed_cases(commands: Commands) -> str:
    """The projects in which a command failed."""
    failed = [f"`{id_}`" for id_, conclusion, _ in commands.cases if conclusion != "success"]
    return listed(failed) or "the run as a whole"


def problems_of(template: TemplateReport) -> str:
    """Errors first; every problem is an annotation as well."""
    ordered = sorted(template.problems, key=lambda each: each.severity != "error")
    shown = ordered[:SHOWN_PROBLEMS]
    lines = [f"**{template.name}**", *map(_problem_line, shown)]
    if len(ordered) > len(shown):
        lines.append(f"- … and {len(ordered) - len(shown)} more, at their lines in the check run")
    return "\n".join([lines[0], "", *lines[1:]])


def _problem_line(problem: Problem) -> str:
    mark = "❌" if problem.severity == "error" else "⚠️"
    place = f"{problem.path}:{problem.line}" if problem.line else problem.path
    return f"- {mark} {inert(place)} {problem.message} (`{problem.rule}`)"


def others(report: CheckReport) -> str:
    """Problems outside of templates."""
    return "\n".join(map(_problem_line, report.others))


def _all_waits(report: CheckReport) -> list[str]:
    each = [*report.waits, *(team for template in report.templates for team in template.waits)]
    return list(dict.fromkeys(each))


def waits(report: CheckReport) -> str:
    """Whose word is missing, for what, and how it is given."""
    lines = [
        f"- {template.name} belongs to {teams(template.waits)}."
        for template in report.templates
        if template.waits
    ]
    if report.waits:
        paths = listed([inert(path) for path in report.of_platform[:5]])
        lines.append(f"- {paths}: only {teams(report.waits)} decides about that.")
    if not lines:
        return ""
    how = (
        "An approving review of this head by one of its members lets it in."
        if report.on_pull_request
        else "One of its members lets it in with *Approve* on the check run."
    )
    return "\n".join(["✋ **Whose word is missing**", "", *lines, "", how])


def teams(teams: Sequence[str]) -> str:
    """Teams by name."""
    return listed([f"the team `{team}`" for team in teams])


def fold_tree(template: TemplateReport) -> str:
    """The files of a project, folded."""
    if not template.tree:
        return ""
    shown = "\n".join(template.tree[:SHOWN_PATHS])
    more = len(template.tree) - SHOWN_PATHS
    if more > 0:
        shown += f"\n… and {more} more"
    title = f"The {counted(len(template.tree), 'file')} of a project from {template.id}"
    return fold(title, fence(shown, "text"))


def fold_form(template: TemplateReport) -> str:
    """The form as a table, folded."""
    if not template.form:
        return ""
    return fold(f"The form of {template.id}", form_table(template.form))


def form_table(rows: Sequence[Row]) -> str:
    """The questions of the form."""
    lines = [
        "| Question | Kind | What is allowed | Usually |",
        "| --- | --- | --- | --- |",
    ]
    for row in rows:
        label = f"{row.label}{'' if row.required else ' (may stay empty)'}"
        default = inert(row.default) if row.default else ""
        lines.append(
            f"| {cell(_text(label))} | {cell(_text(row.kind))} | {cell(_text(row.allowed))} "
            f"| {cell(default)} |"
        )
    return "\n".join(lines)


def _text(text: str) -> str:
    """A template's own words in a table: nothing in them is markup."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>#@!~&" else c for c in text)


def fold(title: str, content: str) -> str:
    """Something to open."""
    return f"<details><summary>{title}</summary>\n\n{content}\n\n</details>"


def fence(text: str, language: str) -> str:
    """A code block that its own content cannot end."""
    longest = max((len(run) for run in _runs_of(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _runs_of(text: str) -> list[str]:
    runs, run = [], ""
    for character in text:
        run = run + character if character == "`" else ""
        if run:
            runs.append(run)
    return runs
