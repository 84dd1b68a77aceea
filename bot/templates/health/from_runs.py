"""What the ends of runs say about a template version.

Called with a run's settled record, once more after every kill and every later look at it:
each end counts once.
"""

from dataclasses import dataclass

from bot.runs import Run, RunState
from bot.templates.check.known_verdict import KnownVerdict, Verdicts, Verified
from bot.templates.health.evidence import Evidence, Source
from bot.templates.health.observe import Observe
from bot.templates.health.satisfaction import Satisfaction
from bot.templates.pull_requests.facts import looked_of
from bot.templates.render_version import TemplateBroken
from bot.templates.version_record import version_id

_SAYS = {Verified.PASSED: True, Verified.FAILED: False}


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationEnded:
    """A project was made, or could not be made through the template's own fault."""

    observe: Observe
    satisfaction: Satisfaction

    async def __call__(self, run: Run) -> None:
        """Keep what it says; failures that are not the template's say nothing."""
        made = run.state is RunState.SUCCEEDED
        broke = (
            run.state is RunState.FAILED
            and run.problem is not None
            and run.problem.code == TemplateBroken.code
        )
        if not made and not broke:
            return
        evidence = Evidence(
            version=str(run.intent["version_id"]),
            source=Source.GENERATION,
            about=run.id,
            whose=str(run.cause.actor_id),
            good=made,
            made_at_s=run.created_at_s,
            at_s=run.ended_at_s,
            url=run.cause.url,
        )
        # The evidence is kept last: where it is there, the rest is, and was perhaps done with.
        if made and not await self.observe.has(evidence):
            await self.satisfaction.ask_later(run)
        await self.observe(evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckEnded:
    """The verify commands of content were run; as the content is, so is the version of it."""

    observe: Observe
    verdicts: Verdicts

    async def __call__(self, run: Run) -> None:
        """Keep what they say of each template that was looked at.

        Content that is never merged has no version; nobody asks for its evidence then.
        """
        looked = looked_of(run)
        for template in looked.changed if looked else ():
            known = await self.verdicts.get(template.id, template.tree) if template.tree else None
            if known is not None and known.verification.state in _SAYS:
                await self.observe(_verified(known, run))


def _verified(known: KnownVerdict, run: Run) -> Evidence:
    version = version_id(known.template, known.said.get("version", ""), known.tree)
    return Evidence(
        version=version,
        source=Source.VERIFY,
        about="content",
        whose="content",
        good=_SAYS[known.verification.state],
        made_at_s=0.0,
        at_s=run.ended_at_s,
        url=known.verification.url,
    )
