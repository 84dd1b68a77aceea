"""The Terraform of an account and of a service on AWS, really applied: to one on this machine.

Canary, promotion, a bad release's canary, rollback, the canary after it: what people see is
read back from AWS, not from Terraform. Containers do not run there.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.catalog.terraform import attempt, run
from tests.infra.moto_server import ACCOUNT, REGION, aws_environment, moto_server
from tests.infra.projects import ACCOUNT as PLATFORM
from tests.infra.projects import SETTINGS, project

pytestmark = [pytest.mark.slow, pytest.mark.thorough, pytest.mark.timeout(900)]

GOOD = "registry.example.com/orders:good"
BAD = "registry.example.com/orders:bad"
NEXT = "registry.example.com/orders:next"
HOST = "orders.example.com"
KEY = "acme/orders/dev/terraform.tfstate"
TAGS = {
    "application": "orders",
    "business_unit": "Payments _ Lending",  # AWS takes no & in a tag
    "cost_center": "CC-100",
    "environment": "dev",
    "managed_by": "paved-road",
    "repository": "acme/orders",
    "service": "orders/dev",
    "team": "payments",
}
ONCE = {
    "region": REGION,
    "state_bucket": "state",
    "organization": "acme",
    "organization_id": "12345",
    "repositories": {"orders": "67890"},
    "environments": ["dev"],
    "team": "platform",
    "business_unit": "Technology",
    "cost_center": "CC-900",
}
MOVE = "elasticloadbalancing:ModifyRule"
# What AWS calls a right where it is not the name of what is asked.
RIGHTS = {
    "budgets:CreateBudget": "budgets:ModifyBudget",
    "budgets:UpdateBudget": "budgets:ModifyBudget",
    "budgets:DeleteBudget": "budgets:ModifyBudget",
    "budgets:DescribeBudget": "budgets:ViewBudget",
    "budgets:DescribeNotificationsForBudget": "budgets:ViewBudget",
    "budgets:DescribeSubscribersForNotification": "budgets:ViewBudget",
}
# What moto does not keep of a service, so that it is planned again.
FORGOTTEN = {
    "availability_zone_rebalancing",
    "enable_ecs_managed_tags",
    "health_check_grace_period_seconds",
}


@dataclass(slots=True)
class Aws:
    """The AWS on this machine, with what a platform has there: state and a load balancer."""

    url: str
    clients: dict[str, Any] = field(default_factory=dict)

    def __call__(self, service: str) -> Any:
        """A client of that service."""
        if service not in self.clients:
            self.clients[service] = boto3.client(
                service,
                endpoint_url=self.url,
                region_name=REGION,
                aws_access_key_id="testing",
                aws_secret_access_key="testing",
            )
        return self.clients[service]

    def listener(self) -> tuple[str, str]:
        """The ARNs of a new load balancer and of its listener."""
        vpc = self("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
        subnets = self("ec2").describe_subnets()["Subnets"]
        group = self("ec2").create_security_group(GroupName="lb", Description="lb", VpcId=vpc)
        balancer = self("elbv2").create_load_balancer(
            Name="platform",
            Subnets=[subnet["SubnetId"] for subnet in subnets],
            SecurityGroups=[group["GroupId"]],
        )["LoadBalancers"][0]["LoadBalancerArn"]
        answer = {"StatusCode": "404", "ContentType": "text/plain"}
        listener = self("elbv2").create_listener(
            LoadBalancerArn=balancer,
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": answer}],
        )
        return balancer, listener["Listeners"][0]["ListenerArn"]


@dataclass(slots=True)
class Deployed:
    """A project's infra/ with its state in that AWS."""

    aws: Aws
    infra: Path
    environment: Mapping[str, str]
    listener: str
    log: Path  # what AWS was asked
    needed: set[str] = field(default_factory=set)  # the rights for what Terraform asked
    last: list[str] = field(default_factory=list)  # what it asked last, in that order

    def terraform(self, command: str) -> str:
        before = len(self.log.read_text())
        said = run(f"terraform {command}", self.infra, self.environment)
        self.last = rights(self.log.read_text()[before:])
        self.needed |= set(self.last)
        return said

    def deploy(self, image: str, deployment_type: str) -> dict[str, str]:
        """Apply it; the outputs."""
        self.terraform(f"apply -auto-approve -input=false {deployment(image, deployment_type)}")
        told = json.loads(run("terraform output -json", self.infra, self.environment))
        return {name: str(each["value"]) for name, each in told.items()}

    def tracks(self) -> dict[str, tuple[str, str, int]]:
        """For each track that runs: image, task definition and memory, as AWS has them."""
        ecs = self.aws("ecs")
        cluster = ecs.list_clusters()["clusterArns"][0]
        found = {}
        for arn in ecs.list_services(cluster=cluster)["serviceArns"]:
            service = ecs.describe_services(cluster=cluster, services=[arn])["services"][0]
            if service["status"] != "ACTIVE":
                continue
            definition = service["taskDefinition"]
            task = ecs.describe_task_definition(taskDefinition=definition)["taskDefinition"]
            image = task["containerDefinitions"][0]["image"]
            found[service["serviceName"]] = (image, definition, int(task["memory"]))
        return found

    def rules(self) -> list[dict[str, Any]]:
        """The listener's rules in the order in which they are asked."""
        found = self.aws("elbv2").describe_rules(ListenerArn=self.listener)["Rules"]
        ours = [rule for rule in found if rule["Priority"] != "default"]
        return sorted(ours, key=lambda rule: int(rule["Priority"]))

    def weights(self) -> dict[str, int]:
        """How many of a hundred requests each track gets, by the end of its group's name."""
        groups = self.rules()[-1]["Actions"][0]["ForwardConfig"]["TargetGroups"]
        return {
            each["TargetGroupArn"].split("/")[1].rsplit("-", 1)[1]: each["Weight"]
            for each in groups
        }


def deployment(image: str, deployment_type: str) -> str:
    """The variables of a deployment."""
    return f"-var environment=dev -var 'image={image}' -var deployment_type={deployment_type}"


def prepared(folder: Path, environment: Mapping[str, str]) -> str:
    """The platform's part, applied once for the account: the ARN that bounds roles."""
    platform = Path(shutil.copytree(PLATFORM, folder))
    (platform / "platform.auto.tfvars.json").write_text(json.dumps(ONCE))
    run("terraform init -input=false", platform, environment)
    run("terraform apply -auto-approve -input=false", platform, environment)
    told = json.loads(run("terraform output -json", platform, environment))
    return str(told["permissions_boundary"]["value"])


@pytest.fixture
def deployed(tmp_path: Path) -> Iterator[Deployed]:
    """The platform is there, and nothing is deployed yet."""
    log = tmp_path / "moto.log"
    with moto_server(log) as url:
        aws = Aws(url)
        boundary = prepared(tmp_path / "platform", aws_environment(url))
        # This AWS speaks plain HTTP, which the bucket refuses; Terraform could not reach it.
        aws("s3").delete_bucket_policy(Bucket="state")
        balancer, listener = aws.listener()
        environment = {
            **aws_environment(url),
            "TF_VAR_wait_for_steady_state": "false",  # moto runs no containers
            "TF_VAR_load_balancer_arn": balancer,  # one of its own takes a minute
            "TF_VAR_listener_port": "80",
            "TF_VAR_host_name": HOST,
            "TF_VAR_permissions_boundary": boundary,
        }
        found = Deployed(aws, project("aws", tmp_path), environment, listener, log)
        where = {"bucket": "state", "key": KEY, "region": REGION}
        given = " ".join(f"-backend-config={name}={value}" for name, value in where.items())
        found.terraform(f"init -input=false {given}")
        yield found


def test_a_bad_release_harms_nobody_and_the_next_canary_knows_the_good_one(
    deployed: Deployed,
) -> None:
    """From the first canary to the last, and away again."""
    first = deployed.deploy(GOOD, "canary")
    assert list(deployed.tracks()) == ["canary"]
    assert deployed.weights() == {"stable": 0, "canary": 100}
    assert first["stable_image"] == ""

    promoted = deployed.deploy(GOOD, "production")
    stable = deployed.tracks()["stable"]
    assert list(deployed.tracks()) == ["stable"]
    assert stable[0] == GOOD
    assert deployed.weights() == {"stable": 100, "canary": 0}
    assert promoted["stable_image"] == GOOD
    assert promoted["url"] == f"http://{HOST}"
    check_order(deployed, "ecs:CreateService", MOVE, "ecs:DeleteService")
    check_what_is_there(deployed)

    write_settings(deployed, memory_mib=4096)  # the bad release wants more memory, too
    canary = deployed.deploy(BAD, "canary")
    check_order(deployed, "ecs:CreateService", MOVE)
    assert deployed.tracks()["canary"][::2] == (BAD, 4096)
    assert deployed.tracks()["stable"] == stable
    assert deployed.weights() == {"stable": 50, "canary": 50}
    assert canary["stable_image"] == GOOD
    check_the_canary_alone_answers_to_its_header(deployed, canary["canary_header"])

    write_settings(deployed, memory_mib=2048)
    rolled_back = deployed.deploy(canary["stable_image"], "production")
    assert deployed.tracks() == {"stable": stable}
    assert deployed.weights() == {"stable": 100, "canary": 0}
    assert rolled_back["stable_image"] == GOOD
    check_order(deployed, MOVE, "ecs:DeleteService")

    after = deployed.deploy(NEXT, "canary")
    assert {name: image for name, (image, *_) in deployed.tracks().items()} == {
        "stable": GOOD,
        "canary": NEXT,
    }
    assert after["stable_image"] == GOOD

    check_nothing_is_left_to_do(deployed, deployment(NEXT, "canary"))
    check_a_held_lock_is_told(deployed, deployment(NEXT, "canary"))
    deployed.terraform(f"destroy -auto-approve -input=false {deployment(NEXT, 'canary')}")
    assert deployed.rules() == []
    assert deployed.aws("ssm").describe_parameters()["Parameters"] == []
    assert sorted(deployed.needed - may(deployed.aws)) == []
    assert len(deployed.needed) > 50


def check_order(deployed: Deployed, *rights: str) -> None:
    """Requests move to what is there already, and what they left goes after that."""
    places = [deployed.last.index(each) for each in rights]
    assert places == sorted(places)


def write_settings(deployed: Deployed, **changed: Any) -> None:
    """deploy/settings.json with other values for dev."""
    dev = {**SETTINGS["environments"]["dev"], **changed}
    settings = {**SETTINGS, "environments": {"dev": dev}}
    (deployed.infra.parent / "deploy" / "settings.json").write_text(json.dumps(settings))


def check_what_is_there(deployed: Deployed) -> None:
    """Everything is tagged, roles may do little, logs end, alarms and a budget watch."""
    state = json.loads(deployed.terraform("show -json"))
    made = state["values"]["root_module"]["resources"]
    tagged = [each for each in made if each["mode"] == "managed" and "tags_all" in each["values"]]
    assert len(tagged) >= 12
    assert [each["address"] for each in tagged if each["values"]["tags_all"] != TAGS] == []

    aws = deployed.aws
    cluster = aws("ecs").list_clusters()["clusterArns"][0]
    told = aws("ecs").describe_services(cluster=cluster, services=["stable"], include=["TAGS"])
    assert {tag["key"]: tag["value"] for tag in told["services"][0]["tags"]} == TAGS

    roles = aws("iam").list_roles(PathPrefix="/paved-road/")["Roles"]
    policies = {role["RoleName"].rsplit("-", 1)[1]: granted(aws, role) for role in roles}
    assert policies["task"] == []
    assert len(policies["execution"]) == 6
    assert [action for action in policies["execution"] if "*" in action] == []

    group = aws("logs").describe_log_groups()["logGroups"][0]
    assert (group["logGroupName"], group["retentionInDays"]) == ("/paved-road/orders/dev", 30)
    alarms = aws("cloudwatch").describe_alarms()["MetricAlarms"]
    assert {alarm["MetricName"] for alarm in alarms} >= {
        "HTTPCode_Target_5XX_Count",
        "UnHealthyHostCount",
        "CPUUtilization",
    }
    budget = aws("budgets").describe_budgets(AccountId=ACCOUNT)["Budgets"][0]
    assert budget["BudgetLimit"]["Amount"].startswith("20")
    assert budget["CostFilters"]["TagKeyValue"] == ["user:service$orders/dev"]


def rights(log: str) -> list[str]:
    """What one must be allowed for all that AWS was asked, in order; state is not among it."""
    said = re.findall(r"^asked: ([\w-]+:\w+)$", log, re.MULTILINE)
    services = {"elbv2": "elasticloadbalancing"}
    found = []
    for each in said:
        service, action = each.split(":")
        named = f"{services.get(service, service)}:{action}"
        found.append(RIGHTS.get(named, named))
    return found


def may(aws: Aws) -> set[str]:
    """What the deploying role may do."""
    policies = aws("iam").list_policies(Scope="Local", PathPrefix="/paved-road-deploy/")["Policies"]
    policy = next(each for each in policies if each["PolicyName"] == "deploy")
    version = aws("iam").get_policy_version(
        PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"]
    )
    return {
        action
        for statement in version["PolicyVersion"]["Document"]["Statement"]
        for action in statement["Action"]
    }


def granted(aws: Aws, role: Mapping[str, Any]) -> list[str]:
    """All actions of the role's policies."""
    name = role["RoleName"]
    actions: list[str] = []
    for policy in aws("iam").list_role_policies(RoleName=name)["PolicyNames"]:
        document = aws("iam").get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        for statement in document["Statement"]:
            actions += statement["Action"]
    return actions


def check_the_canary_alone_answers_to_its_header(deployed: Deployed, header: str) -> None:
    *own, _ = deployed.rules()
    rule = next(each for each in own if "-canary/" in each["Actions"][0]["TargetGroupArn"])
    asked = {each["Field"]: each for each in rule["Conditions"]}
    config = asked["http-header"]["HttpHeaderConfig"]
    assert f"{config['HttpHeaderName']}: {config['Values'][0]}" == header
    assert asked["host-header"]["HostHeaderConfig"]["Values"] == [HOST]


def check_nothing_is_left_to_do(deployed: Deployed, variables: str) -> None:
    """Planned again, nothing changes but what moto forgets."""
    deployed.terraform(f"plan -input=false -out=again {variables}")
    plan = json.loads(deployed.terraform("show -json again"))
    changes = [
        each for each in plan["resource_changes"] if each["change"]["actions"] not in (["no-op"],)
    ]
    assert {each["type"] for each in changes} <= {"aws_ecs_service"}
    for each in changes:
        before, after = each["change"]["before"], each["change"]["after"]
        assert {name for name in after if after[name] != before[name]} <= FORGOTTEN


def check_a_held_lock_is_told(deployed: Deployed, variables: str) -> None:
    """Somebody else deploys at the same time: it fails at once, and nothing is changed."""
    lock = {"ID": "someone", "Operation": "OperationTypeApply", "Who": "someone@elsewhere"}
    s3: Callable[..., Any] = deployed.aws("s3").put_object
    s3(Bucket="state", Key=f"{KEY}.tflock", Body=json.dumps(lock).encode())

    command = f"terraform apply -auto-approve -input=false {variables}"
    code, said = attempt(command, deployed.infra, deployed.environment)

    assert code == 1
    assert "Error acquiring the state lock" in said
    assert "someone@elsewhere" in said
    deployed.aws("s3").delete_object(Bucket="state", Key=f"{KEY}.tflock")
