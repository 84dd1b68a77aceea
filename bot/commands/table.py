"""Every command, one row each: the parser, ``/help``, the checks and the hints read these rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from bot.commands.usage import Usage, read_usage
from bot.github.port import Role


class Place(Enum):
    """Where a command is understood."""

    REQUEST = "an issue in the catalog"
    PROJECT = "an issue or pull request in a project"


EVERYWHERE = frozenset(Place)
IN_REQUESTS = frozenset({Place.REQUEST})  # and every other issue of the catalog


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One row.

    ``least`` is the role that everybody needs who uses it, asked of GitHub when
    the command runs. ``chosen_by`` says, where a role is not enough, who
    of them may: a clause for ``/help``; the service behind the command checks it.
    """

    usage: str
    example: str
    summary: str
    least: Role
    where: frozenset[Place]
    chosen_by: str = ""

    @property
    def grammar(self) -> Usage:
        """The usage, taken apart."""
        return read_usage(self.usage)

    @property
    def name(self) -> str:
        """The verb without its slash: what handlers and ``organization.yml`` call it."""
        return self.grammar.verb


COMMANDS = (
    Command(
        usage="/help",
        example="/help",
        summary="Shows this list",
        least=Role.READ,
        where=EVERYWHERE,
    ),
    Command(
        usage="/status",
        example="/status",
        summary="Shows how far the work is and what comes next",
        least=Role.READ,
        where=EVERYWHERE,
    ),
    Command(
        usage="/audit",
        example="/audit",
        summary="Shows who did what here, newest first",
        least=Role.READ,
        where=EVERYWHERE,
    ),
    Command(
        usage="/report TEXT",
        example="/report the release workflow publishes nothing",
        summary="Tells the owners of the template what is wrong with it; they read your words in "
        "the catalog",
        least=Role.READ,
        where=EVERYWHERE,
    ),
    Command(
        usage="/retry",
        example="/retry",
        summary="Goes on from the step that failed",
        least=Role.WRITE,
        where=IN_REQUESTS,
    ),
    Command(
        usage="/undo [confirm]",
        example="/undo confirm",
        summary="Says what this request made; with `confirm`, removes exactly that",
        least=Role.WRITE,
        where=IN_REQUESTS,
    ),
    Command(
        usage="/approve",
        example="/approve",
        summary="Approves the answers of this request as they stand",
        least=Role.READ,
        where=IN_REQUESTS,
        chosen_by="of the approving team, never on one's own request",
    ),
    Command(
        usage="/settings [set NAME=VALUE...]",
        example="/settings set memory=2048 replicas=2-6",
        summary="Shows how each environment runs and what that costs; with `set`, proposes a "
        "change (`staging.memory=512` for one environment)",
        least=Role.READ,
        where=frozenset({Place.PROJECT}),
        chosen_by="*maintain* and above to `set`",
    ),
    Command(
        usage="/withdraw TEMPLATE VERSION REASON",
        example="/withdraw kotlin-library 1.2.0 its release workflow publishes nothing",
        summary="Takes a template version back: no new project starts from it, its projects "
        "are told",
        least=Role.READ,
        where=IN_REQUESTS,
        chosen_by="of the team that owns the template",
    ),
)


def command_of(verb: str, commands: Sequence[Command] = COMMANDS) -> Command | None:
    """The row of that verb, or None."""
    return next((command for command in commands if command.name == verb), None)
