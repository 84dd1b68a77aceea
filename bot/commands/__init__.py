"""Slash commands: what was typed, which command it is, who may, what help says."""

from bot.commands.grammar import Typed, read_commands
from bot.commands.help_comment import help_comment
from bot.commands.missed_commands import MissedCommands
from bot.commands.on_comment import OnComment, Standing
from bot.commands.table import COMMANDS, Command, Place, command_of
from bot.commands.taken import TakenComments
from bot.commands.understand import Given, Hint, understand
from bot.commands.who_may import Decision, decide

__all__ = [
    "COMMANDS",
    "Command",
    "Decision",
    "Given",
    "Hint",
    "MissedCommands",
    "OnComment",
    "Place",
    "Standing",
    "TakenComments",
    "Typed",
    "command_of",
    "decide",
    "help_comment",
    "read_commands",
    "understand",
]
