"""Files that the bot brings along and puts elsewhere: links in a checkout, files in a package.

They are edited where the links lead. A wheel holds them themselves, so that the bot finds
them wherever it is installed: in a container, in a Lambda package.
"""

from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).resolve().parent

APP_YML: Final = _HERE / "app.yml"  # what the App is registered with
CATALOG: Final = _HERE / "catalog"  # what a new catalog repository starts with
SERVICE: Final = _HERE / "service"  # Terraform of a service, by cloud
WORKFLOWS: Final = _HERE / "workflows"  # of projects and of the catalog
