"""What people thought of what they got: 👍 and 👎 on a finished request's one comment.

They are read a week and a month after the request's end, once each. What is to be read
lies in a list in order of time, so looking costs one look-up however many requests there
are; a bot that was away reads late, and once where both days have passed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import msgspec
import structlog

from bot.clock import Clock
from bot.github.port import GitHubError, Issues, thread_of
from bot.progress import Sticky
from bot.progress.in_thread import ABOUT
from bot.runs import Run
from bot.store.collections import SATISFACTION, SATISFACTION_DUE
from bot.store.keep import change
from bot.store.port import Document, Documents, Json

log = structlog.get_logger(__name__)

DAY_S: Final = 24 * 3600.0
READ_AFTER_S: Final = (7 * DAY_S, 30 * DAY_S)
BATCH: Final = 50
PAGE: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Liked:
    """How many people liked and disliked what they got."""

    likes: int = 0
    dislikes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """A finished request whose comment is read at ``due_s`` or later."""

    run: str
    version: str
    subject: str
    ended_at_s: float
    due_s: float

    @property
    def id(self) -> str:
        return f"{int(self.due_s):012}:{self.run}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfaction:
    """Remembers what is to be read, reads it, and adds it up."""

    documents: Documents
    issues: Issues
    sticky: Sticky
    clock: Clock

    async def ask_later(self, run: Run) -> None:
        """The request's comment is read when the time has come; twice is like once."""
        due = _Due(
            run=run.id,
            version=str(run.intent["version_id"]),
            subject=run.subject,
            ended_at_s=run.ended_at_s,
            due_s=run.ended_at_s + READ_AFTER_S[0],
        )
        await self._put(due)

    async def read_due(self) -> int:
        """Read everything that is due; returns how many comments that were.

        Raises RetryLater where GitHub is away: what was read stays read.
        """
        read = 0
        while page := await self.documents.find(SATISFACTION_DUE.name, {}, limit=BATCH):
            for document in page:
                due = msgspec.convert(document.data, _Due)
                if due.due_s > self.clock.now_s():
                    return read
                await self._read(due, document)
                read += 1
        return read

    async def of_version(self, version: str) -> Liked:
        """Everybody's word on that version so far."""
        likes = dislikes = 0
        after = ""
        while page := await self.documents.find(
            SATISFACTION.name, {"version": version}, after=after, limit=PAGE
        ):
            told = [msgspec.convert(each.data, Liked) for each in page]
            likes += sum(each.likes for each in told)
            dislikes += sum(each.dislikes for each in told)
            after = page[-1].id
        return Liked(likes=likes, dislikes=dislikes)

    async def _read(self, due: _Due, document: Document) -> None:
        """Kept, then asked for again, then off the list: killed in between, it is read again."""
        counts = await self._reactions(due)
        if counts is not None:
            await self._keep(due, Liked(likes=counts.get("+1", 0), dislikes=counts.get("-1", 0)))
        later = self._next(due)
        if later is not None:
            await self._put(later)
        await self.documents.delete(SATISFACTION_DUE.name, document.id, version=document.version)

    async def _keep(self, due: _Due, liked: Liked) -> None:
        """Most say nothing; of those nothing is kept."""
        told: dict[str, Json] = msgspec.to_builtins(liked)

        def decide(known: Mapping[str, Json] | None) -> Mapping[str, Json] | None:
            said_nothing = known is None and liked == Liked()
            return None if said_nothing else {**told, "version": due.version}

        await change(self.documents, SATISFACTION.name, due.run, decide)

    def _next(self, due: _Due) -> _Due | None:
        now_s = self.clock.now_s()
        for after_s in READ_AFTER_S:
            if due.ended_at_s + after_s > now_s:
                return replace(due, due_s=due.ended_at_s + after_s)
        return None

    async def _reactions(self, due: _Due) -> Mapping[str, int] | None:
        """What stands under the comment, None where that is gone."""
        repository, number = thread_of(due.subject)
        comment = await self.sticky.comment_id(repository, number, about=ABOUT)
        if not comment:
            return None
        try:
            return await self.issues.reactions(repository, comment)
        except GitHubError as error:
            log.info("no comment to read reactions of", run=due.run, reason=str(error))
            return None

    async def _put(self, due: _Due) -> None:
        data: Mapping[str, Json] = msgspec.to_builtins(due)
        await self.documents.insert(SATISFACTION_DUE.name, due.id, data)
