"""What a render sends back, read as a stranger's message: sizes first, names again."""

import asyncio
from collections.abc import Mapping

import msgspec

from .inside.fault import Fault
from .inside.limits import Limits
from .inside.names import check_git_attributes, check_path, check_together
from .inside.wire import HEADER_BYTES, PREFIX, Truncated
from .template import Rendered, RenderedFile, Template


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    path: str
    size: int
    executable: bool
    source: str | None


class _Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rule: str
    path: str | None
    line: int | None
    variable: str | None
    detail: str


class _Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    files: list[_File] | None = None
    fault: _Fault | None = None
    faults: list[_Fault] | None = None


class _End(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    end: str


async def read_end(reader: asyncio.StreamReader) -> str:
    """How the child ended, in the host's word. Raises Truncated where the host died."""
    return msgspec.json.decode(await _read_header(reader, 1_000), type=_End).end


def fault_of(end: str) -> Fault:
    """What became of a render that ended, in that word of its host, before its answer was whole."""
    return Fault(end if end in {"timeout", "memory"} else "crashed")


async def read_loaded(reader: asyncio.StreamReader) -> None:
    """Return when the host has the template. Raises Truncated where it died."""
    await _read_header(reader, 1_000)


async def read_result(reader: asyncio.StreamReader, template: Template, limits: Limits) -> Rendered:
    """The files, complete and within the limits.

    Raises:
        Fault: the render refused, or sent what it may not.
        Truncated: it ended before it had sent everything.
    """
    answer = await _read_answer(reader)
    if answer.files is None:
        raise Truncated
    listed = answer.files
    await asyncio.to_thread(_check_listed, listed, limits)
    files = [await _read_file(reader, one) for one in listed]
    if await reader.read(1):
        raise Truncated
    return Rendered(tuple(files), _sources(listed, template))


async def read_faults(reader: asyncio.StreamReader) -> list[Fault]:
    """What a survey found. Raises Truncated where it ended before it said so."""
    answer = await _read_answer(reader)
    if answer.faults is None or await reader.read(1):
        raise Truncated
    return [_fault(told) for told in answer.faults]


async def _read_answer(reader: asyncio.StreamReader) -> _Answer:
    try:
        answer = msgspec.json.decode(await _read_header(reader, HEADER_BYTES), type=_Answer)
    except msgspec.MsgspecError:
        raise Truncated from None
    if answer.fault is not None:
        raise _fault(answer.fault)
    return answer


def _fault(told: _Fault) -> Fault:
    return Fault(
        told.rule, path=told.path, line=told.line, variable=told.variable, detail=told.detail
    )


async def _read_header(reader: asyncio.StreamReader, most_bytes: int) -> bytes:
    try:
        (size,) = PREFIX.unpack(await reader.readexactly(PREFIX.size))
        if size > most_bytes:
            raise Truncated
        return await reader.readexactly(size)
    except (asyncio.IncompleteReadError, ConnectionError):
        raise Truncated from None


async def _read_file(reader: asyncio.StreamReader, listed: _File) -> RenderedFile:
    try:
        content = await reader.readexactly(listed.size)
    except (asyncio.IncompleteReadError, ConnectionError):
        raise Truncated from None
    if listed.path.rpartition("/")[2].lower() == ".gitattributes":
        check_git_attributes(content)
    return RenderedFile(listed.path, content, listed.executable)


def _check_listed(listed: list[_File], limits: Limits) -> None:
    if len(listed) > limits.files:
        raise Fault("too-many-files")
    if any(one.size < 0 for one in listed) or sum(one.size for one in listed) > limits.out_bytes:
        raise Fault("too-large")
    for one in listed:
        check_path(one.path, depth=limits.depth)
    check_together(one.path for one in listed)


def _sources(listed: list[_File], template: Template) -> Mapping[str, str]:
    known = {file.path for file in template.files}
    return {one.path: one.source for one in listed if one.source in known and one.source}
