"""A cloud on this machine, and what a runner has to reach it: for workflows that really deploy.

AWS is moto, whose registry keeps what the stand-in for ``docker`` pushes. It runs no containers,
so the service that is probed is one of the test's own, and ``PROBE_URL`` leads there.
"""

import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from aiohttp import web

from tests.catalog.terraform import mirror_configuration
from tests.infra.moto_server import ACCOUNT, REGION, aws_environment

HOST, STATE = "money-kit.acme.example", "acme-terraform-state"

# docker login | manifest inspect IMAGE | buildx build --push --tag IMAGE … .
_DOCKER = """
import json, pathlib, sys
import boto3

def parts(image):
    registry, _, rest = image.partition("/")
    name, _, tag = rest.rpartition(":")
    return boto3.client("ecr", region_name=registry.split(".")[3]), name, tag

words = sys.argv[1:]
if words[0] == "login":
    sys.stdin.read()
elif words[:2] == ["manifest", "inspect"]:
    ecr, name, tag = parts(words[2])
    try:
        ecr.describe_images(repositoryName=name, imageIds=[{"imageTag": tag}])
    except ecr.exceptions.ImageNotFoundException:
        sys.exit("no such manifest")
elif words[:2] == ["buildx", "build"] and "--push" in words and words[-1] == ".":
    assert pathlib.Path("Dockerfile").read_text().count("FROM ") >= 1
    ecr, name, tag = parts(words[words.index("--tag") + 1])
    oci = "application/vnd.oci.image."
    config = {"mediaType": f"{oci}config.v1+json", "size": 2, "digest": f"sha256:{tag:0<64}"}
    manifest = {"schemaVersion": 2, "mediaType": f"{oci}manifest.v1+json", "config": config}
    manifest["layers"] = []
    ecr.put_image(repositoryName=name, imageTag=tag, imageManifest=json.dumps(manifest))
else:
    sys.exit(f"docker {words}: not known here")
"""
# aws ecr get-login-password --region REGION
_AWS = """
import sys
print("password") if sys.argv[1:3] == ["ecr", "get-login-password"] else sys.exit("not known here")
"""


@dataclass
class Service:
    """What is probed: it is well or not, and tells the test of each probe."""

    url: str = ""
    is_well: bool = True
    probes: list[str] = field(default_factory=list)  # the header that leads to the canary
    on_first_probe: Callable[[], Any] | None = None
    seen: Any = None  # what the callback saw

    async def answer(self, request: web.Request) -> web.Response:
        """As the service's health endpoint does."""
        self.probes.append(request.headers.get("x-paved-road-canary", ""))
        if self.on_first_probe is not None:
            look, self.on_first_probe = self.on_first_probe, None
            self.seen = look()
        return web.Response(status=200 if self.is_well else 503)


@asynccontextmanager
async def probed_service() -> AsyncIterator[Service]:
    """A service on a port of its own."""
    service = Service()
    application = web.Application()
    application.router.add_get("/health/ready", service.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    service.url = f"http://127.0.0.1:{port}/health/ready"
    try:
        yield service
    finally:
        await runner.cleanup()


@dataclass(frozen=True)
class Cloud:
    """The account in which a platform team has prepared what services share."""

    url: str
    listener_arn: str
    load_balancer_arn: str

    @property
    def terraform_variables(self) -> str:
        """What the platform team sets as TERRAFORM_VARIABLES."""
        return json.dumps(
            {
                "load_balancer_arn": self.load_balancer_arn,
                "listener_port": 80,
                "host_name": HOST,
                "wait_for_steady_state": False,  # moto runs no containers
            }
        )

    def weights(self) -> dict[str, int]:
        """Track → its share of the traffic that asks without the header, in percent."""
        elb = client("elbv2", self.url)
        groups = {
            group["TargetGroupArn"]: group["TargetGroupName"].rpartition("-")[2]
            for group in elb.describe_target_groups()["TargetGroups"]
        }
        rules = elb.describe_rules(ListenerArn=self.listener_arn)["Rules"]
        shared = [
            action["ForwardConfig"]["TargetGroups"]
            for rule in rules
            for action in rule["Actions"]
            if len(action.get("ForwardConfig", {}).get("TargetGroups", [])) > 1
        ]
        (found,) = shared
        return {groups[each["TargetGroupArn"]]: each["Weight"] for each in found}

    def images(self) -> dict[str, str]:
        """Track → the tag of the image that its ECS service runs."""
        ecs = client("ecs", self.url)
        running: dict[str, str] = {}
        for cluster in ecs.list_clusters()["clusterArns"]:
            arns = ecs.list_services(cluster=cluster)["serviceArns"]
            services = (
                ecs.describe_services(cluster=cluster, services=arns)["services"] if arns else []
            )
            for service in services:
                if service["status"] != "ACTIVE":
                    continue
                task = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])
                image = task["taskDefinition"]["containerDefinitions"][0]["image"]
                running[service["serviceName"].rpartition("-")[2]] = image.rpartition(":")[2]
        return running

    def tags(self) -> dict[str, str]:
        """The tags of the service that all see."""
        ecs = client("ecs", self.url)
        for cluster in ecs.list_clusters()["clusterArns"]:
            for arn in ecs.list_services(cluster=cluster)["serviceArns"]:
                if arn.endswith("stable"):
                    found = ecs.list_tags_for_resource(resourceArn=arn)["tags"]
                    return {each["key"]: each["value"] for each in found}
        return {}

    def pushed(self) -> set[str]:
        """The tags of the images in the registry."""
        ecr = client("ecr", self.url)
        found = ecr.describe_images(repositoryName="acme/money-kit")["imageDetails"]
        return {tag for image in found for tag in image["imageTags"]}


def prepared_cloud(url: str) -> Cloud:
    """The account once the platform team was there: a bucket for states, a load balancer."""
    client("s3", url).create_bucket(
        Bucket=STATE, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    ec2, elb = client("ec2", url), client("elbv2", url)
    subnets = [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"]][:2]
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    group = ec2.create_security_group(GroupName="shared", Description="shared", VpcId=vpc)
    made = elb.create_load_balancer(
        Name="shared", Subnets=subnets, SecurityGroups=[group["GroupId"]]
    )
    balancer = made["LoadBalancers"][0]["LoadBalancerArn"]
    answer = {"MessageBody": "none", "StatusCode": "404", "ContentType": "text/plain"}
    listener = elb.create_listener(
        LoadBalancerArn=balancer,
        Port=80,
        Protocol="HTTP",
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": answer}],
    )
    return Cloud(url, listener["Listeners"][0]["ListenerArn"], balancer)


def variables(cloud: Cloud, service: Service) -> dict[str, str]:
    """What an organisation and a repository set for deployments; the probe begins at once."""
    role = f"arn:aws:iam::{ACCOUNT}:role/deploy"
    return {
        "AWS_ROLE_ARN": role,
        "AWS_PLAN_ROLE_ARN": role,
        "STATE_BUCKET": STATE,
        "TERRAFORM_VARIABLES": cloud.terraform_variables,
        "PROBE_URL": service.url,
        "PROBE_START_SECONDS": "5",
    }


def runner_environment(url: str, folder: Path) -> dict[str, str]:
    """What steps see beside what GitHub gives them; ``folder`` must be readable to them."""
    folder.mkdir(parents=True, exist_ok=True)
    return aws_environment(url) | mirror_configuration(folder / "terraform.tfrc")


def put_tools(folder: Path) -> None:
    """``docker`` and ``aws`` for the runner's PATH: their registry is the one of this machine."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, program in (("docker", _DOCKER), ("aws", _AWS)):
        path = folder / name
        path.write_text(f"#!{sys.executable} -I\n{program}")
        path.chmod(0o755)


def client(service: str, url: str) -> Any:
    """boto3 for that AWS."""
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
