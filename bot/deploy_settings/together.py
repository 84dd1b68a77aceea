"""Values that are right by themselves and do not go together.

Content with a part of the settings: what is missing is not compared.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.deploy_settings.table import CLOUDS, REGION_PATTERNS, REGIONS
from bot.written import code

# Least and most memory in MiB that goes with a CPU of so many thousandths of a vCPU.
# Sources: AWS docs, "Task CPU and memory" of Fargate task definitions. Google Cloud docs,
# Cloud Run "Memory limits" (above 4 GiB two vCPU, above 8 GiB four) and "CPU limits" (four
# vCPU need 2 GiB). Microsoft docs, "Containers in Azure Container Apps",
# the Consumption plan's pairs: two GiB for each vCPU.
_MEMORY_MIB: Final[Mapping[str, Mapping[int, tuple[int, int]]]] = {
    "aws": {
        250: (512, 2048),
        500: (1024, 4096),
        1000: (2048, 8192),
        2000: (4096, 16384),
        4000: (8192, 30720),
    },
    "google": {
        250: (512, 4096),  # of a whole vCPU: the Terraform takes no less there
        500: (512, 4096),
        1000: (512, 4096),
        2000: (512, 8192),
        4000: (2048, 16384),
    },
    "azure": {
        250: (512, 512),
        500: (1024, 1024),
        1000: (2048, 2048),
        2000: (4096, 4096),
        4000: (8192, 8192),
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """The setting to change, why, and what it may be: a sentence, and the end of one."""

    name: str
    others: tuple[str, ...]  # the settings that it does not go with
    problem: str
    allowed: str


def clashes(values: Mapping[str, Any]) -> list[Clash]:
    """What does not go together in these values; each is right by itself."""
    return [
        found
        for found in (_replicas(values), _region(values), _memory(values))
        if found is not None
    ]


def _replicas(values: Mapping[str, Any]) -> Clash | None:
    low, high = values.get("min_replicas"), values.get("max_replicas")
    if not isinstance(low, int) or not isinstance(high, int) or low <= high:
        return None
    return Clash(
        name="max_replicas",
        others=("min_replicas",),
        problem="It is smaller than the fewest replicas.",
        allowed=f"a whole number from {low} on",
    )


def _region(values: Mapping[str, Any]) -> Clash | None:
    cloud, region = str(values.get("cloud_provider")), values.get("region")
    if cloud not in CLOUDS or not isinstance(region, str):
        return None
    if re.fullmatch(REGION_PATTERNS[cloud], region):
        return None
    return Clash(
        name="region",
        others=("cloud_provider",),
        problem=f"This is not how {CLOUDS[cloud]} names its regions.",
        allowed=f"a region's name such as {code(REGIONS[cloud])}",
    )


def _memory(values: Mapping[str, Any]) -> Clash | None:
    cloud, cpu, memory = (values.get(k) for k in ("cloud_provider", "cpu_millicores", "memory_mib"))
    least, most = _MEMORY_MIB.get(str(cloud), {}).get(cpu or 0, (0, 0))
    if not isinstance(memory, int) or not most or least <= memory <= most:
        return None
    return Clash(
        name="memory_mib",
        others=("cpu_millicores", "cloud_provider"),
        problem=f"{CLOUDS[str(cloud)]} does not offer this much memory with this CPU.",
        allowed=f"{_mib(least, most)} for {int(cpu or 0) / 1000:g} vCPU",
    )


def _mib(least: int, most: int) -> str:
    if least == most:
        return f"{most / 1024:g} GiB ({most} MiB)"
    return f"from {least / 1024:g} to {most / 1024:g} GiB ({least} to {most} MiB)"


def memory_table() -> str:
    """The sizes that go together, as a Markdown table."""
    sizes = sorted({cpu for pairs in _MEMORY_MIB.values() for cpu in pairs})
    head = ["| CPU | " + " | ".join(CLOUDS.values()) + " |", "| --- |" + " --- |" * len(CLOUDS)]
    rows = [
        f"| {cpu} | " + " | ".join(_range(*_MEMORY_MIB[cloud][cpu]) for cloud in CLOUDS) + " |"
        for cpu in sizes
    ]
    return "\n".join([*head, *rows])


def _range(least: int, most: int) -> str:
    return str(most) if least == most else f"{least} to {most}"
