"""Files that the bot itself keeps in the catalog, beside the forms."""

from functools import cache
from typing import Final

from bot.shipped import WORKFLOWS

VERIFY: Final = "verify-templates.yml"
VERIFY_WORKFLOW: Final = f".github/workflows/{VERIFY}"


@cache
def verify_workflow() -> bytes:
    """The workflow that runs the verify commands of templates."""
    return (WORKFLOWS / "catalog" / VERIFY).read_bytes()
