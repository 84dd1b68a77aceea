"""A function's container in this process, with a secret and a clock of the test's own."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.aws_lambda import receive, work
from bot.aws_lambda.container import Container
from bot.aws_lambda.secrets import Secrets, SecretUnavailable
from bot.clock import ManualClock
from bot.github.redact import Redactor
from tests.test_settings import KEY

WEBHOOK_SECRET = "a secret of sixteen or more"
SECRET = {
    "APP_ID": "1",
    "PRIVATE_KEY": KEY,
    "WEBHOOK_SECRET": WEBHOOK_SECRET,
    "ORGANIZATIONS": "octo-org",
    "CATALOG_REPOSITORY": "octo-org/catalog",
}


@dataclass
class Left:
    """Lambda's context."""

    left_ms: int

    def get_remaining_time_in_millis(self) -> int:
        return self.left_ms


@dataclass
class Box:
    """One container, and what it reads its secret from."""

    secret: dict[str, str]
    clock: ManualClock = field(default_factory=ManualClock)
    is_away: bool = False
    container: Any = None

    def read(self, _name: str) -> str:
        if self.is_away:
            raise SecretUnavailable("Secrets Manager cannot be asked.")
        return json.dumps(self.secret)

    def receive(self, event: Any, *, left_ms: int = 60_000) -> dict[str, Any]:
        return self.container.run(  # type: ignore[no-any-return]  # of either function
            lambda: receive._answer(self.container, event, Left(left_ms))
        )

    def work(self, event: Any, *, left_ms: int = 60_000) -> dict[str, Any]:
        return self.container.run(  # type: ignore[no-any-return]  # of either function
            lambda: work._work(self.container, event, Left(left_ms))
        )


@contextmanager
def container(
    module: Any, environment: Mapping[str, str], *, secret: Mapping[str, str] = SECRET
) -> Iterator[Box]:
    """The container of ``receive`` or ``work``; the logs of the tests stay as they are."""
    box = Box(dict(secret))
    given = {"APP_SECRET": "bot", "RENDER_FUNCTION": "render", **environment}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "start_logs", lambda _settings: Redactor(box.clock))
        secrets = Secrets(given, clock=box.clock, read=box.read)
        box.container = Container(secrets, module._open)
        try:
            yield box
        finally:
            box.container.close()
