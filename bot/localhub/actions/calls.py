"""Reusable workflows: a job that calls a file becomes the jobs of that file.

Source: GitHub docs, "Reuse workflows": the called jobs are named ``caller / job``.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from bot.localhub.actions.definition import JobPlan, WorkflowFile
from bot.localhub.actions.read_workflow import job_name

DEEPEST = 10  # GitHub docs, "Reuse workflows", limitations
Load = Callable[[str], WorkflowFile | None]


def with_called_jobs(file: WorkflowFile, load: Load, *, depth: int = 0) -> Sequence[JobPlan]:
    """The jobs of the file, calls resolved as far as ``load`` finds what ``uses`` names."""
    inner: dict[str, Sequence[JobPlan]] = {}
    for plan in file.jobs:
        called = load(plan.uses) if plan.uses and depth < DEEPEST else None
        if called is not None and not called.problem:
            inner[plan.key] = with_called_jobs(called, load, depth=depth + 1)
    made: list[JobPlan] = []
    for plan in file.jobs:
        needs = tuple(_after(plan.needs, inner))
        if plan.key in inner:
            made += (_called(plan, one, needs) for one in inner[plan.key])
        else:
            made.append(replace(plan, needs=needs))
    return made


def _after(needs: Sequence[str], inner: dict[str, Sequence[JobPlan]]) -> Iterator[str]:
    for key in needs:
        if key in inner:
            yield from (f"{key}/{one.key}" for one in inner[key])
        else:
            yield key


def _called(caller: JobPlan, one: JobPlan, needs: Sequence[str]) -> JobPlan:
    return replace(
        one,
        key=f"{caller.key}/{one.key}",
        name=f"{job_name(caller, {})} / {one.name or one.key}",
        needs=(*needs, *(f"{caller.key}/{key}" for key in one.needs)),
        condition=one.condition or caller.condition,
    )
