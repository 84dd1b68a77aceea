"""A render's answer is a stranger's message: whatever it holds, we end well."""

import asyncio
import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering import Limits, Rendered, RenderedFile
from bot.rendering.errors import describe
from bot.rendering.inside.fault import Fault
from bot.rendering.inside.wire import Truncated
from bot.rendering.read_result import read_faults, read_result

from .templates_in_memory import TOP, template

GIVEN = template({"a.txt": "word {{ nowhere }}"})
SMALL = Limits(files=3, out_bytes=100, depth=3)


def message(header: object, body: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack(">I", len(text)) + text + body


def listed(path: str = "a.txt", size: int = 1, **more: Any) -> dict[str, Any]:
    return {"path": path, "size": size, "executable": False, "source": None} | more


async def read(sent: bytes) -> Rendered:
    return await read_result(fed(sent), GIVEN, SMALL)


def fed(sent: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    reader.feed_data(sent)
    reader.feed_eof()
    return reader


async def test_files_are_read_with_the_sources_that_exist() -> None:
    files = [listed("a.txt", 2, source=f"{TOP}/a.txt"), listed("b.sh", 0, source="/etc/passwd")]
    files[1]["executable"] = True
    assert await read(message({"files": files}, b"ab")) == Rendered(
        (RenderedFile("a.txt", b"ab", False), RenderedFile("b.sh", b"", True)),
        {"a.txt": f"{TOP}/a.txt"},
    )


@pytest.mark.parametrize(
    ("files", "body", "rule"),
    [
        pytest.param([listed("../a")], b"x", "path-outside", id="outside"),
        pytest.param([listed(".git/x")], b"x", "git-name", id="git"),
        pytest.param([listed("a"), listed("A")], b"xx", "collision", id="case"),
        pytest.param([listed(f"{i}") for i in range(4)], b"", "too-many-files", id="many"),
        pytest.param([listed(size=101)], b"", "too-large", id="large"),
        pytest.param([listed(size=-1), listed("b", 9)], b"", "too-large", id="negative"),
        pytest.param([listed("a/b/c/d")], b"x", "too-deep", id="deep"),
        pytest.param([listed(".gitattributes", 8)], b"x filter", "git-attributes", id="filter"),
    ],
)
async def test_what_breaks_a_rule_is_refused(
    files: list[dict[str, Any]], body: bytes, rule: str
) -> None:
    with pytest.raises(Fault) as caught:
        await read(message({"files": files}, body))
    assert caught.value.rule == rule


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x00\x00", id="half-a-length"),
        pytest.param(struct.pack(">I", 2**32 - 1), id="endless"),
        pytest.param(message(b"{"), id="no-json"),
        pytest.param(message(b"[" * 100_000), id="deep-json"),
        pytest.param(message([1]), id="list"),
        pytest.param(message({}), id="neither"),
        pytest.param(message({"files": 1}), id="number"),
        pytest.param(message({"files": [], "more": 1}), id="more"),
        pytest.param(message({"files": [listed() | {"size": "1"}]}), id="text-for-a-size"),
        pytest.param(message({"files": [listed(size=9)]}, b"x"), id="too-short"),
        pytest.param(message({"files": [listed(size=1)]}, b"xy"), id="too-long"),
        pytest.param(message({"fault": {"rule": 1}}), id="fault"),
    ],
)
async def test_what_is_no_answer_is_not_taken_for_one(sent: bytes) -> None:
    with pytest.raises(Truncated):
        await read(sent)


@given(st.binary(max_size=300) | st.binary(max_size=300).map(message))
def test_any_bytes_end_well(sent: bytes) -> None:
    """Nothing but our own two refusals comes of noise."""

    async def reading() -> None:
        with pytest.raises((Truncated, Fault)):
            await read(sent)
        with pytest.raises((Truncated, Fault)):
            await read_faults(fed(sent))

    asyncio.run(reading())


async def test_the_faults_of_a_survey_are_read_whole() -> None:
    """Neither a list of files nor half an answer is taken for them."""
    fault = Fault("syntax", path="a", line=1, detail="x")
    (found,) = await read_faults(fed(message({"faults": [fault.as_json()]})))
    assert found.as_json() == fault.as_json()
    for sent in (message({"files": []}), message({"faults": []}, b"more"), message({"faults": 1})):
        with pytest.raises(Truncated):
            await read_faults(fed(sent))


HOSTILE = st.builds(
    Fault,
    st.sampled_from(["undefined-variable", "syntax", "made-up", "failed-expression"]) | st.text(),
    path=st.sampled_from([None, f"{TOP}/a.txt", "/etc/passwd", "cookiecutter.json"]) | st.text(),
    line=st.none() | st.integers(),
    variable=st.sampled_from([None, "nowhere", "canary_7391", "cookiecutter.canary_7391"])
    | st.text(),
    detail=st.text(),
)


@given(HOSTILE)
def test_a_made_up_fault_is_shown_with_our_words_only(fault: Fault) -> None:
    """Loose code can choose among our rules; places and names must be the template's."""
    error = describe(fault, GIVEN, asked=["name"])
    assert error.path in {None, f"{TOP}/a.txt", "cookiecutter.json"} | {TOP}
    assert "passwd" not in error.message
    assert "canary_7391" not in error.message or "canary_7391" in fault.detail
    assert error.line is None or error.line >= 1
    assert error.message.isprintable()
