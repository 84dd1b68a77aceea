"""Whether a push or a pull request starts a workflow."""

from collections.abc import Collection, Sequence

from bot.localhub.actions.definition import Trigger, WorkflowFile
from bot.localhub.actions.patterns import all_match, any_chosen, chosen

# Without ``types`` these start it. Source: GitHub docs, "Events that trigger workflows".
USUAL_TYPES = ("opened", "synchronize", "reopened")
# Source: GitHub docs, "Skipping workflow runs".
SKIP_WORDS = ("[skip ci]", "[ci skip]", "[no ci]", "[skip actions]", "[actions skip]")


def skipped_by_message(message: str) -> bool:
    """Whether a commit asks for no workflow."""
    return any(word in message for word in SKIP_WORDS)


def starts_on_push(file: WorkflowFile, ref: str, changed: Collection[str] | None) -> bool:
    """Whether a push to ``refs/…`` starts it; ``changed`` None: all files count as changed."""
    trigger = file.triggers.get("push")
    if trigger is None:
        return False
    if ref.startswith("refs/tags/"):
        name, wanted, unwanted = ref.removeprefix("refs/tags/"), trigger.tags, trigger.tags_ignore
        others = (trigger.branches, trigger.branches_ignore)
    else:
        name = ref.removeprefix("refs/heads/")
        wanted, unwanted = trigger.branches, trigger.branches_ignore
        others = (trigger.tags, trigger.tags_ignore)
    if wanted is None and unwanted is None and others != (None, None):
        return False  # filters of the other kind alone leave this kind out
    if not _named(name, wanted, unwanted):
        return False
    return ref.startswith("refs/tags/") or _touched(trigger, changed)


def starts_on_pull_request(
    file: WorkflowFile, action: str, base: str, changed: Collection[str]
) -> bool:
    """Whether what happened to a pull request into branch ``base`` starts it."""
    trigger = file.triggers.get("pull_request")
    if trigger is None or action not in (trigger.types or USUAL_TYPES):
        return False
    return _named(base, trigger.branches, trigger.branches_ignore) and _touched(trigger, changed)


def starts_on_dispatch(file: WorkflowFile, event_type: str) -> bool:
    """Whether a ``repository_dispatch`` of that type starts it."""
    trigger = file.triggers.get("repository_dispatch")
    return trigger is not None and (trigger.types is None or event_type in trigger.types)


def _named(name: str, wanted: Sequence[str] | None, unwanted: Sequence[str] | None) -> bool:
    if wanted is not None:
        return chosen(wanted, name)
    return unwanted is None or not any_chosen(unwanted, [name])


def _touched(trigger: Trigger, changed: Collection[str] | None) -> bool:
    if changed is None:
        return True
    if trigger.paths is not None:
        return any_chosen(trigger.paths, changed)
    return trigger.paths_ignore is None or not (
        changed and all_match(trigger.paths_ignore, changed)
    )
