"""Deployments: what reached which environment, who asked, how it ended."""

from bot.deployments.find_deployments import By, FindDeployments
from bot.deployments.record import (
    Action,
    Deployment,
    DeploymentRecords,
    DeploymentState,
    Stage,
    StageState,
)

__all__ = [
    "Action",
    "By",
    "Deployment",
    "DeploymentRecords",
    "DeploymentState",
    "FindDeployments",
    "Stage",
    "StageState",
]
