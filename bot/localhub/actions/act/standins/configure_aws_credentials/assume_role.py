"""Assumes a role at the AWS endpoint of this machine and hands its keys to later steps."""

import os
import sys
from pathlib import Path

import boto3


def main() -> int:
    """The exit code of the step."""
    endpoint, role = os.environ.get("AWS_ENDPOINT_URL", ""), os.environ["ROLE"]
    if not endpoint:
        print("::error::There is no AWS on this machine: AWS_ENDPOINT_URL is not set.")
        return 1
    if not role:
        print("::error::role-to-assume is not given; the stand-in knows no other way.")
        return 1
    region = os.environ["REGION"]
    sts = boto3.client(
        "sts",
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",  # noqa: S106 -- an emulator takes any
    )
    try:
        made = sts.assume_role(
            RoleArn=role,
            RoleSessionName=os.environ["SESSION"],
            DurationSeconds=int(os.environ["DURATION_S"]),
        )
    except Exception as problem:  # noqa: BLE001 -- whatever it is, the step says it and fails
        print(f"::error::Could not assume role with OIDC: {problem}".replace("\n", " "))
        return 1
    _hand_over(region, made["Credentials"])
    account = role.split(":")[4]
    with Path(os.environ["GITHUB_OUTPUT"]).open("a") as outputs:
        outputs.write(f"aws-account-id={account}\n")
    print(f"Assumed {role} at {endpoint}")
    return 0


def _hand_over(region: str, keys: dict[str, str]) -> None:
    given = {
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }
    for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        print(f"::add-mask::{given[name]}")
    with Path(os.environ["GITHUB_ENV"]).open("a") as environment:
        environment.writelines(f"{name}={value}\n" for name, value in given.items())


if __name__ == "__main__":
    sys.exit(main())
