"""What is wrong with a template: one verdict, offline, on a pull request and at a merge."""

from bot.templates.check.verdict import FormRow, Verdict, VerifyCase

__all__ = ["FormRow", "Verdict", "VerifyCase"]
