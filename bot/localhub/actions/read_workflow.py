"""Reads a workflow file: what starts it, what it asks for, which jobs it has.

Strangers write these files. Nothing in them is evaluated here; what cannot be known
without a runner, such as a matrix made by an expression, is left out.
Source: GitHub docs, "Workflow syntax for GitHub Actions".
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice, product
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from bot.localhub.actions.definition import (
    Concurrency,
    Input,
    JobPlan,
    Trigger,
    WorkflowFile,
)

FOLDER = ".github/workflows"
LARGEST_FILE_BYTES = 128 * 1024  # the reader takes a second for it; nobody writes larger ones
DEEPEST_BRACKETS = 200
MOST_IN_MATRIX = 256  # GitHub docs, "Actions limits"
_OF_MATRIX = re.compile(r"\$\{\{\s*matrix\.([\w-]+)\s*\}\}")
_READ, _WRITE, _NONE = "read", "write", "none"
# The keys of ``permissions`` that a token of the hub can carry.
TOKEN_PERMISSIONS = {
    "actions": "actions",
    "checks": "checks",
    "contents": "contents",
    "deployments": "deployments",
    "issues": "issues",
    "pull-requests": "pull_requests",
    "statuses": "statuses",
}


class WorkflowProblem(Exception):
    """What is wrong with the file, in a sentence."""


@lru_cache(maxsize=256)
def read_workflow(path: str, content: bytes) -> WorkflowFile:
    """The file, whatever it holds; what is wrong with it is its ``problem``."""
    name = path
    try:
        read = _mapping(content)
        name = _text(read.get("name")) or path
        jobs = tuple(_jobs(read.get("jobs")))
        return WorkflowFile(
            path=path,
            name=name,
            run_name=_text(read.get("run-name")),
            triggers=dict(_triggers(read.get("on"))),
            inputs=tuple(_inputs(read.get("on"))),
            jobs=jobs,
            concurrency=_concurrency(read.get("concurrency")),
            permissions=_permissions(read.get("permissions")),
        )
    except WorkflowProblem as problem:
        return WorkflowFile(path=path, name=name, problem=str(problem))


def _mapping(content: bytes) -> dict[str, Any]:
    if len(content) > LARGEST_FILE_BYTES:
        raise WorkflowProblem("The file is too large.")
    if _bracket_depth(content) > DEEPEST_BRACKETS:
        raise WorkflowProblem("YAML cannot be read: too many brackets in each other.")
    try:
        read = YAML(typ="safe", pure=True).load(io.BytesIO(content))
    except MarkedYAMLError as problem:
        mark = problem.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise WorkflowProblem(f"YAML cannot be read: {where}{problem.problem}") from problem
    except (YAMLError, ValueError, RecursionError) as problem:
        raise WorkflowProblem("YAML cannot be read.") from problem
    if not isinstance(read, dict):
        raise WorkflowProblem("The top level must be a mapping of keys to values.")
    return read


def _bracket_depth(content: bytes) -> int:
    """How many brackets stand open at most; before the reader takes seconds to find out."""
    depth = deepest = 0
    for byte in content:
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _words(value: object) -> tuple[str, ...] | None:
    return None if value is None else tuple(_text(one) for one in _list(value))


# What starts it.


def _triggers(on: object) -> Iterator[tuple[str, Trigger]]:
    if on is None:
        raise WorkflowProblem("No event triggers are defined in `on`.")
    events = on if isinstance(on, dict) else dict.fromkeys(_text(one) for one in _list(on))
    for event, given in events.items():
        filters = given if isinstance(given, dict) else {}
        yield (
            _text(event),
            Trigger(
                types=_words(filters.get("types")),
                branches=_words(filters.get("branches")),
                branches_ignore=_words(filters.get("branches-ignore")),
                tags=_words(filters.get("tags")),
                tags_ignore=_words(filters.get("tags-ignore")),
                paths=_words(filters.get("paths")),
                paths_ignore=_words(filters.get("paths-ignore")),
            ),
        )


def _inputs(on: object) -> Iterator[Input]:
    dispatch = on.get("workflow_dispatch") if isinstance(on, dict) else None
    declared = dispatch.get("inputs") if isinstance(dispatch, dict) else None
    for name, given in (declared if isinstance(declared, dict) else {}).items():
        about = given if isinstance(given, dict) else {}
        default = about.get("default")
        yield Input(
            name=_text(name),
            description=_text(about.get("description")),
            kind=_text(about.get("type")) or "string",
            required=about.get("required") is True,
            default=None if default is None else _text(default),
            options=_words(about.get("options")) or (),
        )


def _concurrency(given: object) -> Concurrency | None:
    """A group alone, or a mapping; what is no group is not there."""
    about = given if isinstance(given, dict) else {"group": given}
    group = _text(about.get("group"))
    ends = about.get("cancel-in-progress") is True
    return Concurrency(group=group, cancel_in_progress=ends) if group else None


# What it does.


def _jobs(jobs: object) -> Iterator[JobPlan]:
    if not isinstance(jobs, dict) or not jobs:
        raise WorkflowProblem("No jobs are defined in `jobs`.")
    for key, job in jobs.items():
        if not isinstance(job, dict):
            raise WorkflowProblem(f"The job `{_text(key)[:100]}` must be a mapping.")
        if "runs-on" not in job and "uses" not in job:
            raise WorkflowProblem(f"The job `{_text(key)[:100]}` has no `runs-on`.")
        needs = tuple(_text(one) for one in _list(job.get("needs")))
        unknown = [one for one in needs if one not in jobs]
        if unknown:
            raise WorkflowProblem(f"The job `{key}` depends on unknown job `{unknown[0]}`.")
        runs_on = job.get("runs-on")
        labels = runs_on.get("labels") if isinstance(runs_on, dict) else runs_on
        where = job.get("environment")
        yield JobPlan(
            key=_text(key),
            name=_text(job.get("name")),
            needs=needs,
            condition=_text(job.get("if")),
            labels=_words(labels) or (),
            matrix=_matrix(job.get("strategy")),
            environment=_text(where.get("name") if isinstance(where, dict) else where),
            uses=_text(job.get("uses")),
            named_steps=tuple(_named_steps(job.get("steps"))),
            permissions=_permissions(job.get("permissions")),
        )


def _named_steps(steps: object) -> Iterator[str]:
    for place, step in enumerate(_list(steps)):
        if isinstance(step, dict) and step.get("name"):
            yield _text(step.get("id")) or str(place)


def _matrix(strategy: object) -> Sequence[Mapping[str, object]]:
    """What each job of the matrix is made with; nothing where only a runner can tell.

    Source: GitHub docs, "Running variations of jobs in a workflow".
    """
    matrix = strategy.get("matrix") if isinstance(strategy, dict) else None
    if not isinstance(matrix, dict):
        return ()
    axes = {n: v for n, v in matrix.items() if n not in {"include", "exclude"}}
    if not all(isinstance(values, list) for values in axes.values()):
        return ()
    combined = [
        dict(zip(axes, values, strict=True))
        for values in islice(product(*axes.values()), MOST_IN_MATRIX)
    ]
    made = [one for one in combined if axes and not _excluded(one, matrix.get("exclude"))]
    for extra in _list(matrix.get("include")):
        if isinstance(extra, dict):
            _include(made, extra, set(axes))
    return tuple(made[:MOST_IN_MATRIX])


def _excluded(one: Mapping[str, object], exclude: object) -> bool:
    rules = [rule for rule in _list(exclude) if isinstance(rule, dict)]
    return any(all(one.get(n) == v for n, v in rule.items()) for rule in rules)


def _include(made: list[dict[str, object]], extra: Mapping[str, object], axes: set[str]) -> None:
    """Added to each combination of which it changes no axis; a job of its own otherwise."""
    fitting = [
        one for one in made if all(one[n] == v for n, v in extra.items() if n in axes and n in one)
    ]
    if not (fitting and axes):
        made.append(dict(extra))
    for one in fitting if axes else ():
        one.update(extra)


def job_name(plan: JobPlan, values: Mapping[str, object]) -> str:
    """What GitHub calls the job: its name, and in brackets what its matrix gives it."""
    name = plan.name or plan.key
    if values and _OF_MATRIX.search(name):
        return _OF_MATRIX.sub(lambda found: _text(values.get(found[1])), name)
    flat = ", ".join(filter(None, (_text(value) for value in values.values())))
    return f"{name} ({flat})" if flat else name


# What its token may.


def _permissions(given: object) -> Mapping[str, str] | None:
    if given is None:
        return None
    if isinstance(given, str) and given in {"read-all", "write-all"}:
        return dict.fromkeys(TOKEN_PERMISSIONS.values(), given.removesuffix("-all"))
    if not isinstance(given, dict):
        raise WorkflowProblem("`permissions` must be a mapping, `read-all` or `write-all`.")
    known = ((TOKEN_PERMISSIONS.get(_text(name)), _text(level)) for name, level in given.items())
    return {name: level for name, level in known if name and level in {_READ, _WRITE}}


def token_permissions(file: WorkflowFile) -> dict[str, str]:
    """What the token of a run may: the most that any of its jobs is given.

    The runner has one token for all jobs. Without ``permissions`` it reads the code,
    which is what new organisations have. Source: GitHub docs, "GITHUB_TOKEN".
    """
    widest: dict[str, str] = {}
    for job in file.jobs:
        mine = job.permissions if job.permissions is not None else file.permissions
        for name, level in ({"contents": _READ} if mine is None else mine).items():
            widest[name] = _WRITE if _WRITE in {level, widest.get(name)} else level
    return widest
