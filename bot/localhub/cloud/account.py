"""The AWS account of this machine, as a platform team prepares one for its services."""

import json
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from bot.localhub.cloud.moto import ACCOUNT, REGION

HERE = Path(__file__).resolve().parent
STATE_BUCKET = "acme-terraform-state"
HOST_NAME = "services.acme.example"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deploy"


@dataclass(frozen=True, slots=True)
class Account:
    """What services share: a load balancer, which takes a minute to make, and its listener."""

    url: str
    load_balancer_arn: str
    listener_arn: str

    def variables(self, *, probe_url: str) -> dict[str, str]:
        """The variables of GitHub Actions that lead deployments here."""
        terraform = {
            "load_balancer_arn": self.load_balancer_arn,
            "listener_port": 80,
            "host_name": HOST_NAME,
            "wait_for_steady_state": False,  # no containers run, so none becomes steady
        }
        return {
            "AWS_ROLE_ARN": ROLE,
            "AWS_PLAN_ROLE_ARN": ROLE,
            "STATE_BUCKET": STATE_BUCKET,
            "TERRAFORM_VARIABLES": json.dumps(terraform),
            "PROBE_URL": probe_url,
            "PROBE_START_SECONDS": "5",  # what is probed is there already
        }


def client(service: str, url: str) -> Any:
    """boto3 for the AWS at that address."""
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",  # noqa: S106 -- an emulator takes any
    )


def prepared(url: str) -> Account:
    """The empty account with what the platform team brings."""
    location = {"LocationConstraint": REGION}
    client("s3", url).create_bucket(Bucket=STATE_BUCKET, CreateBucketConfiguration=location)
    ec2, elb = client("ec2", url), client("elbv2", url)
    subnets = [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"]][:2]
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    group = ec2.create_security_group(GroupName="shared", Description="Shared", VpcId=vpc)
    made = elb.create_load_balancer(
        Name="shared", Subnets=subnets, SecurityGroups=[group["GroupId"]]
    )
    balancer = made["LoadBalancers"][0]["LoadBalancerArn"]
    nothing = {"MessageBody": "none", "StatusCode": "404", "ContentType": "text/plain"}
    listener = elb.create_listener(
        LoadBalancerArn=balancer,
        Port=80,
        Protocol="HTTP",
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": nothing}],
    )
    return Account(url, balancer, listener["Listeners"][0]["ListenerArn"])


def put_tools(folder: Path) -> None:
    """``docker`` and ``aws`` for a PATH: they reach the registry of this machine alone."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("docker", "aws"):
        command = shlex.join([sys.executable, "-I", str(HERE / f"stand_in_{name}.py")])
        path = folder / name
        path.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        path.chmod(0o755)
