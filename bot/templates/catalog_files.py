"""Files that the bot itself keeps in the catalog, beside the forms."""

from functools import cache
from pathlib import Path
from typing import Final

VERIFY: Final = "verify-templates.yml"
VERIFY_WORKFLOW: Final = f".github/workflows/{VERIFY}"
_SHIPPED: Final = Path(__file__).resolve().parents[2] / "workflows" / "catalog"


@cache
def verify_workflow() -> bytes:
    """The workflow that runs the verify commands of templates."""
    return (_SHIPPED / VERIFY).read_bytes()
