"""The first catalog is offered: the repository where it is absent, then one pull request.

Every step looks before it acts, and no branch that is there is ever moved: two workers
and a repeat after a crash end with the same one pull request.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from bot.audit import AuditCause, AuditLog
from bot.errors import RetryLater
from bot.github.port import (
    File,
    Forbidden,
    GitHub,
    NameTaken,
    NewRepository,
    NotFound,
    PullRequest,
    Rejected,
    Repository,
    RepositoryName,
    Stale,
    Tree,
)
from bot.organization.current import CurrentOrganization
from bot.setup.first_catalog.organization_file import Start, start_from
from bot.setup.first_catalog.proposal import DESCRIPTION, MESSAGE, TITLE, body_of
from bot.setup.first_catalog.starting_files import (
    ORGANIZATION_FILE,
    README,
    is_githubs_readme,
    starting_files,
    template_names,
)
from bot.store.collections import CATALOG
from bot.store.keep import put
from bot.store.port import Documents

log = structlog.get_logger(__name__)

BRANCH: Final = "paved-road/start"
OFFERED: Final = "first-catalog"  # the record that it was offered, for good
OURS: Final = "https://github.com/apps/paved-road"  # the mark of a catalog that the bot made
SETTLES_S: Final = 3.0  # how long GitHub may take until a new repository is everywhere
NO_CAUSE: Final = AuditCause(delivery="", url="")
BOT: Final = "paved-road"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFirstCatalog:
    """Makes the pull request, once in the life of a catalog."""

    github: GitHub
    documents: Documents
    organization: CurrentOrganization
    audit: AuditLog
    catalog: RepositoryName
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def __call__(
        self, *, cause: AuditCause = NO_CAUSE, actor: str = BOT, actor_id: int = 0
    ) -> None:
        """Where the catalog has no ``organization.yml``, one was offered to it, once.

        Costs nothing once one was read or offered. What an owner has to permit first is
        logged, and looked at again by the schedule. Raises RetryLater.
        """
        async with self._one_at_a_time:
            if await self._is_settled():
                return
            try:
                pull = await self._offered(_Who(cause, actor, actor_id))
            except (Forbidden, Rejected) as error:
                log.warning("no first catalog can be offered", reason=str(error))
                return
            if pull is not None:
                await self._remember(pull)

    async def _is_settled(self) -> bool:
        if await self.organization.is_known():
            return True
        return await self.documents.get(CATALOG.name, OFFERED) is not None

    async def _offered(self, who: "_Who") -> PullRequest | None:
        """The pull request, old or new; None where the catalog has its file."""
        repository = await self._repository(who)
        branch = repository.default_branch
        try:
            head = await self.github.contents.head(self.catalog, branch)
            tree = await self.github.contents.tree(self.catalog, head)
            if ORGANIZATION_FILE in tree.entries:
                return None
            known = await self.github.pull_requests.newest_of(self.catalog, BRANCH)
            if known is None:
                known = await self._propose(repository, tree, head=head)
        except NotFound as error:
            raise RetryLater(
                f"GitHub does not show {self.catalog} yet: {error}.", wait_s=SETTLES_S
            ) from None
        await self._note(who, "offer-catalog", {"pull": known.number})
        return known

    async def _repository(self, who: "_Who") -> Repository:
        found = await self.github.repositories.find(self.catalog)
        if found is None:
            new = NewRepository(
                name=self.catalog, description=DESCRIPTION, visibility="private", homepage=OURS
            )
            try:
                found = await self.github.repositories.create(new)
            except NameTaken:  # another worker was faster, or a rename leads there
                found = await self.github.repositories.find(self.catalog)
        if found is None:
            raise RetryLater(f"{self.catalog} is taken and cannot be read.")
        if found.homepage == OURS:
            await self._note(who, "create-catalog", {})
        return found

    async def _propose(self, repository: Repository, tree: Tree, *, head: str) -> PullRequest:
        start = start_from(self.catalog.owner, await self.github.people.teams(self.catalog.owner))
        files = await self._files(start, tree)
        await self._branch(files, head=head)
        return await self.github.pull_requests.create(
            self.catalog,
            head=BRANCH,
            base=repository.default_branch,
            title=TITLE,
            body=body_of(self.catalog.owner, start, template_names(files)),
        )

    async def _files(self, start: Start, tree: Tree) -> Sequence[File]:
        there = set(tree.entries)
        readme = tree.entries.get(README)
        if readme is not None and readme.kind == "file":
            raw = await self.github.contents.read_blob(self.catalog, readme.id)
            text = raw.decode("utf-8", "replace")
            if is_githubs_readme(text, name=self.catalog.name, description=DESCRIPTION):
                there.discard(README)
        return starting_files(self.catalog.owner, start, there=there)

    async def _branch(self, files: Sequence[File], *, head: str) -> None:
        """The branch holds the files in one commit; one that was made before is left."""
        contents = self.github.contents
        await contents.point_branch(self.catalog, BRANCH, head, move=False)
        at = await contents.head(self.catalog, BRANCH)
        tree = await contents.tree(self.catalog, at)
        if ORGANIZATION_FILE in tree.entries:
            return
        try:
            await contents.commit(
                self.catalog, BRANCH, files, message=MESSAGE, parent=at, base_tree=tree.id
            )
        except Stale:  # another worker's commit is there
            return

    async def _remember(self, pull: PullRequest) -> None:
        await put(self.documents, CATALOG.name, OFFERED, {"pull": pull.number})
        log.info("a first catalog is offered", pull=pull.html_url)

    async def _note(self, who: "_Who", action: str, details: dict[str, int]) -> None:
        await self.audit.append(
            key=f"{action}:{str(self.catalog).lower()}",
            action=action,
            subject=str(self.catalog),
            actor=who.actor,
            actor_id=who.actor_id,
            cause=who.cause,
            details=dict(details),
        )


@dataclass(frozen=True, slots=True)
class _Who:
    """Who set it off: whoever installed the App, or the bot's own schedule."""

    cause: AuditCause
    actor: str
    actor_id: int
