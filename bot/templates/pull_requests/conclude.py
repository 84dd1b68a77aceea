"""The last step of a check: content that passed may be offered from now on."""

from bot.audit import AuditCause
from bot.problems import has_errors
from bot.progress import listed
from bot.runs import Outcome, Run
from bot.templates.check.known_verdict import KnownVerdict, Verified
from bot.templates.pull_requests.changed import ChangedTemplate
from bot.templates.pull_requests.facts import Ruled, looked_of, ruled_of
from bot.templates.pull_requests.services import CheckServices

_LETS_IN = (Verified.NOTHING, Verified.PASSED, Verified.NOT_RUN)


async def conclude(run: Run, services: CheckServices) -> Outcome:
    """Accept what passed, by the name of this check; the catalog hears of it if it waits."""
    looked, ruled = looked_of(run), ruled_of(run) or Ruled()
    accepted = []
    for template in looked.changed if looked else ():
        known = await services.verdicts.get(template.id, template.tree) if template.tree else None
        if known is not None and passes(known, ruled):
            await services.verdicts.accept(template.id, template.tree, by=run.subject)
            await _audit(run, template, known, services)
            accepted.append(f"`{template.id}`")
    await services.concluded()
    return Outcome(note=f"accepted: {listed(accepted)}" if accepted else "nothing to accept")


def passes(known: KnownVerdict, ruled: Ruled) -> bool:
    """Whether content, rules, owners and the template's own commands all agree."""
    return (
        known.verdict.ok
        and known.verification.state in _LETS_IN
        and not has_errors(ruled.problems.get(known.template, ()))
        and not ruled.waits.get(known.template)
    )


async def _audit(
    run: Run, template: ChangedTemplate, known: KnownVerdict, services: CheckServices
) -> None:
    await services.audit.append(
        key=f"{run.id}:template.accepted:{template.id}",
        action="template.accepted",
        subject=run.subject,
        actor=run.cause.actor,
        actor_id=run.cause.actor_id,
        cause=AuditCause(delivery=run.cause.delivery, url=run.cause.url),
        details={
            "template": template.id,
            "version": known.said.get("version", ""),
            "tree": template.tree,
            "commit": str(run.intent["head"]),
        },
    )
