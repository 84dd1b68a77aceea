"""Wiring of deployments: their commands, their runs, and who hears how they go."""

from dataclasses import dataclass

from bot.app.delivery_wiring import describe_delivery
from bot.app.health_wiring import Health
from bot.app.parts import Parts, Shared
from bot.deployments import DeploymentRecords
from bot.deployments.approvals import ApproveCommand
from bot.deployments.commands import DeploymentCommands
from bot.deployments.conclude import DeploymentRunEnded
from bot.deployments.environments import Environments
from bot.deployments.locks import LockCommands
from bot.deployments.metrics.count_ended import CountEnded
from bot.deployments.news import NewsRecords
from bot.deployments.on_events import OnDeploymentStatus, OnDeployRun
from bot.deployments.services import DEPLOY, DeployServices
from bot.deployments.show_deployment import ShowDeployment
from bot.deployments.steps import DEPLOY_KIND
from bot.templates.health.from_projects import ProjectDeployed


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployments:
    """What the events and the commands use of it."""

    commands: DeploymentCommands
    locks: LockCommands
    approve: ApproveCommand
    on_status: OnDeploymentStatus
    on_run: OnDeployRun


def wire_deployments(parts: Parts, shared: Shared, health: Health) -> Deployments:
    """Deployments are made known to the engine and the reporter."""
    documents = parts.store.documents
    services = DeployServices(
        github=parts.github,
        organization=shared.organization.get,
        projects=shared.projects,
        records=DeploymentRecords(documents),
        environments=Environments(documents),
        news=NewsRecords(documents),
        runs=shared.runs,
        engine=shared.engine,
        queue=parts.queue,
        audit=shared.audit,
        clock=parts.clock,
        observe=ProjectDeployed(observe=health.observe),
        count_ended=CountEnded(parts.metrics),
    )
    shared.engine.add(DEPLOY_KIND, services, ended=DeploymentRunEnded(services=services))
    shared.reporter.add(DEPLOY, ShowDeployment(services=services, sticky=shared.sticky))
    return Deployments(
        commands=DeploymentCommands(services=services, figures=describe_delivery(parts, shared)),
        locks=LockCommands(services=services),
        approve=ApproveCommand(services=services),
        on_status=OnDeploymentStatus(services=services),
        on_run=OnDeployRun(services=services),
    )
