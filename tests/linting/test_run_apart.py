"""What a linter's process can reach, how long it lives and how much it may say."""

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path

import psutil
import pytest

from bot.linting import Isolation, PlainProcess
from bot.linting.isolation import Bounds, Order
from bot.linting.run_apart import CouldNotRun, Ended, run_apart

BOUNDS = Bounds(
    wall_s=20, cpu_s=20, memory_bytes=2_000_000_000, written_bytes=1_000_000, output_bytes=100_000
)
QUICK = Bounds(
    wall_s=0.5, cpu_s=20, memory_bytes=2_000_000_000, written_bytes=1_000_000, output_bytes=100_000
)


def order(folder: Path, script: str, bounds: Bounds = BOUNDS, *, writes: bool = False) -> Order:
    """A shell script as the program, in a folder laid out like a linter's."""
    (folder / "home").mkdir(parents=True, exist_ok=True)
    (folder / "work").mkdir(exist_ok=True)
    (folder / "work" / "given.txt").write_text("given\n")
    program = folder.parent / "program"
    program.write_text(f"#!/bin/bash\n{script}\n")
    program.chmod(0o755)
    return Order(
        program=program, arguments=(), folder=folder, bounds=bounds, environment={}, writes=writes
    )


async def run(
    isolation: Isolation,
    folder: Path,
    script: str,
    bounds: Bounds = BOUNDS,
    *,
    writes: bool = False,
) -> Ended:
    return await run_apart(order(folder / "lint", script, bounds, writes=writes), isolation)


def names(answer: bytes) -> Mapping[str, str]:
    pairs = (line.partition("=") for line in answer.decode().splitlines())
    return {name: value for name, _, value in pairs}


async def test_the_environment_is_empty_and_the_home_is_fresh(
    isolation: Isolation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBHOOK_SECRET", "canary")
    ended = await run(isolation, tmp_path, "env; ls -A $HOME | sed s/^/home=/")
    found = names(ended.out)

    assert b"canary" not in ended.out
    assert found["HOME"] == found["TMPDIR"]
    assert "home" not in found
    assert set(found) <= {
        *("PATH", "HOME", "TMPDIR", "LANG", "PWD", "OLDPWD", "SHLVL", "_"),
        *("RAYON_NUM_THREADS", "GOMAXPROCS", "MALLOC_ARENA_MAX"),
    }


async def test_it_sees_its_files_and_gives_back_its_answer(
    isolation: Isolation, tmp_path: Path
) -> None:
    ended = await run(isolation, tmp_path, "cat given.txt; echo oops >&2; exit 3")

    assert ended == Ended(3, b"given\n", b"oops\n")


async def test_the_sandbox_hides_the_disk_the_network_and_other_processes(
    sandbox: Isolation, tmp_path: Path
) -> None:
    (tmp_path / "secret.txt").write_text("canary")
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    script = f"""
    cat {tmp_path}/secret.txt; ls /proc /etc/passwd /root /home/*; echo x > given.txt
    (exec 3<>/dev/tcp/127.0.0.1/{port}) && echo connected; echo id=$(id -u); ls / | tr '\\n' ' '
    """
    with listening:
        ended = await run(sandbox, tmp_path, script)
        listening.settimeout(0)
        with pytest.raises(BlockingIOError):
            listening.accept()

    assert b"canary" not in ended.out
    assert b"connected" not in ended.out
    assert b"id=65534" in ended.out
    assert b"proc" not in ended.out
    assert (tmp_path / "lint" / "work" / "given.txt").read_text() == "given\n"


async def test_only_one_that_is_to_write_can_write(sandbox: Isolation, tmp_path: Path) -> None:
    await run(sandbox, tmp_path, "echo changed > given.txt", writes=True)

    assert (tmp_path / "lint" / "work" / "given.txt").read_text() == "changed\n"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        pytest.param("sleep 60", "longer than 0.5 seconds", id="hangs"),
        pytest.param("trap '' TERM INT HUP; while :; do :; done", "longer", id="will-not-go"),
        pytest.param("sleep 60 >/dev/null 2>&1 & wait", "longer", id="closes-its-output"),
        pytest.param("kill -SEGV $$", "crashed", id="crashes"),
        pytest.param("kill -9 $$", "crashed", id="is-killed"),
    ],
)
async def test_one_that_does_not_end_well_is_ended_and_leaves_nothing(
    script: str, reason: str, isolation: Isolation, tmp_path: Path
) -> None:
    mark = f"lint-{time.monotonic_ns()}"
    started_s = time.monotonic()
    with pytest.raises(CouldNotRun, match=reason):
        await run(isolation, tmp_path, f"MARK={mark}; export MARK; {script}", QUICK)

    assert time.monotonic() - started_s < 10
    assert not [p for p in psutil.process_iter() if mark in str(_environment(p))]


async def test_children_that_it_leaves_behind_are_ended_with_it(
    isolation: Isolation, tmp_path: Path
) -> None:
    mark = f"lint-{time.monotonic_ns()}"
    with contextlib.suppress(CouldNotRun):  # where they keep its output open
        await run(isolation, tmp_path, f"export MARK={mark}; sleep 60 & sleep 60 & exit 0", QUICK)

    assert not [p for p in psutil.process_iter() if mark in str(_environment(p))]


async def test_one_that_says_too_much_is_ended(isolation: Isolation, tmp_path: Path) -> None:
    with pytest.raises(CouldNotRun, match="more memory, time or room"):
        await run(isolation, tmp_path, "yes x")
    with pytest.raises(CouldNotRun, match="more than anybody could read"):
        await run(isolation, tmp_path, "head -c 500000 /dev/zero")


async def test_one_that_hides_from_its_group_is_not_waited_for(
    sandbox: Isolation, tmp_path: Path
) -> None:
    mark = f"lint-{time.monotonic_ns()}"
    ended = await run(sandbox, tmp_path, f"export MARK={mark}; setsid sleep 60 & echo done")

    assert ended.out == b"done\n"
    assert not [p for p in psutil.process_iter() if mark in str(_environment(p))]


def _environment(process: psutil.Process) -> Mapping[str, str]:
    try:
        return process.environ()
    except psutil.Error:
        return {}


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("x=$(head -c 100000000 /dev/zero | tr '\\0' x); x=$x$x$x", id="memory"),
        pytest.param("head -c 5000000 /dev/zero > $HOME/x", id="file"),
        pytest.param("while :; do :; done", id="processor"),
    ],
)
async def test_bounds_on_what_it_uses(script: str, isolation: Isolation, tmp_path: Path) -> None:
    """The kernel or a failed call ends it before it says that it is done."""
    small = Bounds(
        wall_s=30, cpu_s=1, memory_bytes=100_000_000, written_bytes=1_000_000, output_bytes=1_000
    )
    said = b""
    with contextlib.suppress(CouldNotRun):
        said = (await run(isolation, tmp_path, f"set -e; {script}; echo done", small)).out

    assert said == b""


async def test_much_complaining_does_not_stop_it(isolation: Isolation, tmp_path: Path) -> None:
    ended = await run(isolation, tmp_path, "head -c 900000 /dev/zero >&2; echo done")

    assert ended.out == b"done\n"
    assert len(ended.complaint) == 900_000


async def test_cancelled_it_is_ended(isolation: Isolation, tmp_path: Path) -> None:
    mark = f"lint-{time.monotonic_ns()}"
    (tmp_path / "lint" / "work").mkdir(parents=True)
    started = tmp_path / "lint" / "work" / "started"
    os.mkfifo(started)
    script = f"export MARK={mark}; sleep 60 & echo > started; wait"
    running = asyncio.create_task(run(isolation, tmp_path, script))
    await asyncio.to_thread(started.read_text)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert not [p for p in psutil.process_iter() if mark in str(_environment(p))]


async def test_a_program_that_is_not_there_is_told(tmp_path: Path) -> None:
    given = order(tmp_path / "lint", "exit 0")
    given.program.unlink()
    try:
        ended = await run_apart(given, PlainProcess("for tests"))
    except CouldNotRun:
        return
    assert ended.code == 127
