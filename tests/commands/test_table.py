"""The rows of the command table agree with each other, and with what people are shown."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import (
    COMMANDS,
    Command,
    Given,
    Hint,
    Place,
    Typed,
    command_of,
    help_comment,
    read_commands,
    understand,
)
from bot.commands.usage import LONGEST_TEXT, LONGEST_WORD, fit, read_usage
from bot.organization import CommandPolicy, Organization, Policies

PLACES = [(command, place) for command in COMMANDS for place in Place if place in command.where]


def organization(**commands: CommandPolicy) -> Organization:
    return Organization(
        organization="acme",
        platform_team="platform",
        business_units=(),
        teams=(),
        policies=Policies(commands=commands),
    )


@pytest.mark.parametrize(("command", "place"), PLACES, ids=lambda value: str(value)[:40])
def test_every_example_is_understood(command: Command, place: Place) -> None:
    """What help and documentation print works when it is copied."""
    [typed] = read_commands(command.example)

    understood = understand(typed, place, COMMANDS)

    assert isinstance(understood, Given)
    assert understood.command == command


def test_no_two_rows_share_a_verb() -> None:
    """One verb, one meaning."""
    names = [command.name for command in COMMANDS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("place", list(Place))
def test_help_lists_exactly_what_works_here(place: Place) -> None:
    """Every row for this kind of issue is listed, and none besides."""
    listed = re.findall(r"^\| `/([a-z]+)", help_comment(place, organization()), re.MULTILINE)

    assert listed == [command.name for command in COMMANDS if place in command.where]


def test_help_shows_the_role_that_this_organisation_asks_for() -> None:
    """A policy that narrows a command is told, not only applied."""
    shown = help_comment(
        Place.REQUEST, organization(undo=CommandPolicy(role="admin", teams=("platform", "sre")))
    )

    [row] = [line for line in shown.splitlines() if "/undo" in line]
    assert row.endswith("| *admin* and above, in `platform` or `sre` |")
    [row] = [line for line in shown.splitlines() if "/retry" in line]
    assert row.endswith("| *write* and above |")


def test_helps_first_line_stands_alone_in_a_mail() -> None:
    """A mail's preview says what the comment is."""
    assert help_comment(Place.PROJECT, organization()).startswith("Commands that work here\n\n|")


@pytest.mark.parametrize(
    ("line", "suggestion"),
    [
        pytest.param("/retyr", "/retry", id="swapped-letters"),
        pytest.param("/Retry", "/retry", id="capital"),
        pytest.param("/aprove", "/approve", id="missing-letter"),
        pytest.param("/undoo confirm", "/undo confirm", id="words-kept"),
        pytest.param("/undoo please", "/undo confirm", id="words-that-do-not-fit"),
        pytest.param("/undo now", "/undo confirm", id="wrong-word"),
        pytest.param("/undo соnfirm", "/undo confirm", id="cyrillic"),
        pytest.param("/undo Confirm", "/undo confirm", id="words-are-exact"),
        pytest.param("/undo confirm now", "/undo confirm", id="words-too-many"),
        pytest.param("/retry $where", "/retry", id="query-operator"),
        pytest.param("/retry -- @acme/everyone", "/retry", id="mention"),
    ],
)
def test_a_near_miss_gets_a_line_to_copy(line: str, suggestion: str) -> None:
    """Somebody who mistyped reads what to write; nothing is guessed and run."""
    [typed] = read_commands(line)

    hint = understand(typed, Place.REQUEST)

    assert isinstance(hint, Hint)
    assert hint.suggestion == suggestion
    assert f"`{suggestion}`" in hint.sentence


@pytest.mark.parametrize(
    "line",
    ["/cc @mona", "/lgtm", "/assign @mona", "/test all", "/close", "/rebase", "/hold", "/tmp"],
)
def test_other_bots_commands_are_not_ours(line: str) -> None:
    """What another bot understands gets no answer."""
    [typed] = read_commands(line)
    assert understand(typed, Place.REQUEST) is None


@pytest.mark.parametrize("verb", ["deactivate", "cost", "transfer"])
def test_what_does_not_exist_yet_is_not_offered(verb: str) -> None:
    """Nobody is sent to a command that does nothing."""
    assert command_of(verb) is None
    assert not isinstance(understand(Typed(verb), Place.REQUEST), Given)


def test_a_command_of_another_place_is_refused_with_its_place() -> None:
    """`/retry` in a project says where it works."""
    hint = understand(Typed("retry"), Place.PROJECT)

    assert isinstance(hint, Hint)
    assert "an issue in the catalog" in hint.sentence
    assert isinstance(understand(Typed("help"), Place.PROJECT), Given)


VERBS = st.sampled_from([command.name for command in COMMANDS])
LETTERS = st.text("abcdefghijklmnopqrstuvwxyzDRU-", max_size=2)


@st.composite
def mistyped(draw: st.DrawFn) -> str:
    """A verb with some letters lost, added or replaced, and any words."""
    verb = draw(VERBS)
    at = draw(st.integers(0, len(verb) - 1))
    verb = verb[:at] + draw(LETTERS) + verb[at + draw(st.integers(0, 2)) :]
    words = draw(st.lists(st.text(st.characters(codec=None, categories=None), max_size=8)))
    return " ".join([f"/{verb}", *words])


@given(mistyped(), st.sampled_from(list(Place)))
def test_every_hint_that_is_printed_is_understood(line: str, place: Place) -> None:
    """A line copied out of a hint always works, whatever was mistyped."""
    for typed in read_commands(line):
        hint = understand(typed, place, COMMANDS)
        if isinstance(hint, Hint):
            assert f"`{hint.suggestion}`" in hint.sentence
            [copied] = read_commands(hint.suggestion)
            assert isinstance(understand(copied, place, COMMANDS), Given)


SET = "/settings [set NAME=VALUE...]"


@pytest.mark.parametrize(
    ("usage", "words", "fine"),
    [
        pytest.param("/deploy ENV [REF]", ["staging"], True, id="optional-left-out"),
        pytest.param("/deploy ENV [REF]", ["staging", "v1.2.3"], True, id="optional-given"),
        pytest.param("/deploy ENV [REF]", ["staging", "a", "b"], False, id="too-many"),
        pytest.param("/deploy ENV [REF]", [], False, id="missing"),
        pytest.param("/deploy ENV", ["prоduction"], False, id="cyrillic"),
        pytest.param("/deploy ENV", ["$where"], False, id="dollar"),
        pytest.param("/deploy ENV", ["a\u200bb"], False, id="zero-width"),
        pytest.param("/deploy ENV", ["a;b"], False, id="semicolon"),
        pytest.param("/deploy ENV", ["${{x}}"], False, id="expression"),
        pytest.param("/deploy ENV", ["x" * LONGEST_WORD], True, id="longest"),
        pytest.param("/deploy ENV", ["x" * (LONGEST_WORD + 1)], False, id="too-long"),
        pytest.param("/report TEXT", ["it's", "broken", "–", "日本"], True, id="free-text"),
        pytest.param("/report TEXT", [], False, id="free-text-missing"),
        pytest.param("/report TEXT", ["a\u202eb"], False, id="free-text-override"),
        pytest.param("/report TEXT", ["x" * (LONGEST_TEXT + 1)], False, id="free-text-too-long"),
        pytest.param("/lock ENV REASON", ["dev", "load", "test"], True, id="word-then-text"),
        pytest.param("/lock ENV REASON", ["dev"], False, id="text-missing"),
        pytest.param("/undo [confirm]", ["confirm"], True, id="literal"),
        pytest.param("/undo [confirm]", ["CONFIRM"], False, id="literal-is-exact"),
        pytest.param("/help", [], True, id="nothing"),
        pytest.param(SET, [], True, id="group-left-out"),
        pytest.param(SET, ["set", "a=1"], True, id="group-given"),
        pytest.param(SET, ["set", "a=1", "b.c=/d"], True, id="repeated"),
        pytest.param(SET, ["set"], False, id="group-half-given"),
        pytest.param(SET, ["a=1"], False, id="group-without-its-word"),
        pytest.param(SET, ["set", "a=1", "$(id)"], False, id="a-bad-one-among-several"),
        pytest.param(SET, ["set", "a=1", "please"], False, id="a-word-that-sets-nothing"),
    ],
)
def test_words_fit_the_usage_that_help_prints(usage: str, words: list[str], fine: bool) -> None:
    """Free text only where the row says so; every other word is plain and exact."""
    assert (fit(words, read_usage(usage)) == "") == fine


@pytest.mark.parametrize(
    "usage",
    [
        "deploy ENV",
        "/Deploy",
        "/report TEXT ENV",
        "/deploy [ENV] REF",
        "/deploy <env>",
        "/a  B",
        "/a [B",
        "/a B... C",
        "/a [[B] C]",
    ],
)
def test_a_usage_that_does_not_add_up_is_a_mistake_of_ours(usage: str) -> None:
    """A row that no comment could ever fit is found at the first use of the table."""
    with pytest.raises(ValueError):
        read_usage(usage)
