"""When somebody presses a button of a check run: check anew, approve, verify, show the form."""

from dataclasses import dataclass
from typing import Final

from bot.github.port import People, thread_of
from bot.progress import Sticky
from bot.progress.template_check import APPROVE, RERUN, SHOW_FORM, VERIFY, form_comment
from bot.runs import Run, RunRecords
from bot.store.port import Json
from bot.templates.check.known_verdict import Verdicts
from bot.templates.pull_requests.facts import looked_of
from bot.templates.pull_requests.on_pull_request import cause_of
from bot.templates.pull_requests.show_check import ShowCheck
from bot.templates.pull_requests.start_check import StartCheck
from bot.work.events import CheckAsked

GITHUBS_RERUN: Final = "rerun"  # the button that every check run has


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCheckButton:
    """GitHub lets those press who may write to the catalog; whose word counts is asked later."""

    start: StartCheck
    runs: RunRecords
    show: ShowCheck
    verdicts: Verdicts
    sticky: Sticky
    people: People
    app_id: int

    async def __call__(self, event: CheckAsked) -> None:
        """Do what the button says for the check that it belongs to."""
        ours = str(event.repository).lower() == str(self.start.catalog).lower()
        if not ours or event.app_id != self.app_id or not event.sender.is_person:
            return
        run_id, _, template = event.external_id.partition(":")
        run = await self.runs.get(run_id or await self.start.checks.of(event.head_sha))
        if run is None:
            return
        if event.button == SHOW_FORM:
            await self._show_form(run, template)
            return
        changed = await self._changed(run, event)
        if changed is not None:
            cause = cause_of(event.guid, event.sender, run.cause.url)
            await self.start.again(run, cause=cause, anew=event.guid, changed=changed)

    async def _changed(self, run: Run, event: CheckAsked) -> dict[str, Json] | None:
        """What the next check is asked for; None where the button means nothing."""
        if event.button in (GITHUBS_RERUN, RERUN):
            return {"button": "rerun"}
        if event.button not in (APPROVE, VERIFY):
            return None
        owner, login = self.start.catalog.owner, event.sender.login
        if event.button == VERIFY and not await self.people.is_member(owner, login):
            return None
        before = run.intent.get("approved_by")
        known = [str(each) for each in before] if isinstance(before, list) else []
        return {
            "approved_by": list(dict.fromkeys([*known, login])),
            "button": "verify" if event.button == VERIFY else "",
        }

    async def _show_form(self, run: Run, template: str) -> None:
        looked = looked_of(run)
        tree = next((t.tree for t in looked.changed if t.id == template), "") if looked else ""
        known = await self.verdicts.get(template, tree) if tree else None
        if known is None or not run.intent["pull"]:
            return
        report = await self.show.report(run)
        shown = next((each for each in report.templates if each.id == template), None)
        if shown is None:
            return
        repository, number = thread_of(run.subject)
        await self.sticky.comment(
            repository,
            number,
            about=f"form-{template}",
            body=form_comment(shown, known.verdict.form_yaml, report.commit),
        )
