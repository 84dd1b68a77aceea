"""Every command that people are shown works when they copy it."""

import pytest

from bot.commands import COMMANDS, Given, Place, read_commands, understand
from tests.commands.printed import Printed, in_source, printed

PRINTED = printed()


def works(line: str) -> bool:
    """Whether the line is one command, somewhere."""
    typed = read_commands(line)
    return len(typed) == 1 and any(
        isinstance(understand(typed[0], place), Given) for place in Place
    )


@pytest.mark.parametrize("command", PRINTED, ids=str)
def test_what_is_printed_works_when_it_is_copied(command: Printed) -> None:
    """*Next* sentences, hints, refusals and what mends them name commands that are there."""
    usages = [row.usage for row in COMMANDS]
    assert command.line in usages or works(command.line), f"no command; there are {usages}"


def test_the_walk_finds_what_the_bot_is_known_to_print() -> None:
    """A test of nothing would pass as well."""
    lines = {each.line for each in PRINTED}
    assert {"/undo confirm", "/retry", "/approve", "/status", "/help"} <= lines
    assert len({each.place.partition(":")[0] for each in PRINTED}) > 5


@pytest.mark.parametrize(
    ("source", "found"),
    [
        pytest.param('a = "then `/retry` it"', ["/retry"], id="backticks"),
        pytest.param('a = f"`/deploy {env} {ref}` or `/undo`"', ["/deploy zz zz", "/undo"], id="f"),
        pytest.param('a = "`/lock {env} {why}`"', ["/lock zz zz"], id="format"),
        pytest.param('a = ("first `/undo " "confirm`")', ["/undo confirm"], id="two-literals"),
        pytest.param('a = f"/report {text}"', ["/report zz"], id="whole-text"),
        pytest.param('a = "/webhook"', [], id="address"),
        pytest.param('a = "Copy:\\n/retry\\n/undo"', ["/retry", "/undo"], id="lines"),
        pytest.param('raise UserError("No.", fix="`/retry`")', ["/retry"], id="argument"),
        pytest.param('def a():\n    """Says `/never`."""', [], id="docstring"),
        pytest.param('a = f"`/{command.name}{where}` needs"', [], id="a-name-of-the-table"),
        pytest.param('a = "it begins with `/`"', [], id="a-slash"),
        pytest.param('a = "``` /x ```"', [], id="fence"),
    ],
)
def test_commands_are_found_in_source(source: str, found: list[str]) -> None:
    """Whatever way a text is written."""
    assert [each.line for each in in_source(source)] == found
