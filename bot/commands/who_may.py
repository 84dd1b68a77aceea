"""Whether a person may use a command now: GitHub's role first, then the organisation's policy.

Pure: the caller has asked GitHub when the command runs. What could not be told
arrives as ``Role.NONE`` or as a team that is missing, and both mean no.
"""

from collections.abc import Collection
from dataclasses import dataclass

from bot.commands.table import Command
from bot.github.port import Role
from bot.organization import CommandPolicy
from bot.progress.words import listed


@dataclass(frozen=True, slots=True)
class Decision:
    """``say`` is the sentence for the person; empty to say nothing at all."""

    allowed: bool
    say: str = ""


ALLOWED = Decision(allowed=True)
SILENT = Decision(allowed=False)


def decide(
    command: Command,
    *,
    role: Role,
    policy: CommandPolicy,
    teams: Collection[str],
    environment: str = "",
) -> Decision:
    """May somebody with this role, in these of the policy's teams, use the command?

    A policy only narrows: its role counts where it is higher than the table's.
    Somebody without any role in the repository is told nothing. ``environment`` is
    the one that the command names; where the policy lists some, it names one of them.
    """
    if role is Role.NONE:
        return SILENT
    needed = max(least_role(command, policy), command.least_in.get(environment, Role.NONE))
    in_team = not policy.teams or any(team in teams for team in policy.teams)
    if role >= needed and in_team:
        return _in_environment(command, policy, environment)
    wants = []
    if role < needed:
        wants.append(f"the role *{_word(needed)}* in this repository (you have *{_word(role)}*)")
    if not in_team:
        names = listed([f"`{team}`" for team in policy.teams], last="or")
        wants.append(f"membership in {names} (GitHub does not list you there)")
    where = f" {environment}" if environment in command.least_in else ""
    return Decision(allowed=False, say=f"`/{command.name}{where}` needs {listed(wants)}.")


def _in_environment(command: Command, policy: CommandPolicy, environment: str) -> Decision:
    if not policy.environments or not environment or environment in policy.environments:
        return ALLOWED
    names = listed([f"`{name}`" for name in policy.environments])
    return Decision(
        allowed=False,
        say=f"`/{command.name}` is allowed for {names} in this organisation, for no other "
        "environment. The platform team decides that in `organization.yml`.",
    )


def least_role(command: Command, policy: CommandPolicy) -> Role:
    """The role that is needed in this organisation."""
    narrowed = Role[policy.role.upper()] if policy.role else Role.NONE
    return max(command.least, narrowed)


def _word(role: Role) -> str:
    return role.name.lower()
