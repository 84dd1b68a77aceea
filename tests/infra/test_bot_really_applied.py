"""The bot's Terraform, really applied: to an AWS on this machine, which keeps what was made.

It runs no functions, and alarms never ring there. Who may do what is read back from IAM.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bot.localhub.cloud.account import client
from tests.catalog.terraform import run
from tests.infra.moto_server import ACCOUNT, REGION, aws_environment, moto_server
from tests.infra.projects import BOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # a busy machine takes its time

NAME = "paved-road-production"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{NAME}.fifo"
DEAD = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{NAME}-dead.fifo"
RENDER = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{NAME}-render"
LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/paved-road-bot/{NAME}"
GIVEN = {
    "region": REGION,
    "team": "platform",
    "business_unit": "Technology",
    "cost_center": "CC-900",
    "lambda_zip": "any.zip",
    "render_zip": "any.zip",
    "secret_recovery_days": 0,
    "alarm_email": "platform@example.com",
}
TAGS = {
    "application": "paved-road",
    "business_unit": "Technology",
    "cost_center": "CC-900",
    "environment": "production",
    "managed_by": "paved-road",
    "service": "paved-road/production",
    "team": "platform",
}
# What moto does not keep, or writes otherwise, so that it is planned again.
FORGOTTEN = {
    "aws_lambda_function": {"logging_config"},
    "aws_sqs_queue": {"redrive_policy"},  # spaces in its JSON
}
# State stays on this machine, and what moto lacks is not asked for again and again.
OVERRIDE = """
terraform {
  backend "local" {}
}

provider "aws" {
  max_retries = 2
}
"""
# A queue takes 25 s to make, so the one of the dead letters is there already.
IMPORT = """
import {
  to = aws_sqs_queue.dead
  id = "%s"
}
"""


@dataclass(frozen=True, slots=True)
class Applied:
    """The folder with its state, and the AWS that it is in."""

    url: str
    folder: Path

    def terraform(self, command: str) -> str:
        return run(f"terraform {command}", self.folder, aws_environment(self.url))

    def aws(self, service: str) -> Any:
        return client(service, self.url)


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    tmp_path = tmp_path_factory.mktemp("bot")
    ignored = shutil.ignore_patterns(".*")
    folder = Path(shutil.copytree(BOT, tmp_path / "bot", ignore=ignored))
    (folder / "any.zip").write_bytes(b"PK\5\6" + bytes(18))
    (folder / "given.auto.tfvars.json").write_text(json.dumps(GIVEN))
    with moto_server(tmp_path / "moto.log") as url:
        bot = Applied(url, folder)
        (folder / "test_override.tf").write_text(OVERRIDE)
        (folder / "import.tf").write_text(IMPORT % dead_letters(bot))
        bot.terraform("init -input=false")
        bot.terraform("apply -auto-approve -input=false")
        yield bot


def dead_letters(bot: Applied) -> str:
    """The URL of a queue as Terraform would make it."""
    attributes = {
        "FifoQueue": "true",
        "ContentBasedDeduplication": "false",
        "MessageRetentionPeriod": "1209600",
        "SqsManagedSseEnabled": "true",
    }
    sqs = bot.aws("sqs")
    made = sqs.create_queue(QueueName=f"{NAME}-dead.fifo", Attributes=attributes, tags=TAGS)
    return str(made["QueueUrl"])


def test_each_role_may_do_what_it_is_for_and_no_more(applied: Applied) -> None:
    secret = applied.aws("secretsmanager").describe_secret(SecretId=f"{NAME}/app")["ARN"]
    send = {"sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"}
    take = send | {"sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"}
    write = {"logs:CreateLogStream", "logs:PutLogEvents"}
    read = {"secretsmanager:GetSecretValue"}

    assert granted(applied) == {
        f"{NAME}-render": {},
        f"{NAME}-receive": {
            secret: read,
            QUEUE: send,
            DEAD: send - {"sqs:SendMessage"},
            f"{LOGS}/receive:*": write,
        },
        f"{NAME}-work": {
            secret: read,
            QUEUE: take,
            DEAD: send,
            RENDER: {"lambda:InvokeFunction"},
            f"{LOGS}/work:*": write,
        },
    }


def granted(applied: Applied) -> dict[str, dict[str, set[str]]]:
    """For each role, what it may do to which resource."""
    iam, found = applied.aws("iam"), {}
    for role in iam.list_roles(PathPrefix="/paved-road-bot/")["Roles"]:
        name = role["RoleName"]
        assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == []
        may: dict[str, set[str]] = {}
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            for statement in document["Statement"]:
                assert statement["Effect"] == "Allow"
                for resource in statement["Resource"]:
                    may.setdefault(resource, set()).update(statement["Action"])
        found[name] = may
    return found


def test_messages_go_from_the_queue_to_work_and_to_the_dead_letters(applied: Applied) -> None:
    sqs = applied.aws("sqs")
    url = sqs.get_queue_url(QueueName=f"{NAME}.fifo")["QueueUrl"]
    its = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    (mapping,) = applied.aws("lambda").list_event_source_mappings()["EventSourceMappings"]

    assert (its["FifoQueue"], its["ContentBasedDeduplication"]) == ("true", "false")
    assert int(its["VisibilityTimeout"]) == 6 * 900
    redrive = json.loads(its["RedrivePolicy"])
    assert redrive == {"deadLetterTargetArn": DEAD, "maxReceiveCount": 20}
    assert mapping["EventSourceArn"] == QUEUE
    assert mapping["FunctionArn"].split(":")[-1] == f"{NAME}-work"
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_github_and_the_clock_reach_the_functions(applied: Applied) -> None:
    api = applied.aws("apigatewayv2")
    (own,) = api.get_apis()["Items"]
    routes = {each["RouteKey"] for each in api.get_routes(ApiId=own["ApiId"])["Items"]}
    events = applied.aws("events")
    (target,) = events.list_targets_by_rule(Rule=f"{NAME}-minute")["Targets"]

    assert routes == {
        "POST /webhook", "GET /healthz", "GET /readyz", "GET /setup", "GET /setup/registered",
    }  # fmt: skip
    assert json.loads(target["Input"]) == {"scheduled": ["*"]}
    assert target["Arn"].endswith(f":{NAME}-work")
    told = json.loads(applied.terraform("output -json"))
    assert told["webhook_url"]["value"] == f"{own['ApiEndpoint']}/webhook"


def test_functions_know_where_the_secret_is_and_the_renderer_nothing(applied: Applied) -> None:
    functions = applied.aws("lambda")
    known = {
        name: functions.get_function_configuration(FunctionName=f"{NAME}-{name}")
        for name in ("receive", "work", "render")
    }

    assert known["render"].get("Environment", {}).get("Variables", {}) == {}
    for name in ("receive", "work"):
        assert known[name]["Handler"] == f"bot.aws_lambda.{name}.handler"
        variables = known[name]["Environment"]["Variables"]
        assert variables["RENDER_FUNCTION"] == RENDER
        assert variables["APP_SECRET"].split(":")[-1].startswith(f"{NAME}/app-")


def test_somebody_is_told_and_somebody_pays(applied: Applied) -> None:
    (topic,) = applied.aws("sns").list_topics()["Topics"]
    alarms = applied.aws("cloudwatch").describe_alarms()["MetricAlarms"]
    groups = applied.aws("logs").describe_log_groups()["logGroups"]
    state = json.loads((applied.folder / "terraform.tfstate").read_text())
    values = [each["attributes"] for one in state["resources"] for each in one["instances"]]

    assert {alarm["AlarmName"].removeprefix(f"{NAME}-") for alarm in alarms} >= {
        "dead-letters", "oldest-message", "api-errors", "key-age", "work-errors",
    }  # fmt: skip
    assert {action for alarm in alarms for action in alarm["AlarmActions"]} == {topic["TopicArn"]}
    assert {group["retentionInDays"] for group in groups} == {30}
    tagged = [each["tags_all"] for each in values if "tags_all" in each]
    assert len(tagged) > 15
    assert [tags for tags in tagged if tags != TAGS] == []


def test_planned_again_nothing_changes_though_the_secret_was_written(applied: Applied) -> None:
    """Terraform has never seen its value, and does not take it away."""
    secrets = applied.aws("secretsmanager")
    with pytest.raises(ClientError):
        secrets.get_secret_value(SecretId=f"{NAME}/app")
    secrets.put_secret_value(SecretId=f"{NAME}/app", SecretString='{"APP_ID": "1"}')

    applied.terraform("plan -input=false -out=again")
    plan = json.loads(applied.terraform("show -json again"))

    assert [each["address"] for each in plan["resource_changes"] if changes(each)] == []


def changes(resource: Mapping[str, Any]) -> set[str]:
    """What would change of it, but for what moto forgets."""
    change = resource["change"]
    if change["actions"] == ["no-op"] or resource["mode"] == "data":
        return set()
    if change["actions"] != ["update"]:
        return set(change["actions"])
    before, after = change["before"], change["after"]
    different = {name for name in after if after[name] != before.get(name)}
    return different - FORGOTTEN.get(resource["type"], set())


def test_destroyed_it_leaves_nothing(applied: Applied) -> None:
    """Runs last: a file's tests run in their order."""
    applied.terraform("destroy -refresh=false -auto-approve -input=false")

    assert applied.aws("sqs").list_queues().get("QueueUrls", []) == []
    assert applied.aws("lambda").list_functions()["Functions"] == []
    assert applied.aws("iam").list_roles(PathPrefix="/paved-road-bot/")["Roles"] == []
    assert applied.aws("secretsmanager").list_secrets()["SecretList"] == []
