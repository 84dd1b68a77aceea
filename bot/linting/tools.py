"""Which linters this machine has, and where.

zizmor, shellcheck and detect-secrets come with the bot's own packages; actionlint and
terraform are the operator's to install. A provider mirror is found where Terraform
itself would look, so that what an operator has set up for it serves us, too.
"""

import contextlib
import importlib.util
import itertools
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.problems import ProblemsFound
from bot.written import read_hcl

_CONFIGURATION_BYTES: Final = 100_000
_MOST_LOOKED_AT: Final = 1_000
_HOST: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_PROVIDER: Final = re.compile(r"\d+\.\d+\.|terraform-provider-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """Programs by name, None for those that are not here; ``mirrors`` are folders."""

    zizmor: Path | None = None
    actionlint: Path | None = None
    shellcheck: Path | None = None
    detect_secrets: Path | None = None  # the folder that its package is installed in
    terraform: Path | None = None
    mirrors: tuple[Path, ...] = ()


def find_tools(environment: Mapping[str, str] | None = None) -> Tools:
    """What is beside this Python or on the PATH of ``environment`` (None: the process's own)."""
    names = os.environ if environment is None else environment
    return Tools(
        zizmor=_program("zizmor", names),
        actionlint=_program("actionlint", names),
        shellcheck=_program("shellcheck", names),
        detect_secrets=_package("detect_secrets"),
        terraform=_program("terraform", names),
        mirrors=tuple(dict.fromkeys(_mirrors(names))),
    )


def _program(name: str, environment: Mapping[str, str]) -> Path | None:
    path = environment.get("PATH", os.defpath)
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(
        name, path=path
    )
    return Path(found).resolve() if found else None


def _package(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).resolve().parent.parent


def _mirrors(environment: Mapping[str, str]) -> Iterator[Path]:
    """Folders that hold a provider by the name of its registry; bounded, never a search."""
    for folder in _candidates(environment):
        with contextlib.suppress(OSError):
            if any(map(_is_host, folder.iterdir())):
                yield folder.resolve()


def _is_host(folder: Path) -> bool:
    """Named like a registry, with ``namespace/type`` and there a version or a packed provider."""
    if not _HOST.fullmatch(folder.name):
        return False
    found = itertools.islice(folder.glob("*/*/*"), _MOST_LOOKED_AT)
    return any(_PROVIDER.match(each.name) for each in found)


def _candidates(environment: Mapping[str, str]) -> Iterator[Path]:
    home = Path(environment.get("HOME") or "/nonexistent")
    for name in ("TF_PLUGIN_MIRROR_DIR", "TF_PLUGIN_CACHE_DIR"):
        if environment.get(name):
            yield Path(environment[name])
    yield from _configured(Path(environment.get("TF_CLI_CONFIG_FILE") or home / ".terraformrc"))
    data = environment.get("XDG_DATA_HOME") or str(home / ".local/share")
    shared = environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    yield home / ".terraform.d/plugins"
    for folder in (data, *shared.split(":")):
        yield Path(folder) / "terraform/plugins"
    yield from sorted(Path("/opt").glob("*"))  # where images put what no package manager knows


def _configured(file: Path) -> Iterator[Path]:
    """Mirrors and the plugin cache of a configuration file of Terraform's command line."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
        body = read_hcl(text, path=file.name, limit_bytes=_CONFIGURATION_BYTES)
    except (OSError, ProblemsFound):
        return
    paths = [block.text("path") for block in body.walk() if block.kind == "filesystem_mirror"]
    for path in (*paths, body.text("plugin_cache_dir")):
        if path:
            yield Path(os.path.expandvars(path)).expanduser()
