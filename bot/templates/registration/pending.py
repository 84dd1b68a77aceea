"""Merged content that no check has let in: it is checked now, and told of until it is in order."""

from collections.abc import Mapping

from bot.github.port import RepositoryName
from bot.problems import Problem, has_errors
from bot.progress.catalog_notices import LABEL, accepted_words, gone_words, not_offered_notice
from bot.progress.notices import Notices
from bot.runs import Cause, Run
from bot.templates.check.known_verdict import KnownVerdict, Verdicts, Verified
from bot.templates.pull_requests.facts import Ruled, ruled_of
from bot.templates.pull_requests.start_check import StartCheck
from bot.templates.registration.head import CatalogHead
from bot.templates.registration.offers import Offer, Reading

Trees = Mapping[str, str]  # template → the folder's git id


class Pending:
    """Follows folders whose content at the head is not what is offered of them."""

    def __init__(
        self,
        *,
        start: StartCheck,
        verdicts: Verdicts,
        notices: Notices,
        catalog: RepositoryName,
    ) -> None:
        self._start, self._verdicts = start, verdicts
        self._notices, self._catalog = notices, catalog

    async def follow(
        self,
        folders: Trees,
        offers: Mapping[str, Offer | None],
        reading: Reading,
        known: CatalogHead | None,
    ) -> Trees:
        """What is pending at this commit, after its check was begun and people were told.

        The first reading of a catalog lets in what can be used, and has all of it checked.
        """
        pending = {
            template: tree
            for template, tree in folders.items()
            if not await self._is_in(template, tree)
        }
        before = known.pending if known else {}
        for template in before:
            if template not in pending:
                await self._settled(template, offers.get(template), folders)
        wanted = folders if reading.first else pending
        if wanted:
            run = await self._check(wanted, reading)
            for template, tree in pending.items():
                await self._tell(template, tree, offers[template], reading, run)
        return pending

    async def _is_in(self, template: str, tree: str) -> bool:
        """Whether a check let it in; what is offered without one dates from the first reading."""
        verdict = await self._verdicts.get(template, tree)
        return verdict is not None and bool(verdict.accepted)

    async def _check(self, wanted: Trees, reading: Reading) -> Run:
        """The same content is checked once, however often the branch moves meanwhile."""
        cause = Cause(delivery="", actor=reading.by, actor_id=0, url="")
        return await self._start.of_content(
            wanted, head=reading.commit, first=reading.first, cause=cause
        )

    async def _tell(
        self, template: str, tree: str, offer: Offer | None, reading: Reading, run: Run
    ) -> None:
        verdict = await self._verdicts.get(template, tree)
        if (
            verdict is not None
            and verdict.verification.state is Verified.PENDING
            and _fine(verdict)
        ):
            return  # its commands are running; their end looks again
        ruled = ruled_of(run)
        checked = verdict is not None and ruled is not None
        if not checked and offer is not None and offer.current:
            return  # taken as it was at the first reading, and being checked now
        listed = verdict.said.get("owner", "") if verdict else ""
        team = listed if reading.organization.team(listed) else ""
        title, body = not_offered_notice(
            template,
            commit=str(run.intent["head"]),  # where it was first seen: later commits change nothing
            team=f"@{self._catalog.owner}/{team}" if team else "",
            in_force=offer.version.version if offer else "",
            offered=offer is not None and offer.current,
            problems=_problems(template, verdict, ruled or Ruled()),
            waits=ruled.waits.get(template, ()) if ruled else (),
            commands_failed=verdict is not None and verdict.verification.state is Verified.FAILED,
            checked=checked,
        )
        await self._notices.tell(
            self._catalog, _key(template), title=title, body=body, labels=[LABEL]
        )

    async def _settled(self, template: str, offer: Offer | None, folders: Trees) -> None:
        because = gone_words(template)
        if template in folders:
            because = accepted_words(template, offer.version.version if offer else "")
        await self._notices.settle(self._catalog, _key(template), because=because)


def _key(template: str) -> str:
    return f"not-offered:{template}"


def _fine(verdict: KnownVerdict) -> bool:
    return not has_errors(verdict.verdict.problems)


def _problems(template: str, verdict: KnownVerdict | None, ruled: Ruled) -> list[Problem]:
    found = [*(verdict.verdict.problems if verdict else ()), *ruled.problems.get(template, ())]
    return [each for each in found if each.severity == "error"]
