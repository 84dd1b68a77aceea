"""AWS around the three functions, as far as they see of it.

moto keeps the queue and the secret; the test itself plays API Gateway, the event
source mapping of SQS, and Lambda. Nothing of the bot is replaced.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from aiohttp import web

from bot.app import listening_socket
from bot.localhub.cloud import aws_environment
from tests.aws_lambda.events import http_event, sqs_event
from tests.aws_lambda.functions import Function, FunctionError, function
from tests.aws_lambda.invoke_endpoint import InvokeEndpoint, invoke_endpoint
from tests.infra.moto_server import moto_server

SECRET_NAME = "paved-road"
SECRETS = ("APP_ID", "PRIVATE_KEY", "WEBHOOK_SECRET", "ORGANIZATIONS", "CATALOG_REPOSITORY")


@dataclass
class Cloud:
    """What the test may look at and change."""

    environment: dict[str, str]
    queue_url: str
    receive: Function
    work: Function
    endpoint: InvokeEndpoint
    left_ms: int = 60_000
    batch: int = 1
    answers: list[int] = field(default_factory=list)
    lost: asyncio.Event = field(default_factory=asyncio.Event)  # an invocation was cut off

    def client(self, service: str) -> Any:
        """AWS as an operator uses it."""
        given = self.environment
        return boto3.client(
            service,
            endpoint_url=given["AWS_ENDPOINT_URL"],
            region_name=given["AWS_REGION"],
            aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
        )

    def rotate(self, **changed: str) -> None:
        """Write the secret anew."""
        client = self.client("secretsmanager")
        known = json.loads(client.get_secret_value(SecretId=SECRET_NAME)["SecretString"])
        client.put_secret_value(SecretId=SECRET_NAME, SecretString=json.dumps(known | changed))

    async def scheduled(self, *names: str) -> Any:
        """EventBridge's schedule."""
        return await self.work.invoke({"scheduled": list(names)}, left_ms=self.left_ms)

    async def webhook(self, request: web.Request) -> web.Response:
        """API Gateway: an event for the function, its answer for the sender."""
        headers = {name.lower(): ",".join(request.headers.getall(name)) for name in request.headers}
        event = http_event(
            request.method,
            request.path,
            headers=headers,
            body=await request.read(),
            as_base64=len(self.answers) % 2 == 1,  # it may do either
        )
        answer = await self.receive.invoke(event, left_ms=self.left_ms)
        self.answers.append(answer["statusCode"])
        return web.Response(
            status=answer["statusCode"], text=answer["body"], headers=answer["headers"]
        )

    async def poll(self) -> None:
        """The event source mapping: receive, invoke, delete what did not fail."""
        client = self.client("sqs")
        while True:
            received = await asyncio.to_thread(
                client.receive_message,
                QueueUrl=self.queue_url,
                MaxNumberOfMessages=self.batch,
                AttributeNames=["All"],
                WaitTimeSeconds=1,
                VisibilityTimeout=900,
            )
            messages = received.get("Messages", [])
            if messages:
                await self._hand_over(client, messages)

    async def _hand_over(self, client: Any, messages: list[Any]) -> None:
        try:
            answer = await self.work.invoke(sqs_event(*messages), left_ms=self.left_ms)
        except FunctionError:
            return  # all of it comes again
        except ConnectionError:
            self.lost.set()
            return
        failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
        for message in messages:
            if message["MessageId"] not in failed:
                await asyncio.to_thread(
                    client.delete_message,
                    QueueUrl=self.queue_url,
                    ReceiptHandle=message["ReceiptHandle"],
                )


@asynccontextmanager
async def cloud(
    folder: Path, bot: Mapping[str, str], *, port: int, poll: bool = True
) -> AsyncIterator[Cloud]:
    """The bot of these variables in the cloud, whose web side answers on that port."""
    async with AsyncExitStack() as stack:
        url = stack.enter_context(moto_server(folder / "moto.log"))
        render = await stack.enter_async_context(function("render", {}, folder / "render.log"))
        endpoint = await stack.enter_async_context(invoke_endpoint(render))
        aws = aws_environment(url) | {"AWS_ENDPOINT_URL_LAMBDA": endpoint.url}
        queue_url = await asyncio.to_thread(_make, aws, bot)
        kept = {name: text for name, text in bot.items() if name not in SECRETS}
        environment = (
            kept
            | aws
            | {
                "APP_SECRET": SECRET_NAME,
                "QUEUE_URL": queue_url,
                "RENDER_FUNCTION": "render",
                "LEASE_SECONDS": "1",
            }
        )
        receive, work = [
            await stack.enter_async_context(function(name, environment, folder / f"{name}.log"))
            for name in ("receive", "work")
        ]
        here = Cloud(environment, queue_url, receive, work, endpoint)
        await _answer_on(port, here, stack)
        if poll:
            polling = asyncio.create_task(here.poll())
            stack.push_async_callback(_end, polling)
        yield here


def _make(aws: Mapping[str, str], bot: Mapping[str, str]) -> str:
    keys = {
        "region_name": aws["AWS_REGION"],
        "endpoint_url": aws["AWS_ENDPOINT_URL"],
        "aws_access_key_id": aws["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": aws["AWS_SECRET_ACCESS_KEY"],
    }
    secret = json.dumps({name: bot[name] for name in SECRETS})
    boto3.client("secretsmanager", **keys).create_secret(Name=SECRET_NAME, SecretString=secret)
    sqs = boto3.client("sqs", **keys)
    dead = sqs.create_queue(QueueName="dead.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    told = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])
    policy = {"deadLetterTargetArn": told["Attributes"]["QueueArn"], "maxReceiveCount": "15"}
    attributes = {"FifoQueue": "true", "RedrivePolicy": json.dumps(policy)}
    return str(sqs.create_queue(QueueName="bot.fifo", Attributes=attributes)["QueueUrl"])


async def _answer_on(port: int, here: Cloud, stack: AsyncExitStack) -> None:
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.add_routes([web.route("*", "/{path:.*}", here.webhook)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.SockSite(runner, listening_socket("127.0.0.1", port)).start()


async def _end(polling: "asyncio.Task[None]") -> None:
    polling.cancel()
    with suppress(asyncio.CancelledError):
        await polling
