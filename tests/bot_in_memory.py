"""The bot wired as in production, on a real store, queue and worker; GitHub is in memory.

The journeys do the same over HTTP. Here a test may also stop the clock and count calls.
"""

import asyncio
import copy
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from bot.app import Bot, open_bot
from bot.clock import Clock
from bot.github.port import File, PullRequest, RepositoryName, Review, Role
from bot.queue.port import Message
from bot.settings import Settings
from bot.store.port import Delivery
from bot.templates.catalog_files import VERIFY_WORKFLOW
from bot.templates.folder import read_folder
from tests.fake_github import FakeGitHub

CATALOG = "acme/catalog"
NAME = RepositoryName("acme", "catalog")
FOLDER = Path(__file__).parent / "data" / "catalog"
APP_ID = 1
IDS = {"dana": 7, "petra": 8, "tom": 9, "sam": 10}
ROBOT = {"id": 99, "login": "other[bot]", "type": "Bot"}


def person(login: str) -> dict[str, object]:
    """The account as a webhook tells it."""
    return {"id": IDS[login], "login": login, "type": "User"}


@dataclass
class BotWorld:
    """The bot with a GitHub in memory, and hands to act as people do."""

    github: FakeGitHub
    bot: Bot
    clock: Clock | None = None
    _pulls: int = field(default=100)

    async def deliver(self, event: str, key: str, payload: Mapping[str, Any]) -> None:
        """A webhook arrives, as the web side stores and queues it."""
        guid = str(uuid4())
        now_s = self.bot.clock.now_s()
        body = json.dumps(payload).encode()
        delivery = Delivery(guid=guid, event=event, body=body, key=key, received_at_s=now_s)
        await self.bot.store.deliveries.add(delivery)
        await self.bot.queue.send([Message(f"delivery:{guid}", key)])

    async def idle(self) -> None:
        """Everything queued has been worked off; fails after a while."""
        work = asyncio.create_task(self.bot.worker.run())
        try:
            async with asyncio.timeout(60):
                while (await self.bot.queue.stats()).depth:
                    await self.bot.queue.wait(0.05)
        finally:
            self.bot.worker.stop()
            await work

    # --- the catalog -----------------------------------------------------------------

    def tree(self) -> dict[str, File]:
        """The files at the catalog's head."""
        return self.github.trees[self.github.heads[CATALOG]]

    def at_head(self, path: str) -> File:
        """One file at the catalog's head."""
        return self.tree()[path]

    def commit(self, changed: Sequence[File] = (), *, deleted: str = "") -> str:
        """A commit on top of the head that no branch points to yet."""
        head = self.github.heads[CATALOG]
        commit = self.github.put(CATALOG, self._changed(changed, deleted), parent=head)
        self.github.heads[CATALOG] = head
        return commit

    def push(self, changed: Sequence[File] = (), *, deleted: str = "") -> str:
        """Somebody pushes to the default branch; the bot has not heard of it yet."""
        head = self.github.heads[CATALOG]
        return self.github.put(CATALOG, self._changed(changed, deleted), parent=head)

    async def tell_push(self, *, by: str = "petra") -> None:
        """The webhook of the newest push."""
        await self.deliver(
            "push",
            CATALOG,
            {
                "ref": "refs/heads/main",
                "after": self.github.heads[CATALOG],
                "repository": {"full_name": CATALOG, "default_branch": "main"},
                "sender": person(by),
            },
        )

    async def tell_verify_ended(self, run_id: int) -> None:
        """The webhook of the workflow run that ran a template's own commands."""
        run = self.github.workflow_runs[run_id]
        await self.deliver(
            "workflow_run",
            CATALOG,
            {
                "action": "completed",
                "workflow_run": {
                    "id": run_id,
                    "html_url": run.html_url,
                    "event": "workflow_dispatch",
                    "head_sha": run.head_sha,
                    "head_branch": run.branch,
                    "path": VERIFY_WORKFLOW,
                    "conclusion": run.conclusion,
                },
                "repository": {"full_name": CATALOG},
                "sender": {"id": 1, "login": "github-actions[bot]", "type": "Bot"},
            },
        )

    async def let_in(self, files: Sequence[File] = (), *, deleted: str = "") -> None:
        """The changes come by a pull request that is checked and merged."""
        number = await self.open_pull(files, deleted=deleted)
        await self.idle()
        self.merge(number)
        await self.tell_push()
        await self.idle()

    def _changed(self, changed: Sequence[File], deleted: str) -> list[File]:
        files = {**self.tree(), **{file.path: file for file in changed}}
        return [f for path, f in files.items() if not deleted or not path.startswith(deleted)]

    # --- pull requests -----------------------------------------------------------------

    async def open_pull(
        self,
        changed: Sequence[File] = (),
        *,
        by: str = "petra",
        deleted: str = "",
        fork: str = "",
        tell: bool = True,
    ) -> int:
        """Open a pull request whose head has these changes, and tell the bot."""
        self._pulls += 1
        number, head = self._pulls, self.commit(changed, deleted=deleted)
        self.github.pulls[number] = PullRequest(
            number=number,
            title="Offer",
            author_id=IDS[by],
            author=by,
            head_sha=head,
            head_repository=fork or CATALOG,
            base_sha=self.github.heads[CATALOG],
            base_branch="main",
            state="open",
            merged=False,
            html_url=f"https://github.test/{CATALOG}/pull/{number}",
        )
        if tell:
            await self.tell_pull(number, "opened")
        return number

    async def move_pull(self, number: int, changed: Sequence[File]) -> str:
        """Push other changes to its head, on top of the base, and tell the bot."""
        head = self.commit(changed)
        self.github.pulls[number] = replace(self.github.pulls[number], head_sha=head)
        await self.tell_pull(number, "synchronize")
        return head

    async def tell_pull(self, number: int, action: str, *, by: str = "") -> None:
        """The webhook of the pull request as it stands."""
        pull = self.github.pulls[number]
        await self.deliver(
            "pull_request",
            f"{CATALOG}#{number}",
            {"action": action, "pull_request": _pull(pull), **_here(by or pull.author)},
        )

    async def review(self, number: int, *, by: str, state: str = "approved") -> None:
        """Somebody reviews the head as it stands."""
        head = self.github.pulls[number].head_sha
        self.github.reviews.setdefault(number, []).append(
            Review(author_id=IDS[by], author=by, state=state, commit=head)  # type: ignore[arg-type]  # a word of GitHub's
        )
        await self.deliver(
            "pull_request_review",
            f"{CATALOG}#{number}",
            {
                "action": "submitted",
                "pull_request": _pull(self.github.pulls[number]),
                **_here(by),
            },
        )

    def merge(self, number: int) -> str:
        """Merge it: the head's changes on top of the default branch."""
        pull = self.github.pulls[number]
        base, head = self.github.trees[pull.base_sha], self.github.trees[pull.head_sha]
        changed = [file for path, file in head.items() if base.get(path) != file]
        gone = set(base) - set(head)
        files = {**self.tree(), **{file.path: file for file in changed}}
        merged = self.github.put(
            CATALOG,
            [file for path, file in files.items() if path not in gone],
            parent=self.github.heads[CATALOG],
        )
        self.github.pulls[number] = replace(pull, state="closed", merged=True)
        return merged

    async def press(self, check: str, button: str, *, by: str) -> None:
        """Press a button of the newest check run of that name."""
        run = [each for each in self.github.checks.values() if each.name == check][-1]
        asked: dict[str, Any] = {"action": "rerequested"}
        if button != "rerun":
            asked = {"action": "requested_action", "requested_action": {"identifier": button}}
        await self.deliver(
            "check_run",
            CATALOG,
            {
                **asked,
                "check_run": {
                    "head_sha": run.head_sha,
                    "external_id": run.external_id,
                    "app": {"id": APP_ID},
                },
                **_here(by),
            },
        )


def _here(login: str) -> dict[str, object]:
    return {
        "repository": {"full_name": CATALOG, "default_branch": "main"},
        "sender": person(login),
    }


def _pull(pull: PullRequest) -> dict[str, object]:
    return {
        "number": pull.number,
        "html_url": pull.html_url,
        "head": {"sha": pull.head_sha, "ref": "offer"},
        "base": {"sha": pull.base_sha, "ref": pull.base_branch},
        "user": {"id": pull.author_id, "login": pull.author, "type": "User"},
        "merged": pull.merged,
    }


@asynccontextmanager
async def open_bot_world(
    folder: Path,
    *,
    catalog: Sequence[File] | None = None,
    clock: Clock | None = None,
    read: bool = True,
    retry_s: float = 0.01,
) -> AsyncIterator[BotWorld]:
    """The organisation acme with its catalog, which the bot has read unless told otherwise.

    The first reading checks every template; tests that start from the usual catalog share
    one, and each gets a copy of the store and of GitHub as they were after it.
    """
    github = FakeGitHub()
    if read and catalog is None:
        github = await _read_before(folder)
        read = False
    else:
        _fill(github, catalog)
    settings = replace(_settings(folder), first_retry_s=retry_s)
    async with open_bot(settings, github=github.bundle(), clock=clock) as bot:
        world = BotWorld(github, bot, clock)
        if read:
            await _read(world)
        yield world


def _fill(github: FakeGitHub, catalog: Sequence[File] | None) -> None:
    github.add_repository(CATALOG, catalog or read_folder(FOLDER))
    github.teams = {"payments": {"dana", "tom"}, "platform": {"petra"}}
    github.members = {"dana", "petra", "tom"}
    github.roles = {(CATALOG, "dana"): Role.READ, (CATALOG, "petra"): Role.ADMIN}


def _settings(folder: Path) -> Settings:
    return Settings(
        app_id=APP_ID,
        private_key="",
        webhook_secret="a-secret-of-some-length",
        organizations=("acme",),
        catalog_repository=NAME,
        store_url=f"sqlite:///{folder / 'bot.db'}",
        queue_url=f"sqlite:///{folder / 'bot.db'}",
        first_retry_s=0.01,
        progress_interval_s=0.01,
    )


async def _read(world: BotWorld) -> None:
    await world.bot.registration.keep_in_line()
    await world.idle()
    world.github.calls.clear()
    world.github.checks.clear()  # of the first reading


_READ: list[tuple[tempfile.TemporaryDirectory[str], FakeGitHub]] = []


async def _read_before(folder: Path) -> FakeGitHub:
    """A copy of a store and a GitHub in which the usual catalog was read."""
    if not _READ:
        kept = tempfile.TemporaryDirectory()
        github = FakeGitHub()
        _fill(github, None)
        async with open_bot(_settings(Path(kept.name)), github=github.bundle()) as bot:
            await _read(BotWorld(github, bot))
        _READ.append((kept, github))
    kept, github = _READ[0]
    _copy(Path(kept.name), folder)
    return copy.deepcopy(github)


def _copy(kept: Path, folder: Path) -> None:
    for file in kept.glob("bot.db*"):
        shutil.copy(file, folder / file.name)
