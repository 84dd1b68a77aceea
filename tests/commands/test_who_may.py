"""Who may use which command, and what the others are told."""

from dataclasses import replace
from typing import Literal

import pytest

from bot.commands import command_of, decide
from bot.commands.table import Command
from bot.github.port import Role
from bot.organization import CommandPolicy

NO_POLICY = CommandPolicy()


def row(verb: str) -> Command:
    found = command_of(verb)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("verb", "role", "allowed"),
    [
        pytest.param("help", Role.READ, True, id="readers-get-help"),
        pytest.param("status", Role.READ, True, id="readers-see-status"),
        pytest.param("audit", Role.READ, True, id="readers-see-the-audit"),
        pytest.param("retry", Role.READ, False, id="readers-do-not-retry"),
        pytest.param("retry", Role.TRIAGE, False, id="triage-is-not-write"),
        pytest.param("retry", Role.WRITE, True, id="writers-retry"),
        pytest.param("undo", Role.TRIAGE, False, id="triage-does-not-undo"),
        pytest.param("undo", Role.ADMIN, True, id="admins-undo"),
        pytest.param("approve", Role.READ, True, id="approval-is-decided-by-its-team"),
    ],
)
def test_the_role_decides(verb: str, role: Role, allowed: bool) -> None:
    """Each command asks for the role of its row, or a higher one."""
    assert decide(row(verb), role=role, policy=NO_POLICY, teams=()).allowed is allowed


@pytest.mark.parametrize("verb", ["help", "status", "audit", "retry", "undo", "approve"])
def test_somebody_without_a_role_hears_nothing(verb: str) -> None:
    """A stranger, or one of whom GitHub could not tell, gets no answer at all."""
    decision = decide(row(verb), role=Role.NONE, policy=NO_POLICY, teams=("platform",))

    assert not decision.allowed
    assert decision.say == ""


def test_a_refusal_says_what_is_needed_and_what_the_person_has() -> None:
    """The person knows whom to ask for what."""
    decision = decide(row("retry"), role=Role.READ, policy=NO_POLICY, teams=())

    assert decision.say == ("`/retry` needs the role *write* in this repository (you have *read*).")


@pytest.mark.parametrize(
    ("narrowed", "role", "allowed"),
    [
        pytest.param("admin", Role.MAINTAIN, False, id="raised"),
        pytest.param("admin", Role.ADMIN, True, id="raised-and-met"),
        pytest.param("write", Role.WRITE, True, id="same"),
    ],
)
def test_a_policy_raises_the_role(
    narrowed: Literal["write", "maintain", "admin"], role: Role, allowed: bool
) -> None:
    """`organization.yml` asks for more than the table does."""
    policy = CommandPolicy(role=narrowed)

    assert decide(row("undo"), role=role, policy=policy, teams=()).allowed is allowed


def test_a_policy_never_lowers_the_role() -> None:
    """No file can open a command to people whom the table keeps out."""
    for_admins = replace(row("undo"), least=Role.ADMIN)
    policy = CommandPolicy(role="write")

    assert not decide(for_admins, role=Role.MAINTAIN, policy=policy, teams=()).allowed
    assert decide(for_admins, role=Role.ADMIN, policy=policy, teams=()).allowed


def test_a_policy_asks_for_a_team() -> None:
    """The role alone is not enough; one of the named teams is."""
    policy = CommandPolicy(teams=("platform", "sre"))

    refused = decide(row("undo"), role=Role.ADMIN, policy=policy, teams=("payments",))
    assert refused.say == (
        "`/undo` needs membership in `platform` or `sre` (GitHub does not list you there)."
    )
    assert decide(row("undo"), role=Role.WRITE, policy=policy, teams=("sre",)).allowed


def test_everything_that_is_missing_is_told_at_once() -> None:
    """Nobody asks for the role first and learns of the team afterwards."""
    policy = CommandPolicy(role="admin", teams=("sre",))

    say = decide(row("undo"), role=Role.WRITE, policy=policy, teams=()).say

    assert "*admin*" in say
    assert "*write*" in say
    assert "`sre`" in say
