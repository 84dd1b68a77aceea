"""The reading process: questions on standard input, answers on standard output, one at a time.

Each message is four bytes of length and MessagePack. It ends when its input does.
"""

import resource
import struct
import sys
from typing import BinaryIO, Final

import msgspec

from bot.reading.tasks import Task, answer

LENGTH: Final = struct.Struct(">I")
_MEMORY_BYTES: Final = 1 << 30
_CPU_S: Final = 120


def main() -> None:
    """Answer until nobody asks. Bounds of memory and processor time hold from the start."""
    if sys.platform == "linux":  # elsewhere the shared libraries of the system exceed it
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asked, told = sys.stdin.buffer, sys.stdout.buffer
    decoder = msgspec.msgpack.Decoder(Task)
    while (message := _read(asked)) is not None:
        reply = msgspec.msgpack.encode(answer(decoder.decode(message)))
        told.write(LENGTH.pack(len(reply)) + reply)
        told.flush()


def _read(asked: BinaryIO) -> bytes | None:
    head = asked.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(head)
    message = asked.read(size)
    return message if len(message) == size else None


if __name__ == "__main__":
    main()
