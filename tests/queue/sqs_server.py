"""The program that ``tests/queue/sqs.py`` starts: an SQS on a free port whose time can be moved.

It is moto, made to keep what AWS documents and moto does not: one receive at a time
(two may not hand out the same message), sequence numbers that grow, messages that
were deleted still count against doubles, and a claim that ran out is refused.

Prints its port as its first line, then obeys its standard input line by line and
answers each with ``ok``: a number of seconds to move its clock forward, ``stop`` and
``run`` for the clock, ``refuse-send`` and ``refuse-delete`` to fail the next entry of a
batch; it ends when its input does.
"""

import itertools
import sys
import threading
import time
from typing import Any

import moto.sqs.models as sqs
from moto.server import ThreadedMotoServer
from moto.sqs.exceptions import InvalidParameterValue, ReceiptHandleIsInvalid

TICK_S = 1e-5  # a clock that stands still moves by this with each look, so that order can be told
POLL_S = 0.02
REFUSALS = {"refuse-send": 0, "refuse-delete": 0}  # how many entries fail next


class MovedClock:
    """The time that SQS believes in."""

    def __init__(self) -> None:
        self._moved_s = 0.0
        self._stopped_s: float | None = None

    def now_s(self, *_: object) -> float:
        if self._stopped_s is None:
            return time.time() + self._moved_s
        self._stopped_s += TICK_S
        return self._stopped_s + self._moved_s

    def obey(self, word: str) -> None:
        if word in REFUSALS:
            REFUSALS[word] += 1
        elif word == "run":
            self._stopped_s = None
        elif word == "stop":
            self._stopped_s = time.time()
        else:
            self._moved_s += float(word)


clock = MovedClock()
_one_at_a_time = threading.RLock()
_numbers = itertools.count(10**18)
_taken: dict[tuple[int, str], float] = {}  # by queue and deduplication id: when it was taken in

_receive = sqs.SQSBackend.receive_message
_send = sqs.SQSBackend.send_message_batch
_add = sqs.Queue.add_message
_delete = sqs.Queue.delete_message
_change = sqs.SQSBackend.change_message_visibility


def _receive_alone(
    self: Any, name: str, count: int, wait_s: int, visibility_s: int, names: Any = None
) -> Any:
    until_s = time.monotonic() + wait_s
    while True:
        with _one_at_a_time:
            found = _receive(self, name, count, 0, visibility_s, names)
        if found or time.monotonic() >= until_s:
            return found
        time.sleep(POLL_S)


def _add_once(self: Any, message: Any) -> None:
    with _one_at_a_time:
        if message.sequence_number is not None and message.approximate_receive_count == 0:
            message.sequence_number = str(next(_numbers)).zfill(20)
            known = (id(self), message.deduplication_id)
            if clock.now_s() - _taken.get(known, -1e9) < sqs.DEDUPLICATION_TIME_IN_SECONDS:
                return
            _taken[known] = clock.now_s()
            message.deduplication_id = None  # moto's own look may not drop it
        _add(self, message)


def _delete_held(self: Any, receipt: str) -> None:
    with _one_at_a_time:
        _refuse_late(self, receipt)
        _delete(self, receipt)


def _refused(word: str, id_: str) -> list[dict[str, Any]]:
    """The entry as failed, where one is to fail."""
    if not REFUSALS[word]:
        return []
    REFUSALS[word] -= 1
    return [{"Id": id_, "SenderFault": False, "Code": "InternalError", "Message": "Try again."}]


def _send_some(self: Any, queue_name: str, entries: dict[str, dict[str, Any]]) -> Any:
    refused = [each for key in entries for each in _refused("refuse-send", entries[key]["Id"])]
    ids = {each["Id"] for each in refused}
    taken = {key: entry for key, entry in entries.items() if entry["Id"] not in ids}
    sent, failed = _send(self, queue_name, taken)
    return sent, failed + refused


def _delete_batch(self: Any, name: str, receipts: list[dict[str, Any]]) -> Any:
    done, refused = [], []
    for each in receipts:
        if failed := _refused("refuse-delete", each["Id"]):
            refused += failed
            continue
        try:
            self.delete_message(name, each["ReceiptHandle"])
            done.append(each["Id"])
        except (ReceiptHandleIsInvalid, InvalidParameterValue):
            code = "ReceiptHandleIsInvalid"
            refused.append({"Id": each["Id"], "SenderFault": True, "Code": code, "Message": code})
    return done, refused


def _change_held(self: Any, queue_name: str, receipt_handle: str, visibility_timeout: int) -> None:
    with _one_at_a_time:
        _refuse_late(self.get_queue(queue_name), receipt_handle)
        _change(self, queue_name, receipt_handle, visibility_timeout)


def _refuse_late(queue: Any, receipt: str) -> None:
    """A claim of a FIFO queue is worth nothing once it ran out."""
    for message in queue._messages:
        late = message.receipt_handle != receipt or message.visible
        if late and message.had_receipt_handle(receipt):
            raise InvalidParameterValue("The receipt handle has expired.")


def keep_promises() -> None:
    """From now on moto in this process does as AWS says, by the clock above."""
    models: Any = sqs
    models.unix_time = clock.now_s
    models.unix_time_millis = lambda *_: clock.now_s() * 1000
    models.SQSBackend.receive_message = _receive_alone
    models.SQSBackend.send_message_batch = _send_some
    models.SQSBackend.delete_message_batch = _delete_batch
    models.SQSBackend.change_message_visibility = _change_held
    models.Queue.add_message = _add_once
    models.Queue.delete_message = _delete_held


def main() -> None:
    """Serve until nobody holds our standard input any more."""
    keep_promises()
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    print(server.get_host_and_port()[1], flush=True)
    for line in sys.stdin:
        clock.obey(line.strip())
        print("ok", flush=True)


if __name__ == "__main__":
    main()
