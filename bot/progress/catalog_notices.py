"""What the issues about templates that are not offered say."""

from collections.abc import Sequence

from bot.problems import Problem
from bot.progress.inert import inert
from bot.progress.words import listed

LABEL = "paved-road:template"
SHOWN = 20


def not_offered_notice(
    template: str,
    *,
    commit: str,
    team: str,
    in_force: str,
    offered: bool,
    problems: Sequence[Problem],
    waits: Sequence[str],
    commands_failed: bool,
    checked: bool,
) -> tuple[str, str]:
    """Title and text: a template's merged state that nobody accepted, and why not."""
    title = f"`{template}` as it was merged is not offered"
    stays = "There is no form for it until this is mended."
    if in_force:
        stays = f"Version {in_force}, which was offered before, stays in force."
    if offered:
        title = f"`{template}` is offered and has problems"
        stays = "It was in the catalog when that was first read, so it is offered nevertheless."
    parts = [
        f"At {commit}, `templates/{template}` holds content that no check has let in. {stays}",
        _why(problems, waits, commands_failed=commands_failed, checked=checked),
        _next(waits, checked=checked, wrong=bool(problems) or commands_failed),
        f"Owner: {team}" if team else "",
    ]
    return title, "\n\n".join(part for part in parts if part)


def _why(
    problems: Sequence[Problem], waits: Sequence[str], *, commands_failed: bool, checked: bool
) -> str:
    if not checked:
        return "It was merged without a check. The bot is checking it now."
    lines = [
        f"- {inert(f'{each.path}:{each.line}')} {each.message} (`{each.rule}`)"
        for each in problems[:SHOWN]
    ]
    if len(problems) > SHOWN:
        lines.append(f"- … and {len(problems) - SHOWN} more")
    if commands_failed:
        lines.append("- One of its verify commands failed; the check run links to the log.")
    if waits:
        teams = listed([f"`{team}`" for team in waits])
        lines.append(f"- The word of {teams} is missing.")
    return "\n".join(lines)


def _next(waits: Sequence[str], *, checked: bool, wrong: bool) -> str:
    if not checked:
        return "**Next:** nothing to do if the check passes; this issue then closes by itself."
    if wrong:
        return "**Next:** mend it in a pull request; once that is merged this issue closes."
    return (
        f"**Next:** a member of {listed([f'`{team}`' for team in waits], last='or')} presses "
        "*Approve* on the check run of that commit."
    )


def accepted_words(template: str, version: str) -> str:
    """Why the notice is closed."""
    return f"`{template}` {version} is offered now."


def gone_words(template: str) -> str:
    """Why the notice is closed where the template left the catalog."""
    return f"`{template}` is not in the catalog any more."
