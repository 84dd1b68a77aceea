"""What is wrong with a template: one verdict, offline, on a pull request and at a merge."""

from bot.templates.check.lints import Lints
from bot.templates.check.renders import Renders
from bot.templates.check.verdict import FormRow, Verdict, VerifyCase
from bot.templates.check.version import check_version

__all__ = ["FormRow", "Lints", "Renders", "Verdict", "VerifyCase", "check_version"]
