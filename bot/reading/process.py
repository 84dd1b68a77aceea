"""The reading process: questions on standard input, answers on standard output, one at a time.

Each message is four bytes of length and MessagePack. It ends when its input does.
"""

import resource
import sys
import traceback
from typing import BinaryIO, Final

import msgspec

from bot.reading.tasks import LENGTH, Failed, Seen, Task, answer

_MEMORY_BYTES: Final = 1 << 30
_CPU_S: Final = 10  # for one question


def main() -> None:
    """Answer until nobody asks. Memory is bounded, and the processor time of each answer."""
    if sys.platform == "linux":  # elsewhere the shared libraries of the system exceed it
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asked, told = sys.stdin.buffer, sys.stdout.buffer
    decoder = msgspec.msgpack.Decoder(Task)
    while (message := _read(asked)) is not None:
        _bound_answer()
        reply = msgspec.msgpack.encode(_answer(decoder.decode(message)))
        told.write(LENGTH.pack(len(reply)) + reply)
        told.flush()


def _bound_answer() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft_s = int(used.ru_utime + used.ru_stime) + 1 + _CPU_S
    resource.setrlimit(resource.RLIMIT_CPU, (soft_s, resource.RLIM_INFINITY))


def _answer(task: Task) -> list[Seen] | Failed:
    try:
        return answer(task)
    except (MemoryError, RecursionError):
        return Failed()
    except Exception:  # noqa: BLE001  # told to who asked, who raises it
        return Failed(traceback.format_exc())


def _read(asked: BinaryIO) -> bytes | None:
    head = asked.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (size,) = LENGTH.unpack(head)
    message = asked.read(size)
    return message if len(message) == size else None


if __name__ == "__main__":
    main()
