"""What people see of a check of templates."""

from bot.progress.template_check.comment import check_comment, form_comment
from bot.progress.template_check.report import CheckReport, Commands, TemplateReport
from bot.progress.template_check.runs import (
    APPROVE,
    CHECK_NAME,
    RERUN,
    SHOW_FORM,
    VERIFY,
    summary_check,
    template_check,
)

__all__ = [
    "APPROVE",
    "CHECK_NAME",
    "RERUN",
    "SHOW_FORM",
    "VERIFY",
    "CheckReport",
    "Commands",
    "TemplateReport",
    "check_comment",
    "form_comment",
    "summary_check",
    "template_check",
]
