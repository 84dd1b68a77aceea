"""What people see of the work: every sentence, one edited comment and one check run."""

from bot.progress.reporter import ProgressReporter, View
from bot.progress.sticky import Sticky
from bot.progress.words import counted, duration, listed

__all__ = ["ProgressReporter", "Sticky", "View", "counted", "duration", "listed"]
