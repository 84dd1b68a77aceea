"""What the AWS of this machine says of a deployed service, asked as anybody would with boto3."""

from dataclasses import dataclass

from bot.localhub.cloud import Account, client


@dataclass(frozen=True)
class Cloud:
    """The account of the journey, and what it says of the service."""

    account: Account

    def weights(self) -> dict[str, int]:
        """Track → its share of the traffic that asks without the header, in percent."""
        elb = client("elbv2", self.account.url)
        groups = {
            group["TargetGroupArn"]: group["TargetGroupName"].rpartition("-")[2]
            for group in elb.describe_target_groups()["TargetGroups"]
        }
        rules = elb.describe_rules(ListenerArn=self.account.listener_arn)["Rules"]
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
        ecs = client("ecs", self.account.url)
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
        ecs = client("ecs", self.account.url)
        for cluster in ecs.list_clusters()["clusterArns"]:
            for arn in ecs.list_services(cluster=cluster)["serviceArns"]:
                if arn.endswith("stable"):
                    found = ecs.list_tags_for_resource(resourceArn=arn)["tags"]
                    return {each["key"]: each["value"] for each in found}
        return {}

    def pushed(self) -> set[str]:
        """The tags of the images in the registry."""
        ecr = client("ecr", self.account.url)
        found = ecr.describe_images(repositoryName="acme/money-kit")["imageDetails"]
        return {tag for image in found for tag in image["imageTags"]}
