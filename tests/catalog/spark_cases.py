"""The Spark projects that tests make: every option at least once."""

from tests.catalog.case import Case

SPARK_CASES: tuple[Case, ...] = ()
