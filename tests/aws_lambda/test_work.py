"""What AWS invokes ``work`` with is done, or refused so that operators hear of it."""

import asyncio
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.app import listening_socket
from bot.aws_lambda import work
from bot.aws_lambda.records import OtherEvent
from bot.aws_lambda.secrets import SecretUnavailable
from bot.settings import SettingsError
from bot.work.schedule import Scheduled
from tests.aws_lambda.containers import Box, container
from tests.aws_lambda.events import DATA, sqs_event

OURS = json.dumps({"id": "delivery:gone", "key": "k", "token": ""})


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    with container(work, {"STORE_URL": f"sqlite:///{tmp_path / 'bot.db'}"}) as box:
        yield box


def message(body: str, **attributes: str) -> dict[str, Any]:
    return {
        "MessageId": "m1",
        "ReceiptHandle": "999.1",
        "Body": body,
        "MD5OfBody": "",
        "Attributes": attributes,
    }


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(None, id="none"),
        pytest.param([], id="list"),
        pytest.param({}, id="empty"),
        pytest.param({"Records": {}}, id="no-list"),
        pytest.param({"Records": [1]}, id="no-record"),
        pytest.param({"Records": [{"eventSource": "aws:sqs"}]}, id="half-a-record"),
        pytest.param({"Records": [{"eventSource": "aws:s3", "s3": {}}]}, id="of-s3"),
        pytest.param({"scheduled": "*"}, id="no-names"),
        pytest.param({"scheduled": [1]}, id="numbers"),
    ],
)
def test_an_event_of_another_shape_is_an_error_of_the_function(box: Box, event: Any) -> None:
    """Nothing is deleted, and the alarm on errors tells of it."""
    with pytest.raises(OtherEvent):
        box.work(event)


def test_a_message_that_nobody_wrote_is_dropped(box: Box) -> None:
    """AWS's own example, to begin with."""
    example = json.loads((DATA / "sqs_fifo_event.json").read_text())
    assert box.work(example) == {"batchItemFailures": []}


def test_a_message_whose_claim_is_gone_comes_again(box: Box) -> None:
    """It is not worked on: somebody else has it."""
    found = box.work(sqs_event(message(OURS)))
    assert found == {"batchItemFailures": [{"itemIdentifier": "m1"}]}


def test_a_bug_at_one_message_costs_no_other(box: Box) -> None:
    broken = message(OURS, MessageGroupId="a") | {
        "ReceiptHandle": "such as no queue of ours gives",
        "MessageId": "m2",
    }
    stranger = message("{}", MessageGroupId="b") | {"MessageId": "m3"}
    found = box.work(sqs_event(broken, stranger))
    assert found == {"batchItemFailures": [{"itemIdentifier": "m2"}]}


def test_what_is_due_is_done_once_an_interval(box: Box) -> None:
    done: list[str] = []

    async def note() -> None:
        done.append("noted")

    async def jobs() -> None:
        bot = await box.container.current()
        object.__setattr__(bot, "jobs", (Scheduled("note", 3_600.0, note),))

    box.container.run(jobs)
    assert box.work({"scheduled": ["*"]}) == {"done": ["note"]}
    assert box.work({"scheduled": ["note"]}) == {"done": []}
    assert box.work({"scheduled": ["unknown"]}) == {"done": []}
    assert done == ["noted"]


def test_what_the_end_of_the_invocation_cuts_off_is_due_again(box: Box) -> None:
    hanging = [True]

    async def hang() -> None:
        while hanging:
            await asyncio.Event().wait()

    async def jobs() -> None:
        bot = await box.container.current()
        object.__setattr__(bot, "jobs", (Scheduled("hang", 3_600.0, hang),))

    box.container.run(jobs)
    assert box.work({"scheduled": ["*"]}, left_ms=5_100) == {"done": []}
    hanging.clear()
    assert box.work({"scheduled": ["*"]}) == {"done": ["hang"]}


def test_without_its_secret_or_settings_the_function_fails(tmp_path: Path) -> None:
    """Everything comes again, and the reason names variables and no value."""
    environment = {"STORE_URL": f"sqlite:///{tmp_path / 'bot.db'}", "RENDER_FUNCTION": ""}
    with container(work, environment) as box:
        box.is_away = True
        with pytest.raises(SecretUnavailable):
            box.work({"scheduled": ["*"]})
        box.is_away = False
        with pytest.raises(SettingsError) as caught:
            box.work({"scheduled": ["*"]})
        assert caught.value.problems == {"RENDER_FUNCTION": "is missing"}
        box.secret["RENDER_FUNCTION"] = "render"
        box.clock.advance(600)
        assert box.work({"scheduled": []}) == {"done": []}


def test_a_key_that_github_refuses_makes_the_secret_be_read_again(tmp_path: Path) -> None:
    """It may have been replaced a moment ago; the next invocation has the new one."""
    listening = listening_socket("127.0.0.1", 0)
    environment = {
        "STORE_URL": f"sqlite:///{tmp_path / 'bot.db'}",
        "GITHUB_API_URL": f"http://127.0.0.1:{listening.getsockname()[1]}",
    }
    with container(work, environment) as box:
        box.container.run(lambda: _refuse_everything(listening))
        box.work({"scheduled": ["catalog"]})
        first = box.container._opened.value
        box.secret["APP_ID"] = "2"
        box.clock.advance(60)
        assert box.work({"scheduled": []}) == {"done": []}
        assert box.container._opened.value is not first
        assert box.container._opened.value.settings.app_id == 2


async def _refuse_everything(listening: socket.socket) -> None:
    """A GitHub that does not know our key; it answers whenever the container's loop turns."""

    async def refuse(_request: web.Request) -> web.Response:
        return web.json_response({"message": "Bad credentials"}, status=401)

    app = web.Application()
    app.add_routes([web.route("*", "/{path:.*}", refuse)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.SockSite(runner, listening).start()
