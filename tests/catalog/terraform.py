"""Runs commands of a Terraform module: no account, no network where a mirror of providers is."""

import itertools
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.catalog.needed_tools import IN_CI

LIMIT_S = 200.0
REGISTRY = "registry.terraform.io"
_UNREACHED = re.compile(r"could not connect to|Failed to query available provider packages")


def copied(project: Path, to: Path) -> Path:
    """A copy to work in: the original stays as it was made."""
    return Path(shutil.copytree(project, to))


def run(command: str, project: Path, environment: Mapping[str, str] | None = None) -> str:
    """What a command of the project said; it must end well."""
    code, said = attempt(command, project, environment)
    assert code == 0, said[-8_000:]
    return said


def attempt(
    command: str,
    project: Path,
    environment: Mapping[str, str] | None = None,
) -> tuple[int, str]:
    """How a command ended and what it said; ``environment`` is added to the machine's own.

    Skipped without Terraform, which no package manager that we know brings, and where it
    cannot have the providers.
    """
    if shutil.which("terraform") is None:
        pytest.skip("needs terraform: https://developer.hashicorp.com/terraform/install")
    done = subprocess.run(
        ["bash", "-e", "-c", command],
        cwd=project,
        env={**_environment(project), **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    if done.returncode != 0 and not IN_CI and _UNREACHED.search(done.stdout):
        pytest.skip("needs the AWS provider: a mirror of it, or a network")
    return done.returncode, done.stdout


def _environment(project: Path) -> dict[str, str]:
    """The machine's own without any account, and with the mirror that was found."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    kept |= {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1", "TF_CLI_ARGS": "-no-color"}
    return kept | mirror_configuration(project.with_name(f"{project.name}.tfrc"))


def mirror_configuration(file: Path) -> dict[str, str]:
    """Terraform's environment with the mirror that was found, written down in the file."""
    mirror = next(_mirrors(), None)
    if mirror is None:
        return {}
    file.write_text(f'provider_installation {{ filesystem_mirror {{ path = "{mirror}" }} }}')
    return {"TF_CLI_CONFIG_FILE": str(file)}


def _mirrors() -> Iterator[Path]:
    """Folders below /opt with the AWS provider for this machine, as an image may hold them."""
    found = Path("/opt").glob(f"*/{REGISTRY}/hashicorp/aws")
    for provider in itertools.islice(found, 10):
        yield provider.parents[2]
