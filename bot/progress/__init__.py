"""What people see of the work: every sentence, one edited comment and one check run."""

from bot.progress.in_thread import ShowInThread
from bot.progress.reporter import ProgressReporter, Show
from bot.progress.sticky import Sticky
from bot.progress.words import counted, duration, listed

__all__ = [
    "ProgressReporter",
    "Show",
    "ShowInThread",
    "Sticky",
    "counted",
    "duration",
    "listed",
]
