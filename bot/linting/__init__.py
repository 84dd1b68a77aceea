"""Foreign linters over files that strangers wrote: run apart, bounded, answered as findings.

async with Linters() as linters:
    linted = await linters.lint({"defaults": files, "with a database": other_files})
"""

from bot.linting.finding import Finding, LeftOut, Linted, LintFile
from bot.linting.isolation import Bubblewrap, Isolation, PlainProcess, detect_isolation
from bot.linting.limits import Limits
from bot.linting.linters import Linters
from bot.linting.tools import Tools, find_tools

__all__ = [
    "Bubblewrap",
    "Finding",
    "Isolation",
    "LeftOut",
    "Limits",
    "LintFile",
    "Linted",
    "Linters",
    "PlainProcess",
    "Tools",
    "detect_isolation",
    "find_tools",
]
