"""How a run that has an issue of its own is shown: one check run, and one comment there."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.github.port import CheckRun, Repository, thread_of
from bot.progress.sticky import Sticky
from bot.runs.record import Run

ABOUT = "request"  # names the thread's one comment


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowInThread:
    """Shows runs whose subject is an issue. The functions are pure: record in, words out."""

    sticky: Sticky
    comment: Callable[[Run], str]
    check: Callable[[Run], CheckRun | None]
    repository: Callable[[Run], Repository]

    async def __call__(self, run: Run) -> None:
        """The check run, then the comment: who reads "is ready" finds everything so.

        A check run that cannot be shown keeps nobody from the comment.
        """
        check = self.check(run)
        try:
            if check is not None:
                await self.sticky.check(self.repository(run), check)
        finally:
            await self._comment(run)

    async def _comment(self, run: Run) -> None:
        repository, number = thread_of(run.subject)
        await self.sticky.comment(repository, number, about=ABOUT, body=self.comment(run))
