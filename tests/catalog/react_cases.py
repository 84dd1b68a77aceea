"""The React projects that tests make: every option at least once."""

from tests.catalog.case import HOSTILE, Case, built

THROUGH_ITS_SERVER = Case(
    "page-24",
    "react-frontend",
    {"description": HOSTILE, "node_version": "24", "api_access": "same-origin"},
)
AT_ITS_OWN_ADDRESS = Case(
    "page-26",
    "react-frontend",
    {"node_version": "26", "api_access": "cross-origin", "description": "What is left to do"},
    slug="what-the-payments-team-has-left-to-do-before-lunch",  # as long as a name may be
)
# Its name is one of a package that it uses, and everything else is left alone.
PLAIN = Case("page-22", "react-frontend", {"node_version": "22"}, slug="react")
NULL = Case("page-null", "react-frontend", {}, slug="null")

REACT_BUILT = built(PLAIN, THROUGH_ITS_SERVER, AT_ITS_OWN_ADDRESS)
REACT_CASES = (THROUGH_ITS_SERVER, AT_ITS_OWN_ADDRESS, PLAIN, NULL)
