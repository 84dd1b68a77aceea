"""One page of deliveries, ended early where their bodies are large."""

from collections.abc import Awaitable, Callable, Sequence

from bot.store.port import Delivery

PAGE_BYTES = 32 * 1024 * 1024  # of bodies; one of 25 MB goes on to a second


async def read_page(
    guids: Callable[[str], Awaitable[Sequence[str]]],
    get: Callable[[str], Awaitable[Delivery | None]],
    *,
    after: str,
) -> Sequence[Delivery]:
    """The next deliveries; none only where ``guids`` names none behind ``after``.

    ``guids`` answers the next few GUIDs in their order. One that was purged
    meanwhile is passed over.
    """
    while names := await guids(after):
        page: list[Delivery] = []
        size_bytes = 0
        for name in names:
            delivery = await get(name)
            if delivery is not None:
                page.append(delivery)
                size_bytes += len(delivery.body)
            if size_bytes >= PAGE_BYTES:
                break
        if page:
            return page
        after = names[-1]
    return []
