"""The AWS that Terraform is tried on: it keeps tags, and refuses at once what it lacks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.infra.moto_server import ACCOUNT, REGION, aws_environment, moto_server

TABLE = {"ServiceNamespace": "dynamodb", "ScalableDimension": "dynamodb:table:ReadCapacityUnits"}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with moto_server(tmp_path_factory.mktemp("moto") / "log") as url:
        yield url


def client(service: str, url: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(retries={"max_attempts": 5}),
    )


def test_tags_of_a_scalable_target_are_kept(url: str) -> None:
    scaling = client("application-autoscaling", url)
    made = scaling.register_scalable_target(
        **TABLE, ResourceId="table/a", MinCapacity=1, MaxCapacity=2, Tags={"team": "payments"}
    )
    arn = made["ScalableTargetARN"]
    scaling.tag_resource(ResourceARN=arn, Tags={"cost_center": "CC-1", "old": "x"})
    scaling.untag_resource(ResourceARN=arn, TagKeys=["old"])

    tags = scaling.list_tags_for_resource(ResourceARN=arn)["Tags"]
    assert tags == {"team": "payments", "cost_center": "CC-1"}


def test_a_budget_can_be_changed(url: str) -> None:
    budgets = client("budgets", url)
    budget = {
        "BudgetName": "orders",
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": "5", "Unit": "USD"},
    }
    tags = [{"Key": "team", "Value": "payments"}]
    budgets.create_budget(AccountId=ACCOUNT, Budget=budget, ResourceTags=tags)
    more = {"BudgetLimit": {"Amount": "7", "Unit": "USD"}}
    budgets.update_budget(AccountId=ACCOUNT, NewBudget=budget | more)

    found = budgets.describe_budget(AccountId=ACCOUNT, BudgetName="orders")["Budget"]
    assert found["BudgetLimit"]["Amount"] == "7"
    arn = f"arn:aws:budgets::{ACCOUNT}:budget/orders"
    assert budgets.list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == tags


def test_what_it_lacks_is_refused_at_once(url: str) -> None:
    """A 500 would be tried again for an hour by the AWS provider; a 501 is not."""
    with pytest.raises(ClientError) as refused:
        client("budgets", url).describe_budget_performance_history(
            AccountId=ACCOUNT, BudgetName="any"
        )

    answer = refused.value.response["ResponseMetadata"]
    assert (answer["HTTPStatusCode"], answer["RetryAttempts"]) == (501, 0)


def test_managed_policies_are_there(url: str) -> None:
    """Roles can be given them, as in a real account."""
    found = client("iam", url).get_policy(
        PolicyArn="arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    )
    assert found["Policy"]["IsAttachable"]


def test_two_servers_are_two_accounts(url: str, tmp_path: Path) -> None:
    """Tests at the same time do not meet."""
    with moto_server(tmp_path / "log") as other:
        location = {"LocationConstraint": REGION}
        client("s3", other).create_bucket(Bucket="state", CreateBucketConfiguration=location)

        assert other != url
        assert client("s3", url).list_buckets()["Buckets"] == []


def test_the_environment_names_no_account_of_the_machine(url: str) -> None:
    given = aws_environment(url)
    assert given["AWS_ENDPOINT_URL"] == url
    assert given["AWS_ACCESS_KEY_ID"] == given["AWS_SECRET_ACCESS_KEY"] == "testing"
