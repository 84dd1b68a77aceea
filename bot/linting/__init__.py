"""Foreign linters over files that strangers wrote: run apart, bounded, answered as findings."""

from bot.linting.finding import Finding, LeftOut, Linted, LintFile

__all__ = ["Finding", "LeftOut", "LintFile", "Linted"]
