"""The comment that answers ``/help``, made from the rows that the checks use."""

from collections.abc import Sequence

from bot.commands.table import COMMANDS, Command, Place
from bot.commands.who_may import least_role
from bot.organization import Organization
from bot.progress.words import cell, listed


def help_comment(
    place: Place, organization: Organization, commands: Sequence[Command] = COMMANDS
) -> str:
    """What may be commented here, what it does and who may, as a table."""
    here = [command for command in commands if place in command.where]
    rows = ["| Comment | What it does | Who may |", "| --- | --- | --- |"]
    rows += [_row(command, organization) for command in here]
    return "\n\n".join(
        [
            "Commands that work here",
            "\n".join(rows),
            "A command is a line of its own in a new comment: plain text, not in a quote, a list "
            "or code. Editing a comment gives no command.",
        ]
    )


def _row(command: Command, organization: Organization) -> str:
    who = cell(_who(command, organization))
    return f"| `{cell(command.usage)}` | {cell(command.summary)} | {who} |"


def _who(command: Command, organization: Organization) -> str:
    policy = organization.command_policy(command.name)
    who = f"*{least_role(command, policy).name.lower()}* and above"
    if policy.teams:
        who += f", in {listed([f'`{team}`' for team in policy.teams], last='or')}"
    for environment, role in command.least_in.items():
        who += f"; {environment}: *{max(role, least_role(command, policy)).name.lower()}*"
    return f"{who}, {command.chosen_by}" if command.chosen_by else who
