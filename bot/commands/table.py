"""Every command, one row each: the parser, ``/help``, the checks and the hints read these rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from bot.commands.usage import Usage, read_usage
from bot.github.port import Role


class Place(Enum):
    """Where a command is understood."""

    REQUEST = "an issue in the catalog"
    PROJECT = "an issue or pull request in a project"


EVERYWHERE = frozenset(Place)
IN_REQUESTS = frozenset({Place.REQUEST})  # and every other issue of the catalog
IN_PROJECTS = frozenset({Place.PROJECT})
ENVIRONMENT = "ENV"  # the word of a usage line that names an environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One row.

    ``least`` is the role that everybody needs who uses it, asked of GitHub when
    the command runs. ``chosen_by`` says, where a role is not enough, who
    of them may: a clause for ``/help``; the service behind the command checks it.
    ``least_in`` asks for more in single environments. ``bare``: the verb alone is
    answered by the service, which knows what could follow.
    """

    usage: str
    example: str
    summary: str
    least: Role
    where: frozenset[Place]
    chosen_by: str = ""
    least_in: Mapping[str, Role] = field(default_factory=dict)
    bare: bool = False

    @property
    def grammar(self) -> Usage:
        """The usage, taken apart."""
        return read_usage(self.usage)

    @property
    def name(self) -> str:
        """The verb without its slash: what handlers and ``organization.yml`` call it."""
        return self.grammar.verb

    def environment_in(self, words: Sequence[str]) -> str:
        """The environment that words which fit the usage name; empty where they name none."""
        names = [slot.name for slot in self.grammar.slots]
        place = names.index(ENVIRONMENT) if ENVIRONMENT in names else len(words)
        return words[place] if place < len(words) else ""


IN_PRODUCTION = {"production": Role.MAINTAIN}

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
        summary="Shows how far the work is, what each environment runs and what comes next",
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
        summary="Approves the answers of this request, or the deployment that waits in this issue",
        least=Role.READ,
        where=EVERYWHERE,
        chosen_by="of the approving team, never what one asked for oneself",
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
    Command(
        usage="/deploy ENV [REF]",
        example="/deploy staging",
        summary="Brings a commit to an environment: the default branch, or another branch, tag or "
        "commit",
        least=Role.WRITE,
        least_in=IN_PRODUCTION,
        where=IN_PROJECTS,
        bare=True,
    ),
    Command(
        usage="/plan ENV",
        example="/plan staging",
        summary="Shows what a deployment would change in the cloud",
        least=Role.WRITE,
        where=IN_PROJECTS,
        bare=True,
    ),
    Command(
        usage="/promote",
        example="/promote",
        summary="Brings to the next environment what the one before it runs",
        least=Role.MAINTAIN,
        where=IN_PROJECTS,
    ),
    Command(
        usage="/rollback ENV [TO]",
        example="/rollback staging",
        summary="Brings back what ran before in an environment, or the commit that is named",
        least=Role.WRITE,
        least_in=IN_PRODUCTION,
        where=IN_PROJECTS,
        bare=True,
    ),
    Command(
        usage="/lock ENV REASON",
        example="/lock staging load test until noon",
        summary="Holds back the deployments of others to an environment",
        least=Role.WRITE,
        where=IN_PROJECTS,
        bare=True,
    ),
    Command(
        usage="/unlock ENV",
        example="/unlock staging",
        summary="Ends a lock",
        least=Role.WRITE,
        where=IN_PROJECTS,
        chosen_by="who holds the lock, or *maintain*",
        bare=True,
    ),
)


def command_of(verb: str, commands: Sequence[Command] = COMMANDS) -> Command | None:
    """The row of that verb, or None."""
    return next((command for command in commands if command.name == verb), None)
