"""Keeps what the bot offers equal to what the catalog's default branch says.

State is read from the head commit, whatever the events said: each template folder
whose content was let in is a recorded version, each offered version an issue form and
a row of the README, in one commit. Repeating it changes nothing.
"""

from collections.abc import Sequence
from dataclasses import replace

import structlog

from bot.clock import Clock, day_of
from bot.errors import RetryLater
from bot.github.port import GitHub, NotFound, RepositoryName, Tree
from bot.organization.current import CurrentOrganization
from bot.templates.figures import ReadFigures
from bot.templates.pull_requests.changed import folders
from bot.templates.registration.head import CatalogHead, HeadRecord, concerns
from bot.templates.registration.offers import Offer, Offers, Reading
from bot.templates.registration.pending import Pending
from bot.templates.registration.publish import Offered, Publish
from bot.templates.version_record import TemplateVersions, VersionState

log = structlog.get_logger(__name__)

ORGANIZATION = "organization.yml"


class Registration:
    """Reads the catalog, records versions, writes what belongs to them."""

    def __init__(
        self,
        *,
        github: GitHub,
        head: HeadRecord,
        organization: CurrentOrganization,
        versions: TemplateVersions,
        offers: Offers,
        publish: Publish,
        pending: Pending,
        figures: ReadFigures,
        catalog: RepositoryName,
        clock: Clock,
    ) -> None:
        self._github, self._catalog = github, catalog
        self._head, self._organization = head, organization
        self._versions, self._offers = versions, offers
        self._publish, self._pending = publish, pending
        self._figures, self._clock = figures, clock
        self._whole_catalog_seen = False

    async def keep_in_line(self) -> None:
        """Refresh; the first time in this process, and once a day, all of it.

        A new release of the bot may write forms differently. The figures that forms and
        README show move with every project, and a commit for each would be too many.
        """
        first = not self._whole_catalog_seen
        known = await self._head.get()
        is_of_yesterday = known is not None and known.shown_on != day_of(self._clock.now_s())
        await self.refresh(anyway=first or is_of_yesterday, labels=first)
        self._whole_catalog_seen = True

    async def look_again(self) -> None:
        """Refresh if a template waits for a check that may have ended."""
        known = await self._head.get()
        if known is not None and known.pending:
            await self.refresh(anyway=True)

    async def refresh(
        self,
        *,
        by: str = "",
        branch: str = "",
        expected: str = "",
        anyway: bool = False,
        labels: bool = False,
    ) -> None:
        """Bring records and files in line with the catalog's head.

        ``branch`` is the default branch where an event told it, ``expected`` the commit
        that it told of: when the bot is in line with that already (it made the commit
        itself), nothing is asked of GitHub. ``anyway`` goes
        through the whole catalog even when nothing that concerns us changed; ``labels``
        makes every form's label exist. Raises RetryLater when the catalog cannot be
        reached or moved meanwhile.
        """
        known = await self._head.get()
        if known is not None and expected and known.commit == expected and not anyway:
            return
        branch, commit = await self._newest("" if labels else branch or _branch(known))
        if not anyway and known is not None and _is_at(known, commit, branch):
            return
        tree = await self._github.contents.tree(self._catalog, commit)
        await self._organization.refresh(commit, concerns(tree).get(ORGANIZATION, ""))
        if known is not None and not anyway and known.concerns == concerns(tree):
            await self._head.put(_moved(known, commit, branch))
            return
        await self._bring_in_line(known, tree, branch, commit, by=by, labels=labels)

    async def _bring_in_line(
        self,
        known: CatalogHead | None,
        tree: Tree,
        branch: str,
        commit: str,
        *,
        by: str,
        labels: bool,
    ) -> None:
        organization = await self._organization.get()
        reading = Reading(commit=commit, by=by, first=known is None, organization=organization)
        wanted = folders(tree)
        offers = {name: await self._offers.of(name, id_, reading) for name, id_ in wanted.items()}
        await self._record([offer for offer in offers.values() if offer], by=by)
        offered = await self._versions.all_offered()
        written = await self._publish(
            Offered(
                versions=offered,
                figures=await self._figures(offered),
                organization=organization,
            ),
            tree,
            branch=branch,
            commit=commit,
            labels=labels,
        )
        pending = await self._pending.follow(wanted, offers, reading, known)
        # What we wrote ourselves is not read back: the next look finds nothing to write.
        await self._head.put(
            CatalogHead(
                commit=written,
                default_branch=branch,
                concerns=concerns(tree),
                pending=pending,
                shown_on=day_of(self._clock.now_s()),
            )
        )

    async def _newest(self, branch: str) -> tuple[str, str]:
        """The default branch and its commit; the name is asked for where it is not known."""
        if branch:
            try:
                return branch, await self._github.contents.head(self._catalog, branch)
            except NotFound:  # it may have another default branch by now
                pass
        repository = await self._github.repositories.find(self._catalog)
        if repository is None:
            raise RetryLater(f"The catalog repository {self._catalog} cannot be read.")
        branch = repository.default_branch
        return branch, await self._github.contents.head(self._catalog, branch)

    async def _record(self, offers: Sequence[Offer], *, by: str) -> None:
        now_s = self._clock.now_s()
        ids = {offer.version.id for offer in offers}
        for id_ in sorted(ids):
            await self._versions.become(id_, VersionState.OFFERED, at_s=now_s, by=by)
        for version in await self._versions.all_offered():
            if version.id not in ids:
                await self._versions.become(version.id, VersionState.SUPERSEDED, at_s=now_s, by=by)


def _branch(known: CatalogHead | None) -> str:
    return known.default_branch if known else ""


def _is_at(known: CatalogHead, commit: str, branch: str) -> bool:
    return (known.commit, known.default_branch) == (commit, branch)


def _moved(known: CatalogHead, commit: str, branch: str) -> CatalogHead:
    return replace(known, commit=commit, default_branch=branch)
