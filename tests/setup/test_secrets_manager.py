"""Credentials in a secret of AWS: merged, never overwritten, and every failure in a sentence."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoRegionError
from moto import mock_aws

from bot.errors import UserError
from bot.setup import AlreadySetUp, Credentials
from bot.setup.secrets_manager import AwsSecret

NAME = "paved-road"
VALUES = {"APP_ID": "77", "PRIVATE_KEY": "-----BEGIN…\n-----END…", "WEBHOOK_SECRET": "shh"}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Secrets Manager, with nothing in it."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield boto3.client("secretsmanager")


@pytest.mark.parametrize(
    "before", [None, {}, {"STORE_URL": "mongodb://u:p@h/d", "SETUP_KEY": "k"}], ids=str
)
async def test_credentials_join_what_the_secret_holds(
    aws: Any, before: dict[str, str] | None
) -> None:
    """A secret that Terraform made without a value takes them as well as one with others."""
    more = {} if before is None else {"SecretString": json.dumps(before)}
    aws.create_secret(Name=NAME, **more)
    secret = AwsSecret(NAME)

    await secret.refuse_if_set()
    await secret.keep(VALUES)

    held = json.loads(aws.get_secret_value(SecretId=NAME)["SecretString"])
    assert held == {**(before or {}), **VALUES}


async def test_an_app_that_is_there_is_never_overwritten(aws: Any) -> None:
    """Somebody who begins a second time keeps the first App's key."""
    aws.create_secret(Name=NAME, SecretString=json.dumps({"APP_ID": "1"}))

    with pytest.raises(AlreadySetUp, match="already holds an App"):
        await AwsSecret(NAME).refuse_if_set()
    with pytest.raises(AlreadySetUp):
        await AwsSecret(NAME).keep(VALUES)

    assert json.loads(aws.get_secret_value(SecretId=NAME)["SecretString"]) == {"APP_ID": "1"}


async def test_a_secret_that_is_not_there(aws: Any) -> None:
    """It is said before anybody is sent to GitHub."""
    with pytest.raises(UserError, match="There is no secret paved-road") as told:
        await AwsSecret(NAME).refuse_if_set()

    assert "AWS_REGION" in told.value.fix


@pytest.mark.parametrize("held", ["plain text", '["a list"]'])
async def test_a_secret_that_holds_something_else(aws: Any, held: str) -> None:
    """Nobody's password is overwritten, nor repeated."""
    aws.create_secret(Name=NAME, SecretString=held)

    with pytest.raises(UserError, match="something other than a JSON object") as told:
        await AwsSecret(NAME).keep(VALUES)

    assert held not in f"{told.value} {told.value.fix}"


class Refusing:
    """A client whose every call fails so."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def get_secret_value(self, **_asked: str) -> None:
        raise self._error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        pytest.param(
            ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetSecretValue"),
            "does not let this role",
            id="denied",
        ),
        pytest.param(
            ClientError({"Error": {"Code": "InternalServiceError"}}, "GetSecretValue"),
            "answered InternalServiceError",
            id="broken",
        ),
        pytest.param(NoRegionError(), "could not be asked", id="no-region"),
        pytest.param(EndpointConnectionError(endpoint_url="x"), "could not be asked", id="away"),
    ],
)
async def test_what_aws_refuses_is_a_sentence(error: Exception, words: str) -> None:
    """With what to do, and without a trace of AWS's own."""
    with pytest.raises(UserError, match=words) as told:
        await AwsSecret(NAME, client=Refusing(error)).refuse_if_set()

    assert told.value.fix
    assert told.value.__cause__ is None


def test_credentials_do_not_show_their_secrets() -> None:
    """Not even where somebody prints them."""
    app = Credentials(app_id=7, name="n", html_url="u", private_key="key!", webhook_secret="shh!")

    assert "key!" not in repr(app)
    assert "shh!" not in repr(app)
