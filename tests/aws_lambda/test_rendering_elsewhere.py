"""The function ``render`` renders as a process of ours does, and nothing it says is believed."""

import asyncio
import json
import os
import random
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import psutil
import pytest
from aiohttp import web

from bot.aws_lambda import envelope, remote_renderer
from bot.aws_lambda.envelope import pack
from bot.aws_lambda.remote_renderer import RenderFunction
from bot.rendering import (
    Allowed,
    Elsewhere,
    Limits,
    PlainProcess,
    Renderer,
    RenderError,
    RendererUnavailable,
)
from bot.rendering.inside.wire import encode_header
from tests.aws_lambda.invoke_endpoint import InvokeEndpoint, failed, refused
from tests.aws_lambda.runtime import ROOT
from tests.rendering.templates_in_memory import TOP, template, texts

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANSWERS = {"project_slug": "money-kit"}
GREETER = template(
    {
        "a.txt": "Hello {{ cookiecutter.project_slug }}\n",
        "run.sh": "#!/bin/sh\n",
        "b.png": b"\x89\0",
    },
    executable=frozenset({"run.sh"}),
)


def answering(told: Any) -> Any:
    """A function that answers this, as JSON or as it is."""

    async def reply(_request: web.Request) -> web.Response:
        return web.Response(body=told if isinstance(told, bytes) else json.dumps(told).encode())

    return reply


def sent(files: list[Mapping[str, Any]], body: bytes = b"") -> dict[str, str]:
    """What ``render`` would answer for these files."""
    return {"answer": pack(encode_header({"end": "done"}) + encode_header({"files": files}) + body)}


def listed(path: str, size: int = 0, **more: Any) -> dict[str, Any]:
    return {"path": path, "size": size, "executable": False, "source": None} | more


async def test_the_same_files_as_in_a_process_of_ours(renderer: Renderer) -> None:
    """Files, modes, sources, findings and traces: all three questions work from afar."""
    async with Renderer(isolation=PlainProcess("for tests")) as here:
        expected = await here.render(GREETER, ANSWERS)
        found = await renderer.render(GREETER, ANSWERS)
        assert found == expected
        asked = (GREETER, ANSWERS, found, ["a.txt"])
        assert await renderer.trace(*asked) == await here.trace(*asked)
        broken = template({"a.txt": "{{ nowhere }}", "b.txt": "{% if %}"})
        told = [(each.rule, each.path) for each in await renderer.survey(broken, {})]
        assert told == [("undefined-variable", f"{TOP}/a.txt"), ("syntax", f"{TOP}/b.txt")]


@pytest.mark.parametrize(
    ("files", "rule"),
    [
        pytest.param({"a.txt": "{{ nowhere }}"}, "undefined-variable", id="undefined"),
        pytest.param({"a.txt": "{{ ''.__class__ }}"}, "forbidden-expression", id="sandbox"),
    ],
)
async def test_what_cannot_be_rendered_is_refused_in_the_same_words(
    renderer: Renderer, files: dict[str, str], rule: str
) -> None:
    with pytest.raises(RenderError) as caught:
        await renderer.render(template(files), ANSWERS)
    assert (caught.value.rule, caught.value.path) == (rule, f"{TOP}/a.txt")


async def test_a_render_without_end_is_ended(exchange: RenderFunction) -> None:
    """By the bounds of the process over there, long before the function's own time is up."""
    limits = Limits(wall_s=2.0, cpu_s=1)
    loop = "{% for _ in range(99999) %}"
    endless = template({"a.txt": f"{loop}{loop}{{% endfor %}}{{% endfor %}}"})
    async with Renderer(isolation=Elsewhere(exchange), limits=limits) as renderer:
        with pytest.raises(RenderError) as caught:
            await renderer.render(endless, ANSWERS)
    assert caught.value.rule == "timeout"


async def test_hooks_stay_refused(renderer: Renderer) -> None:
    """The platform team's leave is not enough where there is no sandbox."""
    hooked = template(beside={"hooks/post_gen_project.py": "print()"})
    with pytest.raises(RenderError) as caught:
        await renderer.render(hooked, ANSWERS, allowed=Allowed(hooks=True))
    assert caught.value.rule == "isolation-needed"


async def test_one_process_serves_one_template_after_the_other(
    renderer: Renderer, endpoint: InvokeEndpoint
) -> None:
    """The last template's process waits for the next render and goes when another comes."""
    pids: list[list[int]] = []
    for each in (GREETER, GREETER, template({"c.txt": "c"})):
        await renderer.render(each, ANSWERS)
        pids.append([child.pid for child in psutil.Process(endpoint.function.pid).children()])
    assert [len(found) for found in pids] == [1, 1, 1]
    assert pids[0] == pids[1] != pids[2]


async def test_a_killed_process_is_replaced(renderer: Renderer, endpoint: InvokeEndpoint) -> None:
    await renderer.render(GREETER, ANSWERS)
    (child,) = psutil.Process(endpoint.function.pid).children()
    child.kill()
    assert texts(await renderer.render(template({"a.txt": "x"}), ANSWERS)) == {"a.txt": "x"}


async def test_a_template_finds_no_credentials() -> None:
    """Neither in the environment of the function nor in that of the process that renders."""
    code = (
        "import sys; sys.path[:0] = [sys.argv[1]]\n"
        "import ctypes, os, json\n"
        "from bot.aws_lambda.render import handler\n"
        "handler({'message': 'no'}, None)\n"
        "print(json.dumps([sorted(os.environ), ctypes.CDLL(None).prctl(3)]))\n"  # PR_GET_DUMPABLE
        "print('boto3' in sys.modules, 'aiohttp' in sys.modules, 'bot.app' in sys.modules)\n"
    )
    given = {
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "s",
        "PATH": os.environ["PATH"],
    }
    process = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", code, str(ROOT)],
        env=given,
        capture_output=True,
        text=True,
        check=True,
    )
    names, imported = process.stdout.splitlines()
    left, dumpable = json.loads(names)
    assert not {"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} & set(left)
    assert dumpable == 0
    assert imported == "False False False"


@pytest.mark.parametrize(
    ("told", "rule"),
    [
        pytest.param(sent([listed("../../etc/cron.d/x")]), "path-outside", id="outside"),
        pytest.param(sent([listed("/etc/passwd")]), "path-outside", id="absolute"),
        pytest.param(sent([listed(".git/hooks/post-checkout")]), "git-name", id="git"),
        pytest.param(sent([listed("a"), listed("A")]), "collision", id="case"),
        pytest.param(sent([listed(f"f{i}") for i in range(5_001)]), "too-many-files", id="many"),
        pytest.param(sent([listed("a", 50_000_001)]), "too-large", id="larger-than-allowed"),
        pytest.param(sent([listed("a", 9)], b"x"), "crashed", id="less-than-listed"),
        pytest.param(sent([listed("a") | {"mode": "link"}]), "crashed", id="links-have-no-word"),
        pytest.param({"answer": pack(b"noise")}, "crashed", id="noise"),
        pytest.param({"answer": pack(b"")}, "crashed", id="nothing"),
        pytest.param({"answer": pack(encode_header({"end": 1}))}, "crashed", id="no-end"),
        pytest.param({"answer": pack(b"\0" * 80_000_000)}, "too-large", id="bomb"),
        pytest.param({"refused": "too-large"}, "too-large", id="too-large-over-there"),
    ],
)
async def test_a_poisoned_answer_is_refused(
    renderer: Renderer, endpoint: InvokeEndpoint, told: Any, rule: str
) -> None:
    """It goes through the checks that a process's answer goes through."""
    endpoint.instead = answering(told)
    with pytest.raises(RenderError) as caught:
        await renderer.render(GREETER, ANSWERS)
    assert caught.value.rule == rule


async def _throttled(_request: web.Request) -> web.Response:
    return refused(429, "TooManyRequestsException")


async def _denied(_request: web.Request) -> web.Response:
    return refused(403, "AccessDeniedException")


async def _timed_out(_request: web.Request) -> web.Response:
    return failed("Sandbox.Timedout", "Task timed out after 60.00 seconds")


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(_throttled, id="throttled"),
        pytest.param(_denied, id="denied"),
        pytest.param(_timed_out, id="timed-out"),
        pytest.param(answering(b"[]"), id="list"),
        pytest.param(answering(b"{"), id="no-json"),
        pytest.param(answering(b"[" * 100_000), id="deep-json"),
        pytest.param(answering({}), id="no-answer"),
        pytest.param(answering({"answer": "%%%"}), id="no-base64"),
        pytest.param(answering({"answer": "bm8gemxpYg=="}), id="not-compressed"),
        pytest.param(answering({"answer": 5}), id="number"),
        pytest.param(answering({"refused": "unavailable", "reason": "x"}), id="no-process"),
        pytest.param(answering({"refused": "malformed"}), id="not-understood"),
    ],
)
async def test_what_may_be_better_next_time_comes_again(
    renderer: Renderer, endpoint: InvokeEndpoint, reply: Any
) -> None:
    """Once an attempt: the queue repeats it with a growing delay."""
    endpoint.instead = reply
    before = len(endpoint.invoked)
    with pytest.raises(RendererUnavailable):
        await renderer.render(GREETER, ANSWERS)
    assert len(endpoint.invoked) == before + 1


async def test_a_function_that_says_nothing_is_not_waited_for(
    exchange: RenderFunction, endpoint: InvokeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_renderer, "READ_S", 0.2)
    let_go = asyncio.Event()

    async def silent(_request: web.Request) -> web.Response:
        await let_go.wait()
        return web.Response()

    endpoint.instead = silent
    with pytest.raises(RendererUnavailable):
        await RenderFunction("render")(b"x")
    let_go.set()


async def test_a_function_that_is_not_there(
    exchange: RenderFunction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(RendererUnavailable):
        await RenderFunction("render")(b"x")


@pytest.mark.parametrize("which", ["template", "project"])
async def test_what_lambda_cannot_carry_is_refused_and_says_what_to_do(
    renderer: Renderer, which: str
) -> None:
    """The template does not fit on its way there, or the project on its way back."""
    noise = random.Random(0).randbytes(5_000_000)
    large = template({"a.bin": noise})
    if which == "project":  # it repeats farther apart than compression looks back
        large = template(
            {"a.txt": f"{{% for _ in range(100) %}}{noise[:60_000].hex()}{{% endfor %}}"}
        )
    with pytest.raises(RenderError) as caught:
        await renderer.render(large, ANSWERS)
    assert caught.value.rule == "too-large"
    assert "6 MB" in caught.value.message


async def test_the_limits_of_both_sides_fit() -> None:
    """Base64 and JSON around it stay below what Lambda takes."""
    assert envelope.MOST_BYTES + 1_000 < 6 * 1024 * 1024
    assert Limits().wall_s * 2 + 5 < remote_renderer.READ_S
