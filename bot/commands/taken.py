"""Which delivery carries out the commands of a comment: one, and the same one to its end."""

from bot.store.collections import COMMANDS
from bot.store.port import Documents


class TakenComments:
    """Comments by id, each with the GUID of the delivery that answers it.

    A comment may be told twice: by its event, and by a look at GitHub while the event was
    late. A command is not repeated by the second; the first goes on after a kill.
    """

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def take(self, comment_id: int, *, guid: str) -> bool:
        """Whether the delivery of that GUID answers the comment."""
        if await self._documents.insert(COMMANDS.name, str(comment_id), {"delivery": guid}):
            return True
        known = await self._documents.get(COMMANDS.name, str(comment_id))
        return known is not None and known.data["delivery"] == guid

    async def is_taken(self, comment_id: int) -> bool:
        """Whether some delivery answers it."""
        return await self._documents.get(COMMANDS.name, str(comment_id)) is not None
