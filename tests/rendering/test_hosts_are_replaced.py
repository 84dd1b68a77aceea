"""Render processes: shared while they are well, replaced when they are not, gone at the end."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from bot.rendering import (
    Isolation,
    Limits,
    PlainProcess,
    Renderer,
    RendererUnavailable,
    detect_isolation,
)
from bot.rendering.isolation import Bubblewrap, Process

from .templates_in_memory import template, texts

HERE = template({"a.txt": "{{ cookiecutter.project_slug }}"})


class Counted:
    """An isolation that remembers the processes it started."""

    def __init__(self, inner: Isolation) -> None:
        self.inner, self.name, self.note = inner, inner.name, ""
        self.started: list[Process] = []

    def start(self, control: socket.socket, scratch: Path, errors: object) -> Process:
        process = self.inner.start(control, scratch, errors)  # type: ignore[arg-type]  # passed on as it came
        self.started.append(process)
        return process

    def alive(self) -> int:
        return sum(process.poll() is None for process in self.started)


@pytest.fixture(params=["sandbox", "process"])
def counted(request: pytest.FixtureRequest) -> Counted:
    if request.param == "process":
        return Counted(PlainProcess("for tests"))
    return Counted(request.getfixturevalue("sandbox"))


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110  # another process gives no event to wait for
            await asyncio.sleep(0.01)


async def test_one_process_serves_a_template_again_and_again(counted: Counted) -> None:
    async with Renderer(isolation=counted) as renderer:
        for slug in ("a", "b", "c"):
            rendered = await renderer.render(HERE, {"project_slug": slug})
            assert texts(rendered) == {"a.txt": slug}
        assert len(counted.started) == 2  # the template's, and a spare
    assert counted.alive() == 0


async def test_renders_at_once_do_not_meet(counted: Counted) -> None:
    """Thirty people file the same form in the same second; each gets their own answers."""
    async with Renderer(isolation=counted) as renderer:
        slugs = [f"s{i}" for i in range(30)]
        results = await asyncio.gather(
            *(renderer.render(HERE, {"project_slug": slug}) for slug in slugs)
        )
        assert [texts(each)["a.txt"] for each in results] == slugs
        assert len(counted.started) == 2


async def test_a_killed_process_is_replaced_unnoticed(counted: Counted) -> None:
    log: list[str] = []
    async with Renderer(isolation=counted, log=log.append) as renderer:
        await renderer.render(HERE, {})
        for process in counted.started:
            process.kill()
            process.wait()
        assert texts(await renderer.render(HERE, {})) == {"a.txt": "shop"}
        assert any("replaced" in line for line in log)


async def test_a_process_killed_in_the_middle_is_replaced_unnoticed(counted: Counted) -> None:
    loops = "{% for a in range(9999) %}{% for b in range(100) %}{% endfor %}{% endfor %}done"
    async with Renderer(isolation=counted, log=lambda _: None) as renderer:

        def is_rendering() -> bool:
            host = psutil.Process(counted.started[0].pid)
            return len(host.children(recursive=True)) > (counted.name == "bubblewrap")

        while True:
            rendering = asyncio.create_task(renderer.render(template({"a.txt": loops}), {}))
            await until(lambda: len(counted.started) == 2)
            await until(lambda: rendering.done() or is_rendering())  # noqa: B023 - awaited here
            if not rendering.done():
                break  # a busy machine lets it end before anybody sees it begin
        counted.started[0].kill()
        assert texts(await rendering) == {"a.txt": "done"}


async def test_the_template_used_least_lately_makes_room(counted: Counted) -> None:
    async with Renderer(isolation=counted, max_hosts=2) as renderer:
        for key in ("one", "two", "one", "three"):
            await renderer.render(template(key=key), {})
        await until(lambda: counted.alive() == 3)  # two templates and the spare
        started = len(counted.started)
        await renderer.render(template(key="one"), {})
        assert len(counted.started) == started
        await renderer.render(template(key="two"), {})
        assert len(counted.started) == started + 1


async def test_an_idle_process_is_closed(counted: Counted) -> None:
    async with Renderer(isolation=counted, limits=Limits(idle_s=0.05)) as renderer:
        await renderer.render(HERE, {})
        await until(lambda: counted.alive() == 1)  # the spare
        assert texts(await renderer.render(HERE, {})) == {"a.txt": "shop"}


async def test_a_slow_render_does_not_hold_up_another(counted: Counted) -> None:
    """The limit of one is not the wait of the other."""
    given = template(
        {
            "a.txt": "{% if cookiecutter.project_slug == 'slow' %}{% for a in range(99999) %}"
            "{% for b in range(99999) %}{% endfor %}{% endfor %}{% endif %}x"
        }
    )
    limits = Limits(wall_s=2.0)
    async with Renderer(isolation=counted, limits=limits) as renderer:
        await renderer.render(given, {})
        slow = asyncio.create_task(renderer.render(given, {"project_slug": "slow"}))
        started_s = time.monotonic()
        await renderer.render(given, {})
        assert not slow.done()
        assert time.monotonic() - started_s < 2.0
        with pytest.raises(Exception, match="longer than the limit"):
            await slow


async def test_closing_ends_what_is_under_way(counted: Counted) -> None:
    loops = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    renderer = Renderer(isolation=counted, log=lambda _: None)
    await renderer.start()
    rendering = asyncio.create_task(renderer.render(template({"a.txt": loops}), {}))
    await until(lambda: len(counted.started) == 2)
    await renderer.close()
    with pytest.raises(RendererUnavailable):
        await rendering
    assert counted.alive() == 0


async def test_a_cancelled_render_leaves_the_next_one_alone(counted: Counted) -> None:
    async with Renderer(isolation=counted) as renderer:
        await renderer.render(HERE, {})
        cancelled = asyncio.create_task(renderer.render(HERE, {}))
        await asyncio.sleep(0)
        cancelled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cancelled
        assert texts(await renderer.render(HERE, {})) == {"a.txt": "shop"}


async def test_a_process_that_cannot_start_is_our_side() -> None:
    """Nothing is said about the template, and the work may be repeated."""
    broken = Bubblewrap("/nonexistent/bwrap", user=None)
    async with Renderer(isolation=broken) as renderer:
        with pytest.raises(RendererUnavailable):
            await renderer.render(HERE, {})


async def test_a_weak_isolation_is_told() -> None:
    log: list[str] = []
    weak = PlainProcess("bubblewrap is not installed")
    async with Renderer(isolation=weak, log=log.append) as renderer:
        assert renderer.isolation.name == "process"
    assert log == ["Rendering isolation: process: bubblewrap is not installed"]


def test_without_bubblewrap_the_fallback_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert detect_isolation().name == "process"
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho no namespaces here >&2\nexit 1\n")
    fake.chmod(0o755)
    found = detect_isolation()
    assert found.name == "process"
    assert "no namespaces here" in found.note


BOT = """
import asyncio, os, sys
from bot.rendering import PlainProcess, Renderer, detect_isolation
from tests.rendering.templates_in_memory import template

async def main():
    isolation = PlainProcess("") if sys.argv[1] == "process" else None
    async with Renderer(isolation=isolation, log=lambda _: None) as renderer:
        await renderer.render(template(), {})
        loops = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
        busy = asyncio.create_task(renderer.render(template({"a.txt": loops}), {}))
        print("ready", flush=True)
        await busy

asyncio.run(main())
"""


def family_of(pid: int, *, size: int) -> list[psutil.Process]:
    """The processes below ``pid`` as soon as there are so many."""
    ends_s = time.monotonic() + 20
    while len(family := psutil.Process(pid).children(recursive=True)) < size:
        assert time.monotonic() < ends_s, family
        time.sleep(0.02)
    return family


@pytest.mark.parametrize(
    ("isolation", "size"),
    [
        pytest.param("sandbox", 9, id="sandbox"),  # three hosts of three, a render among them
        pytest.param("process", 4, id="process"),  # three hosts and a render
    ],
)
def test_a_killed_bot_leaves_no_process(
    isolation: str, size: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """`kill -9` of the bot: neither hosts nor renders go on without it."""
    if isolation == "sandbox":
        request.getfixturevalue("sandbox")
    bot = subprocess.Popen(
        [sys.executable, "-c", BOT, isolation],
        stdout=subprocess.PIPE,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )
    assert bot.stdout is not None
    with bot, bot.stdout:
        assert bot.stdout.readline() == b"ready\n"
        family = family_of(bot.pid, size=size)
        bot.send_signal(signal.SIGKILL)
    gone, alive = psutil.wait_procs(family, timeout=60)
    assert len(gone) == len(family)
    assert alive == []
