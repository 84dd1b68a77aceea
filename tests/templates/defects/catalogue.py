"""All defects, by what they are about."""

from tests.templates.defects.folders import FOLDERS
from tests.templates.defects.linted import LINTED
from tests.templates.defects.output import OUTPUT
from tests.templates.defects.rendering import RENDERING
from tests.templates.defects.safety import SAFETY
from tests.templates.defects.two_files import TWO_FILES

GROUPS = {
    "two-files": TWO_FILES,
    "safety": SAFETY,
    "folders": FOLDERS,
    "rendering": RENDERING,
    "output": OUTPUT,
    "linted": LINTED,
}
DEFECTS = [defect for group in GROUPS.values() for defect in group]
