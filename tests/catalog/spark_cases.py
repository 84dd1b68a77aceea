"""The Spark projects that tests make: every option at least once."""

from tests.catalog.case import HOSTILE, Case

OLDEST_JAVA = Case(
    "job-17",
    "spark-pipeline",
    {
        "description": HOSTILE,
        "java_version": "17",
        "python_version": "3.13",
        "max_rejected_percent": "0",
    },
)
NEWEST_JAVA = Case(
    "job-25",
    "spark-pipeline",
    {"java_version": "25", "python_version": "3.12", "max_rejected_percent": "100"},
    slug="what-the-payments-team-sold-by-country-and-weekday",  # as long as a name may be
)
# Its name is that of a package that it uses.
RUN = Case(
    "job-21", "spark-pipeline", {"java_version": "21", "python_version": "3.11"}, slug="pyspark"
)
NULL = Case("job-null", "spark-pipeline", {}, slug="null")

SPARK_BUILT = (OLDEST_JAVA, NEWEST_JAVA)
SPARK_CASES = (*SPARK_BUILT, RUN, NULL)
