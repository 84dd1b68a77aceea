"""A cloud on this machine, so that workflows that act executes really deploy somewhere."""

from bot.localhub.cloud.account import Account, client, prepared, put_tools
from bot.localhub.cloud.moto import (
    ACCOUNT,
    REGION,
    aws_environment,
    is_installed,
    moto_process,
    moto_server,
)
from bot.localhub.cloud.probed_service import ProbedService, probed_service

__all__ = [
    "ACCOUNT",
    "REGION",
    "Account",
    "ProbedService",
    "aws_environment",
    "client",
    "is_installed",
    "moto_process",
    "moto_server",
    "prepared",
    "probed_service",
    "put_tools",
]
