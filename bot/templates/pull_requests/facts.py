"""What a check has found so far, as its run's record keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from bot.problems import Problem
from bot.runs import Run
from bot.store.port import Json
from bot.templates.pull_requests.changed import ChangedTemplate


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What changed at a commit.

    ``tip`` is where the base branch stands, whose rules hold; empty at the first reading
    of a catalog, which has no rules before. ``logins`` are those who speak for the change.
    """

    tip: str
    changed: tuple[ChangedTemplate, ...]
    of_platform: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    logins: tuple[str, ...] = ()
    is_member: bool = False  # of the organisation, or approved by one: their commands are run


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """What the catalog's rules say, by template, and about everything else."""

    problems: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    waits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    others: tuple[Problem, ...] = ()
    platform_waits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The workflow run that was asked for: ``run_id`` 0 where GitHub did not tell it.

    ``cases`` names each job's template and case by the job's name.
    """

    branch: str
    run_id: int
    asked_at_s: float
    cases: Mapping[str, tuple[str, str]]


def looked_of(run: Run) -> Looked | None:
    """What the run has seen, or None before it looked."""
    found = run.facts.get("looked")
    return msgspec.convert(found, Looked) if found is not None else None


def ruled_of(run: Run) -> Ruled | None:
    """What the rules said, or None before they were asked."""
    found = run.facts.get("ruled")
    return msgspec.convert(found, Ruled) if found is not None else None


def asked_of(run: Run) -> Asked | None:
    """The workflow run that is waited for, or None."""
    found = run.facts.get("asked")
    return msgspec.convert(found, Asked) if found is not None else None


def fact(value: Looked | Ruled | Asked) -> Json:
    """The value as a run keeps it."""
    stored: Json = msgspec.to_builtins(value)
    return stored
