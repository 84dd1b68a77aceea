"""What people read about a project's settings: the table, a change and its cost, the check."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.costs import Estimate, estimate
from bot.costs.estimate import known_in
from bot.deploy_settings import PATH, Setting, SettingsFile, Value
from bot.github.port import Annotation, CheckRun
from bot.problems import Problem
from bot.progress.annotations import annotations_of
from bot.progress.inert import HIDDEN, inert
from bot.progress.words import cell, counted, listed

CHECK_NAME: Final = "Paved Road: settings"
EXTERNAL_ID: Final = "settings"
MOST_PROBLEMS: Final = 50  # of a file that was not meant to be one, more help nobody
_LONGEST_MESSAGE: Final = 600
_LONGEST_TITLE: Final = 120


@dataclass(frozen=True, slots=True)
class Difference:
    """Settings before and after a change; ``before`` is None where they were not in order."""

    before: SettingsFile | None
    after: SettingsFile


def settings_comment(name: str, branch: str, settings: SettingsFile) -> str:
    """What counts in each environment, and what each costs."""
    return "\n\n".join(
        [
            f"Settings of `{name}` on `{branch}`",
            settings_table(settings),
            *over_budget(settings),
            "**Next:** `/settings set memory=2048` proposes a change, `/settings set "
            f"{settings.rules.environments[-1]}.memory=2048` for one environment. The names are "
            f"those of the table; `{PATH}` "
            "holds the values.",
        ]
    )


def settings_table(settings: SettingsFile) -> str:
    """One column an environment, the estimated cost last."""
    columns = {name: settings.in_environment(name) for name in settings.rules.environments}
    rows = [f"| | {' | '.join(columns)} |", "| --- |" + " --- |" * len(columns)]
    for row in settings.rules.settings:
        values = " | ".join(_shown(row, column.get(row.name)) for column in columns.values())
        rows.append(f"| `{row.short}`{_unit(row)} | {values} |")
    costs = " | ".join(_cost(estimate(column)) for column in columns.values())
    rows.append(f"| Cost a month (estimate) | {costs} |")
    return "\n".join(rows) + f"\n\n{_about_costs()}"


def change_comment(difference: Difference, *, where: str) -> str:
    """The answer to a command that changes settings; ``where`` says what became of it."""
    return "\n\n".join([where, *_difference(difference)])


def pull_request_title(difference: Difference) -> str:
    """What the pull request changes, in a line."""
    names = [
        f"{environment}.{row.short}" if environment else row.short
        for row, environment, _, _ in _changed(difference)
    ]
    said = f"Change settings: {listed(names)}"
    return said if names and len(said) <= _LONGEST_TITLE else "Change settings"


def pull_request_body(difference: Difference, *, by: str, url: str) -> str:
    """What is changed, for whom, and what comes next."""
    asked = f"Asked for by @{by} in [a comment]({url}). It changes `{PATH}`."
    next_ = (
        "**Next:** merge this pull request; the change takes effect with the next deployment of "
        f"each environment, for example `/deploy {difference.after.rules.environments[0]}`. "
        "What is set by comment in the meantime is added to this pull request."
    )
    return "\n\n".join([asked, *_difference(difference), *_plan(difference.after), next_])


def over_budget(settings: SettingsFile) -> list[str]:
    """A sentence for each environment that may cost more than its budget."""
    told = []
    for environment in settings.rules.environments:
        values = settings.in_environment(environment)
        budget, cost = int(values["monthly_budget_usd"]), estimate(values)
        if not budget or cost is None or cost.most_usd <= budget:
            continue
        when = "even with the fewest replicas" if cost.least_usd > budget else "under load"
        dollars = cost.least_usd if cost.least_usd > budget else cost.most_usd
        told.append(
            f"⚠️ `{environment}` may cost ${dollars:,} a month {when}, more than its budget of "
            f"${budget:,}."
        )
    return told


def settings_check(head_sha: str, found: SettingsFile | Sequence[Problem] | None) -> CheckRun:
    """The check run of a commit: its settings are in order, or what is wrong and where.

    None says that the file is not there.
    """
    if isinstance(found, SettingsFile):
        summary = "\n\n".join([settings_table(found), *over_budget(found)])
        return _check(head_sha, "success", "The settings are in order", summary)
    if found is None:
        summary = (
            f"`{PATH}` is missing. Without it nothing can be deployed: bring it back from the "
            "history, or from the default branch."
        )
        return _check(head_sha, "failure", f"{PATH} is missing", summary)
    title = f"{counted(len(found), 'problem')} to mend"
    told = [replace(each, message=each.message[:_LONGEST_MESSAGE]) for each in found]
    annotations = annotations_of(told[:MOST_PROBLEMS])
    return _check(head_sha, "failure", title, problems_list(found), annotations)


def problems_list(problems: Sequence[Problem]) -> str:
    """What is wrong with a file, by line."""
    lines = [f"- line {each.line}: {_safe(each.message)}" for each in problems[:MOST_PROBLEMS]]
    if len(problems) > MOST_PROBLEMS:
        lines.append(f"- and {len(problems) - MOST_PROBLEMS} more")
    return "\n".join(lines)


def _check(
    head_sha: str,
    conclusion: str,
    title: str,
    summary: str,
    annotations: tuple[Annotation, ...] = (),
) -> CheckRun:
    return CheckRun(
        name=CHECK_NAME,
        head_sha=head_sha,
        external_id=EXTERNAL_ID,
        status="completed",
        conclusion="success" if conclusion == "success" else "failure",
        title=title,
        summary=summary,
        annotations=annotations,
    )


def _safe(message: str) -> str:
    """Our sentence, which may hold a key of the file: shown whole, or as nothing but text."""
    odd = any(unicodedata.category(each) in HIDDEN for each in message)
    if odd or len(message) > _LONGEST_MESSAGE or "<!--" in message:
        return inert(message)
    return message


def _difference(difference: Difference) -> list[str]:
    rows = [
        f"| `{row.short}` | {environment or 'every environment'} | {_shown(row, before)} "
        f"| {_shown(row, after)} |"
        for row, environment, before, after in _changed(difference)
    ]
    if not rows:
        return ["This changes nothing any more: the values are those of the default branch."]
    head = ["| Setting | Where | Before | After |", "| --- | --- | --- | --- |"]
    return ["\n".join([*head, *rows]), *_costs(difference), *over_budget(difference.after)]


def _changed(
    difference: Difference,
) -> Iterator[tuple[Setting, str, Value | None, Value | None]]:
    """Each setting that counts differently, where, before and after."""
    environments = difference.after.rules.environments
    sides = [
        {name: side.in_environment(name) if side else {} for name in environments}
        for side in (difference.before, difference.after)
    ]
    for row in difference.after.rules.settings:
        pairs = {
            name: (sides[0][name].get(row.name), sides[1][name].get(row.name))
            for name in environments
        }
        if len(set(pairs.values())) == 1:
            pairs = {"": pairs[environments[0]]}
        for name, (before, after) in pairs.items():
            if before != after:
                yield row, name, before, after


def _costs(difference: Difference) -> Iterator[str]:
    """What changes in the estimated costs."""
    rows = []
    for name in difference.after.rules.environments:
        after = estimate(difference.after.in_environment(name))
        before = estimate(difference.before.in_environment(name)) if difference.before else None
        if after is not None and after != before:
            change = _dearer(before, after) if before else "not known"
            rows.append(f"| {name} | {_cost(before)} | {_cost(after)} | {change} |")
    if not rows:
        yield "The estimated cost stays the same."
        return
    head = ["| Cost a month (estimate) | Before | After | Difference |", "| --- |" + " --- |" * 3]
    yield "\n".join([*head, *rows])
    yield _about_costs()


def _dearer(before: Estimate, after: Estimate) -> str:
    low, high = after.least_usd - before.least_usd, after.most_usd - before.most_usd
    return _signed(low) if low == high else f"{_signed(low)} to {_signed(high)}"


def _signed(dollars: int) -> str:
    sign = "+" if dollars > 0 else "-" if dollars < 0 else "±"
    return f"{sign}${abs(dollars):,}"


def _plan(settings: SettingsFile) -> list[str]:
    if settings.in_environment("")["via"] != "actions":
        return []
    return ["The project's workflow `plan.yml` comments the Terraform plan on this pull request."]


def _cost(cost: Estimate | None) -> str:
    return str(cost) if cost else "not known"


def _about_costs() -> str:
    return (
        f"*An estimate at list prices of {known_in()}, from the fewest to the most replicas; "
        "without traffic, storage, logs and discounts.*"
    )


def _shown(row: Setting, value: Value | None) -> str:
    if value is None:
        return "not in order"
    if row.name == "monthly_budget_usd":
        return f"${value:,}" if value else "none"
    return cell(f"`{value}`")


def _unit(row: Setting) -> str:
    return f" ({row.unit})" if row.unit else ""
