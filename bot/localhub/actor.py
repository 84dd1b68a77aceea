"""On whose behalf something is done."""

from dataclasses import dataclass

from bot.localhub.state.apps import App, Installation, InstallationToken
from bot.localhub.state.people import User


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, or an App acting as its bot user with one installation token."""

    user: User
    app: App | None = None
    installation: Installation | None = None
    token: InstallationToken | None = None

    def may(self, permission: str, level: str) -> bool:
        """Whether an App's token carries ``permission`` at ``level`` or above."""
        ranks = {"read": 1, "write": 2, "admin": 3}
        given = self.token.permissions.get(permission) if self.token else None
        return given is not None and ranks[given] >= ranks[level]


Who = User | Actor


def acting(who: Who) -> Actor:
    """A person alone counts as acting with their own rights."""
    return who if isinstance(who, Actor) else Actor(who)
