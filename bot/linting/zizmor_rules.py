"""What zizmor's findings mean to an author: how bad they are and what to do.

A rule that is not in the table is told by zizmor's own title, and is as bad as zizmor
says. The tidiness that its strictest personas ask for is no concern of a check.
"""

from collections.abc import Mapping
from typing import Final

from bot.problems import Severity

Told = tuple[Severity, str]

_UNPINNED: Final = (
    "The action is not pinned, so whoever owns it can change what runs here; name a commit by "
    "its 40 characters and put the version in a comment beside it."
)
_INJECTION: Final = (
    "A value is pasted into a program before it runs, so the value itself can become a part of "
    "the program; hand it over by env and quote the variable."
)
_PERMISSIONS: Final = (
    "The token may do more than it must; write permissions as an empty map for the workflow and "
    "give each job what it needs."
)
_TRIGGER: Final = (
    "This trigger runs with the repository's own rights although a stranger can start it; use "
    "pull_request, or check nothing out and run nothing of theirs."
)

_TABLE: Final[Mapping[str, Told]] = {
    "adhoc-packages": (
        "warning",
        "Packages are installed without a lock file, so each run may get others; install them "
        "from a locked list.",
    ),
    "archived-uses": (
        "warning",
        "The action's repository is archived, so nobody mends it any more; use another one.",
    ),
    "artipacked": (
        "warning",
        "The checkout leaves a token in the folder, where artifacts and later steps find it; set "
        "persist-credentials to false.",
    ),
    "bot-conditions": (
        "error",
        "The condition asks who acted last, which anybody can arrange to be a bot; ask for the "
        "author of the pull request instead.",
    ),
    "cache-poisoning": (
        "warning",
        "What is published here may be built from a cache that another run has filled; do not "
        "use caches in workflows that publish.",
    ),
    "dangerous-triggers": ("warning", _TRIGGER),
    "dependabot-cooldown": (
        "warning",
        "Dependabot proposes releases on the day they appear; give the update a cooldown of some "
        "days, in which bad releases are found out.",
    ),
    "dependabot-execution": (
        "error",
        "Dependabot may run code of the packages it updates; take "
        "insecure-external-code-execution out.",
    ),
    "excessive-permissions": ("warning", _PERMISSIONS),
    "github-app": (
        "warning",
        "The token of a GitHub App is made with more rights or repositories than are named; name "
        "both.",
    ),
    "github-env": (
        "error",
        "A value is written to the environment of all later steps, and a line break in it sets "
        "other variables; write it to an output of this step.",
    ),
    "hardcoded-container-credentials": (
        "error",
        "A password stands in the workflow; keep it as a secret of the repository.",
    ),
    "insecure-commands": (
        "error",
        "Workflow commands that GitHub has switched off are switched on, and anything that is "
        "printed can use them; take the variable out.",
    ),
    "insecure-url-scheme": (
        "warning",
        "Something is fetched without encryption, so anybody between can change it; use https.",
    ),
    "obfuscation": (
        "warning",
        "This is written so that it hides what it does; write it plainly.",
    ),
    "overprovisioned-secrets": (
        "error",
        "All secrets are handed over at once; name the ones that are needed.",
    ),
    "secrets-inherit": (
        "warning",
        "The called workflow gets all secrets; name the ones that it needs.",
    ),
    "self-hosted-runner": (
        "warning",
        "The job runs on a machine of your own, which the next job finds as this one leaves it; "
        "keep such runners for private repositories and for one job each.",
    ),
    "template-injection": ("warning", _INJECTION),
    "typosquat-uses": (
        "error",
        "The action's name is nearly that of a well-known one; check whose it is.",
    ),
    "unpinned-images": (
        "warning",
        "The image is not pinned, so another one may run tomorrow; name its digest.",
    ),
    "unpinned-tools": (
        "warning",
        "The action installs a tool in whatever version is newest; name the version.",
    ),
    "unpinned-uses": ("error", _UNPINNED),
    "unredacted-secrets": (
        "warning",
        "A part of a secret is taken out of it, and GitHub does not hide parts in logs; keep it "
        "as a secret of its own.",
    ),
    "unsound-condition": (
        "error",
        "The condition is always true, because text stands around the expression; write it on "
        "one line, or end the block with a dash.",
    ),
    "unsound-contains": (
        "error",
        "The condition looks for a piece of text, and a name that is such a piece passes it; "
        "compare with == or look in a list made by fromJSON.",
    ),
    "unsound-ternary": (
        "warning",
        "The expression never gives its first value, because that counts as false; turn the "
        "condition round.",
    ),
}

# Taste, or a matter of the organisation's: names, comments, concurrency, environments.
_LEFT_ALONE: Final = frozenset(
    {
        "anonymous-definition",
        "concurrency-limits",
        "misfeature",
        "secrets-outside-env",
        "self-repository",
        "superfluous-actions",
        "undocumented-permissions",
        "use-trusted-publishing",
    }
)


def told(rule: str, title: str, *, severity: str, confidence: str, said: str) -> Told | None:
    """How bad a finding is and the sentence for it; None where it is left alone.

    Args:
        title: zizmor's own words for the rule.
        severity: zizmor's ``Informational``, ``Low``, ``Medium`` or ``High``.
        confidence: its ``Low``, ``Medium`` or ``High``.
        said: its remark on the place.
    """
    if rule in _LEFT_ALONE:
        return None
    if rule not in _TABLE:
        if severity in ("Informational", "Low"):
            return None
        return "error" if severity == "High" else "warning", f"zizmor says: {title}"
    level, message = _TABLE[rule]
    certain = severity == "High" and confidence == "High"
    if rule in ("template-injection", "excessive-permissions") and certain:
        level = "error"
    if rule == "dangerous-triggers" and said.startswith("pull_request_target"):
        level = "error"
    return level, message
