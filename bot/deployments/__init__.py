"""Deployments: what reached which environment, who asked, how it ended."""

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
    "Deployment",
    "DeploymentRecords",
    "DeploymentState",
    "Stage",
    "StageState",
]
