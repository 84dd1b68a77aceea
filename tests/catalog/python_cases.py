"""The Python services that tests make: every option at least once."""

from tests.catalog.case import HOSTILE, Case, built

# A word of Python as package, the name of a library as repository: both would break the build.
SERVED_PYTHON = Case(
    "python-3.11",
    "python-service",
    {"description": HOSTILE, "package": "class", "python_version": "3.11"},
    slug="uvicorn",
)
LONGEST = Case(
    "python-3.12",
    "python-service",
    {"python_version": "3.12"},
    slug="t0-7he-longest-name-that-a-repository-may-have-0x1",  # 50 characters
)
# A name that YAML would read as nothing, and a word that is one of Python's only sometimes.
NULL = Case(
    "python-3.13", "python-service", {"package": "match", "python_version": "3.13"}, slug="null"
)
NEWEST = Case("python-3.14", "python-service", {"python_version": "3.14"}, slug="zebra")
PLAIN = Case("python", "python-service", {}, slug="json")

PYTHON_BUILT = (*built(LONGEST, NULL), NEWEST)
PYTHON_CASES = (SERVED_PYTHON, LONGEST, NULL, NEWEST, PLAIN)
