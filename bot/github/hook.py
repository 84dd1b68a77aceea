"""The App's webhook deliveries, which GitHub lists to the App itself."""

import re
from collections.abc import Mapping
from typing import Any

from yarl import URL

from bot.clock import seconds_of
from bot.github.calls import PAGE, Calls
from bot.github.governor import Governor
from bot.github.port import Attempt, Attempts

LIST = "/app/hook/deliveries{?per_page,cursor}"
AGAIN = "/app/hook/deliveries/{attempt}/attempts"

_NEXT = re.compile(r'<([^<>]*)>\s*;[^,]*\brel="next"')


class GitHubHook:
    """``Hook`` over the REST API, by the App's own proof."""

    def __init__(self, calls: Calls, governor: Governor) -> None:
        self._calls, self._governor = calls, governor

    async def attempts(self, *, cursor: str = "") -> Attempts:
        """See the port. Of the address of the next page only the cursor is taken."""
        asked: dict[str, Any] = {"per_page": PAGE} | ({"cursor": cursor} if cursor else {})
        answer = await self._calls.answer(LIST, **asked)
        return Attempts(
            found=tuple(map(_attempt, answer.data)), older=_cursor(answer.headers.get("link", ""))
        )

    async def deliver_again(self, attempt_id: int) -> None:
        """See the port. A second one is known by its GUID, so it may be repeated."""
        await self._governor.turn(self._calls.access.payer)
        await self._calls.post(AGAIN, None, repeatable=True, attempt=attempt_id)


def _attempt(told: Mapping[str, Any]) -> Attempt:
    return Attempt(
        id=int(told["id"]),
        guid=str(told["guid"]).lower(),
        event=str(told["event"]),
        action=str(told.get("action") or ""),
        delivered_at_s=seconds_of(str(told["delivered_at"])),
        status_code=int(told["status_code"]),
        throttled=bool(told.get("throttled_at")),
    )


def _cursor(link: str) -> str:
    """Source: GitHub docs, "Using pagination in the REST API"."""
    found = _NEXT.search(link)
    return URL(found[1], encoded=True).query.get("cursor", "") if found else ""
