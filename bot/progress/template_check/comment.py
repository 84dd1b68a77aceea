"""The pull request's one comment about its templates, and the answer to *Show form*."""

from bot.progress.template_check.parts import (
    fence,
    fold,
    fold_form,
    fold_tree,
    form_table,
    headline,
    others,
    problems_of,
    table,
    waits,
)
from bot.progress.template_check.report import CheckReport, TemplateReport


def check_comment(report: CheckReport) -> str:
    """The pull request's one comment; its first line stands alone."""
    parts = [headline(report), table(report)]
    parts += [problems_of(each) for each in report.templates if each.problems]
    parts += [others(report), waits(report), _next(report)]
    parts += [fold_tree(each) for each in report.templates]
    parts += [fold_form(each) for each in report.templates]
    parts.append(f"<sub>Checked at {report.commit[:7]}.</sub>")
    return "\n\n".join(part for part in parts if part)


def form_comment(template: TemplateReport, form_yaml: str, commit: str) -> str:
    """What *Show form* answers: the form as a table and as the file that the bot will write."""
    return "\n\n".join(
        [
            f"The form of {template.name}",
            form_table(template.form),
            fold("The file that the bot writes", fence(form_yaml, "yaml")),
            f"<sub>As of {commit[:7]}.</sub>",
        ]
    )


def _next(report: CheckReport) -> str:
    if report.broke:
        return f"{report.broke}\n\n**Next:** press *Re-run* on the check run."
    if report.conclusion == "failure":
        return (
            "**Next:** push a correction; everything is checked again at once. On your own "
            "machine, `paved-road template check templates/<id>` finds the same."
        )
    if any(each.pending for each in report.templates) or not report.looked:
        return "**Next:** nothing to do. This comment follows the check."
    if report.conclusion == "action_required":
        return ""
    if report.templates:
        return "**Next:** merge it; the form is there within a minute."
    return ""
