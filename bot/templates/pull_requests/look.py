"""The first step of a check: what changed at this commit, and who speaks for it."""

from bot.github.port import NotFound, PullRequest
from bot.runs import Cancelled, Outcome, Run
from bot.templates.pull_requests.changed import ChangedTemplate, Changes, changes
from bot.templates.pull_requests.facts import Looked, fact
from bot.templates.pull_requests.services import CheckServices
from bot.templates.pull_requests.voices import voices_of


async def look(run: Run, services: CheckServices) -> Outcome:
    """Compare the commit with what the base branch holds; the pull request is read afresh.

    Raises Cancelled where a newer head took its place, or the pull request is closed.
    """
    number = int(str(run.intent["pull"]))
    if number:
        looked = await _look_at_pull_request(run, number, services)
    else:
        looked = await _look_at_commit(run, services)
    note = ", ".join(f"`{each.id}`" for each in looked.changed[:5]) or "no template"
    return Outcome(facts={"looked": fact(looked)}, note=note)


async def _look_at_pull_request(run: Run, number: int, services: CheckServices) -> Looked:
    head = str(run.intent["head"])
    try:
        pull = await services.github.pull_requests.get(services.catalog, number)
    except NotFound:
        raise Cancelled("The pull request is gone") from None
    if pull.head_sha != head:
        raise Cancelled(f"{pull.head_sha[:7]} took its place")
    if pull.state == "closed" and not pull.merged:
        raise Cancelled("The pull request was closed")
    contents = services.github.contents
    base = await contents.merge_base(services.catalog, pull.base_sha, head)
    before = await contents.tree(services.catalog, base)
    after = await contents.tree(services.catalog, head)
    found = changes(before, after)
    logins = await _logins(run, pull, found, services)
    return Looked(
        tip=pull.base_sha,
        changed=found.templates,
        of_platform=found.of_platform,
        forms=found.forms,
        logins=logins,
        is_member=await _any_member(logins, services),
    )


async def _logins(
    run: Run, pull: PullRequest, found: Changes, services: CheckServices
) -> tuple[str, ...]:
    """Who speaks: the author, approving reviewers, and who pressed *Approve* for this head."""
    pressed = _strings(run.intent.get("approved_by"))
    if not found.templates and not found.of_platform:
        return (pull.author, *pressed)
    reviews = await services.github.pull_requests.reviews(services.catalog, pull.number)
    return tuple(dict.fromkeys([*voices_of(pull, reviews).logins, *pressed]))


async def _look_at_commit(run: Run, services: CheckServices) -> Looked:
    """Content that came in beside a check, or the first reading of a catalog."""
    head, trees = str(run.intent["head"]), run.intent["trees"]
    first = bool(run.intent["first"])
    logins = [str(run.intent["actor"]), *_strings(run.intent.get("approved_by"))]
    if not first:
        logins += await _who_brought(head, services)
    changed = []
    for name, tree in sorted(trees.items() if isinstance(trees, dict) else ()):
        in_force = None if first else await services.versions.offered(name)
        before = in_force.tree if in_force else ""
        changed.append(ChangedTemplate(id=name, tree=str(tree), before=before))
    return Looked(
        tip="" if first else head,
        changed=tuple(changed),
        logins=tuple(dict.fromkeys(login for login in logins if login)),
        is_member=not first,  # whoever may write to the default branch; the first is not run
    )


async def _who_brought(head: str, services: CheckServices) -> list[str]:
    """The voices of the merged pull requests that brought the commit."""
    pull_requests = services.github.pull_requests
    logins: list[str] = []
    try:
        numbers = await pull_requests.of_commit(services.catalog, head)
    except NotFound:
        return []
    for number in numbers[:3]:
        pull = await pull_requests.get(services.catalog, number)
        if pull.merged:
            reviews = await pull_requests.reviews(services.catalog, number)
            logins += voices_of(pull, reviews).logins
    return logins


async def _any_member(logins: tuple[str, ...], services: CheckServices) -> bool:
    """Whether one of them belongs to the organisation."""
    for login in logins:
        if await services.github.people.is_member(services.catalog.owner, login):
            return True
    return False


def _strings(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []
