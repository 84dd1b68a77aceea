"""What is shown beside a template: how many projects use it, how well it does, who liked it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.templates.version_record import TemplateVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """``health`` is 0 to 100, None where there is no evidence yet; the rest are counts."""

    projects: int = 0
    health: int | None = None
    likes: int = 0
    dislikes: int = 0


class ReadFigures(Protocol):
    """Reads the figures of offered versions from the records."""

    async def __call__(self, versions: Sequence[TemplateVersion]) -> Mapping[str, Figures]:
        """Figures by the version's id."""
        ...
