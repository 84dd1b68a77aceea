"""Projects to try a cloud's Terraform in: ``infra/`` as it is put there, settings beside it."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
SERVICE: Final = ROOT / "infra" / "service"
ACCOUNT: Final = ROOT / "infra" / "account" / "aws"
BOT: Final = ROOT / "infra" / "bot"
HERE: Final = Path(__file__).parent
CLOUDS: Final = ("aws", "google", "azure")

PROJECT: Final = {
    "project": "orders",
    "organization": "acme",
    "team": "payments",
    "business_unit": "Payments & Lending",
    "cost_center": "CC-100",
    "repository": "acme/orders",
}
SETTINGS: Final[Mapping[str, Any]] = json.loads((HERE / "settings.json").read_text())


def project(cloud: str, folder: Path, settings: Mapping[str, Any] = SETTINGS) -> Path:
    """The ``infra/`` of a new project in ``folder``, as a generated one has it."""
    infra = Path(shutil.copytree(SERVICE / cloud, folder / "infra"))
    tfvars = PROJECT | {"cloud_provider": cloud}
    (infra / "project.auto.tfvars.json").write_text(json.dumps(tfvars))
    (folder / "deploy").mkdir()
    (folder / "deploy" / "settings.json").write_text(json.dumps(settings))
    return infra
