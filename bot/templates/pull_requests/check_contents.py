"""The third step of a check: the verdict on every changed template's content."""

from dataclasses import replace
from typing import Final

from bot.github.port import File
from bot.organization import Organization
from bot.progress import counted
from bot.runs import Outcome, Run
from bot.templates.check import Verdict
from bot.templates.check.known_verdict import KnownVerdict, Verification, Verified
from bot.templates.manifest import PATH as MANIFEST
from bot.templates.pull_requests.changed import ChangedTemplate
from bot.templates.pull_requests.facts import looked_of
from bot.templates.pull_requests.rules import said_by
from bot.templates.pull_requests.services import CheckServices
from bot.templates.pull_requests.unreadable import unreadable
from bot.templates.rules_version import rules_version

# Anybody may offer many files; people's forms and commands go on all the same.
LEFT_TO_REQUESTS: Final = 0.3


async def check_contents(run: Run, services: CheckServices) -> Outcome:
    """Check each changed template once; content that was checked by the same rules is known."""
    looked = looked_of(run)
    changed = looked.changed if looked else ()
    organization = await services.organization()
    rules = rules_version(organization)
    done = 0
    for template in changed:
        if template.tree:
            await _check(run, template, organization, rules, services)
            done += 1
            if done < len(changed):
                services.tell(replace(run, facts={**run.facts, "shown": done}))
    return Outcome(note=counted(done, "template"))


async def _check(
    run: Run,
    template: ChangedTemplate,
    organization: Organization,
    rules: str,
    services: CheckServices,
) -> None:
    known = await services.verdicts.get(template.id, template.tree)
    asked_anew = run.intent.get("button") == "rerun" and (
        known is None or known.at_s < run.created_at_s
    )
    if known is not None and known.rules == rules and not asked_anew:
        return
    head = str(run.intent["head"])
    tree = await services.github.contents.tree(services.catalog, head)
    problems = tuple(unreadable(tree.below(template.path)))
    files: list[File] = []
    if problems:
        verdict = Verdict(template=template.id, problems=problems)
    else:
        files += await services.github.contents.read_folder(
            services.catalog, template.path, ref=head, leave=LEFT_TO_REQUESTS
        )
        verdict = await services.check(template.id, files, organization)
    manifest = next((file.content for file in files if file.path == MANIFEST), b"")
    await services.verdicts.put(
        KnownVerdict(
            template=template.id,
            tree=template.tree,
            verdict=verdict,
            rules=rules,
            at_s=services.clock.now_s(),
            said=said_by(manifest.decode("utf-8", "replace")),
            verification=_verification(known, verdict, asked_anew=asked_anew),
        )
    )


def _verification(
    known: KnownVerdict | None, verdict: Verdict, *, asked_anew: bool
) -> Verification:
    """Results of the commands stay with the content, unless somebody asked to have it all anew."""
    if not verdict.cases:
        return Verification(state=Verified.NOTHING)
    if known is not None and not asked_anew and known.verification.state is not Verified.NOTHING:
        return known.verification
    return Verification(state=Verified.PENDING)
