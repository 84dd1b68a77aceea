"""Files that the bot brings along and puts elsewhere: a catalog, workflows, Terraform.

They are edited at the top of the repository, where links here lead. A wheel holds the files
themselves; where a copy of the repository went without its links (a zip, a checkout on
Windows), they lie beside ``bot`` as in the repository.
"""

from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).resolve().parent


def _place(name: str, *, beside: str) -> Path:
    """Where the files are, of the two places."""
    inside = _HERE / name
    return inside if inside.exists() else _HERE.parents[1] / beside


APP_YML: Final = _place("app.yml", beside="app.yml")  # what the App is registered with
CATALOG: Final = _place("catalog", beside="catalog")  # what a new catalog repository starts with
SERVICE: Final = _place("service", beside="infra/service")  # Terraform of a service, by cloud
WORKFLOWS: Final = _place("workflows", beside="workflows")  # of projects and of the catalog
