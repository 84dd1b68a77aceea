"""Plays Lambda's runtime: a process that calls one handler, an invocation at a time.

Run as a program: ``runtime.py bot.aws_lambda.work``. A line of JSON comes in for each
invocation and one goes out; what the handler prints goes to standard error.
"""

import importlib
import json
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Context:
    """What the handlers ask of Lambda's context."""

    def __init__(self, left_ms: int) -> None:
        self._ends_s = time.monotonic() + left_ms / 1000

    def get_remaining_time_in_millis(self) -> int:
        return max(int((self._ends_s - time.monotonic()) * 1000), 0)


def main(module: str) -> None:
    answers, sys.stdout = sys.stdout, sys.stderr
    handler = importlib.import_module(module).handler
    for line in sys.stdin:
        invocation = json.loads(line)
        try:
            answer = {"result": handler(invocation["event"], Context(invocation["left_ms"]))}
        except Exception as error:
            answer = {"errorType": type(error).__name__, "errorMessage": str(error)}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    sys.path[0] = str(ROOT)  # our own `bot`, whatever is installed
    main(sys.argv[1])
