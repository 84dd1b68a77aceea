"""The cloud of a sandbox: an AWS on this machine that real Terraform deploys to."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bot.localhub import Unavailable
from bot.localhub.cloud import (
    ProbedService,
    aws_environment,
    is_installed,
    moto_server,
    prepared,
    probed_service,
    put_tools,
)

TERRAFORM_SETTINGS: Final = "TF_CLI_CONFIG_FILE"  # where a machine says where its providers are
PROGRAMS: Final = ("terraform", "jq", "curl")


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalCloud:
    """Where it answers, what workflows are told of it, and how its service becomes unwell."""

    url: str
    variables: Mapping[str, str]
    environment: Mapping[str, str]
    readable: Sequence[Path]
    unwell: Path  # while this file exists, the probed service is not well


@asynccontextmanager
async def local_cloud(folder: Path) -> AsyncIterator[LocalCloud]:
    """The cloud, empty at its start, until the block ends. Raises Unavailable.

    Meanwhile ``docker`` and ``aws`` on this process's PATH are stand-ins that reach it.
    """
    _require()
    unwell = folder / "unwell"
    async with AsyncExitStack() as stack:
        tools = stack.enter_context(TemporaryDirectory(prefix="paved-road-tools-"))
        put_tools(Path(tools))
        url = stack.enter_context(moto_server(folder / "moto.log"))
        account = await asyncio.to_thread(prepared, url)
        service = ProbedService(is_well=lambda: not unwell.exists())
        await stack.enter_async_context(probed_service(service))
        before = os.environ.get("PATH", os.defpath)
        os.environ["PATH"] = os.pathsep.join([tools, before])
        stack.callback(os.environ.__setitem__, "PATH", before)
        settings = os.environ.get(TERRAFORM_SETTINGS, "")
        yield LocalCloud(
            url=url,
            variables=account.variables(probe_url=service.url),
            environment=aws_environment(url) | ({TERRAFORM_SETTINGS: settings} if settings else {}),
            readable=[Path(settings)] if settings else [],
            unwell=unwell,
        )


def _require() -> None:
    """Everything is there. Raises Unavailable."""
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    if absent:
        raise Unavailable(f"it needs {', '.join(absent)}, not installed here.")
    if not is_installed():
        raise Unavailable("moto is not installed: pip install 'moto[s3]' flask flask-cors")
