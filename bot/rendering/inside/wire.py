"""How messages look on a socket: a length, a JSON header of that length, raw bytes.

The bytes that follow a header are the files it lists, in order and nothing else.
"""

import json
import socket
import struct
from typing import Any, cast

PREFIX = struct.Struct(">I")
READY, LOAD, RENDER = b"+", b"L", b"R"  # on a host's control socket; see host.py
HEADER_BYTES = 16_000_000  # 5,000 files with long names stay below it


class Truncated(Exception):
    """The other side closed before the message was whole, or sent no message at all."""


def encode_header(header: dict[str, Any]) -> bytes:
    """The header with its length in front. Raises UnicodeEncodeError for half characters."""
    body = json.dumps(header, ensure_ascii=False).encode()
    return PREFIX.pack(len(body)) + body


def decode_header(body: bytes) -> dict[str, Any]:
    """The header; Truncated where it is not an object of JSON."""
    try:
        header = json.loads(body)
    except (ValueError, RecursionError):
        raise Truncated from None
    if not isinstance(header, dict):
        raise Truncated
    return cast("dict[str, Any]", header)


def read_header(sock: socket.socket) -> dict[str, Any]:
    """The next header, waiting for it. Raises Truncated."""
    (size,) = PREFIX.unpack(read_bytes(sock, PREFIX.size))
    if size > HEADER_BYTES:
        raise Truncated
    return decode_header(read_bytes(sock, size))


def read_bytes(sock: socket.socket, size_bytes: int) -> bytes:
    """Exactly that many bytes. Raises Truncated."""
    content = bytearray()
    while len(content) < size_bytes:
        chunk = sock.recv(min(size_bytes - len(content), 1 << 20))
        if not chunk:
            raise Truncated
        content += chunk
    return bytes(content)
