"""What a project is told when its template is deprecated or its version withdrawn."""

from bot.progress.inert import inert

LABEL = "paved-road"


def deprecated_notice(template: str, message: str, *, successor: str) -> tuple[str, str]:
    """Title and text of the issue in the project's repository."""
    instead = (
        f"New projects start from `{successor}`; this one cannot be moved there by a command."
        if successor
        else "No successor is named."
    )
    return f"Template {template} is deprecated", "\n\n".join(
        [
            f"This repository was made from the template `{template}`, which its owners have "
            "deprecated.",
            f"They say: {inert(message, limit=300)}",
            f"{instead} Nothing changes here by itself.",
            "**Next:** read the message, plan what it means for this project, and close this "
            "issue.",
        ]
    )


def withdrawn_notice(template: str, version: str, reason: str, *, by: str) -> tuple[str, str]:
    """Title and text of the issue in the project's repository."""
    who = "because of its health" if by == "health" else f"by @{by}"
    return f"Template {template} {version} was withdrawn", "\n\n".join(
        [
            f"This repository was made from version {version} of the template `{template}`, "
            f"which was withdrawn {who}. No new project starts from it.",
            f"The reason: {inert(reason, limit=500)}",
            "**Next:** see whether the reason concerns this project, and close this issue.",
        ]
    )
