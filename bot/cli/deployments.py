"""``paved-road deployments``: what was deployed lately, and the figures of delivery."""

import argparse
import asyncio
import datetime as dt
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from bot.app import open_store
from bot.clock import SystemClock
from bot.deployments import By, Deployment, FindDeployments
from bot.deployments.metrics import DeliveryFigures, figures_of
from bot.deployments.metrics.figures import DAY_S
from bot.progress.delivery_view import figure_rows
from bot.projects import ProjectRecords
from bot.settings import Settings
from bot.store.port import Documents

OK, NOT_THERE = 0, 1


def run(arguments: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """List deployments of the configured store, or compute their figures."""
    return asyncio.run(_run(arguments, Settings.from_env(environment)))


async def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    async with open_store(settings) as (store, _):
        by, of = await _asked(store.documents, arguments)
        if by is By.PROJECT and not of:
            print(f"There is no project {arguments.project}.", file=sys.stderr)
            return NOT_THERE
        now_s = SystemClock().now_s()
        since_s = now_s - arguments.days * DAY_S
        find = FindDeployments(store.documents)
        found = await find.since(since_s, now_s=now_s, by=by, of=of)
    if arguments.action == "list":
        _print_list(found, as_json=arguments.json)
    else:
        figures = figures_of(
            found, environment=arguments.environment, now_s=now_s, days=arguments.days
        )
        _print_figures(figures, as_json=arguments.json)
    return OK


async def _asked(documents: Documents, arguments: argparse.Namespace) -> tuple[By | None, str]:
    """What is asked by; the second is empty for a project that is not there."""
    if arguments.project:
        project = await ProjectRecords(documents).of_repository(arguments.project)
        return By.PROJECT, project.id if project else ""
    if getattr(arguments, "team", ""):
        return By.TEAM, arguments.team
    if getattr(arguments, "template", ""):
        return By.TEMPLATE, arguments.template
    return None, ""


def _print_list(found: Sequence[Deployment], *, as_json: bool) -> None:
    if as_json:
        _print_json([msgspec.to_builtins(each) for each in found])
        return
    for each in found:
        when = dt.datetime.fromtimestamp(each.created_at_s, tz=dt.UTC).strftime("%Y-%m-%dT%H:%MZ")
        words = [
            *(each.id, when, f"{each.state.value:<18}", f"{each.environment:<10}"),
            *(f"{each.action.value:<8}", each.commit[:7], each.full_name, each.by),
        ]
        print("  ".join(words))


def _print_figures(figures: DeliveryFigures, *, as_json: bool) -> None:
    if as_json:
        told = {"a_week": figures.a_week, "failure_rate": figures.failure_rate}
        _print_json(msgspec.to_builtins(figures) | told)
        return
    for name, said in figure_rows(figures):
        print(f"{name:<22} {said}")


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))
