"""Brings the bot in line with GitHub's state before it hears of the past."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from bot.errors import RetryLater
from bot.github.port import GitHubError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CatchUp:
    """``read`` does it. Where GitHub is in the way, the past is heard all the same."""

    read: Callable[[], Awaitable[None]]

    async def __call__(self) -> None:
        """Read it now. Raises StoreUnavailable."""
        try:
            await self.read()
        except (RetryLater, GitHubError) as error:
            log.warning("not in line with GitHub's state", reason=str(error))
