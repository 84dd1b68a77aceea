"""One run: read a day, check it, keep what is bad, replace that day in the table."""

import logging
import os
import signal
import sys
from dataclasses import asdict, dataclass, field

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812  # as everybody writes it

from .logs import log_json
from .orders import accepted, check, rejected
from .settings import Settings, read_settings
from .storage import read_lines, write_quarantine, write_table

log = logging.getLogger(__name__)
_JSON_LOGS = "classpath:org/apache/spark/log4j2-json-layout.properties"  # comes with Spark


class Refused(Exception):  # noqa: N818  # named for what happened
    """The day's records are not good enough to be taken in; the table is as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Every record that was read is counted once: accepted, a duplicate, or rejected."""

    read: int
    accepted: int
    duplicates: int
    rejected: int
    problems: dict[str, int] = field(default_factory=dict)


def run(spark: SparkSession, settings: Settings) -> Counts:
    """The day is in the table, its bad records in quarantine. A second run changes nothing.

    Raises:
        Refused: there are too many bad records, or no good one. They are in quarantine.
        FileNotFoundError: there is nothing to read for that day.
    """
    lines = read_lines(spark, settings.input, settings.date)
    checked = check(lines, settings.date).persist()  # read once, used four times
    try:
        counts = _count(checked)
        write_quarantine(rejected(checked), settings.quarantine, settings.date)
        _refuse(counts, settings)
        write_table(accepted(checked, settings.date), settings.output)
    finally:
        checked.unpersist()
    return counts


def _count(checked: DataFrame) -> Counts:
    bad = F.size("problems") > 0
    orders = F.count_distinct(F.when(~bad, F.col("sent.order_id")))
    read, rejected_, accepted_ = checked.agg(F.count("*"), F.count_if(bad), orders).collect()[0]
    problems = checked.select(F.explode("problems").alias("problem")).groupBy("problem").count()
    return Counts(
        read=read,
        accepted=accepted_,
        duplicates=read - rejected_ - accepted_,
        rejected=rejected_,
        problems={each["problem"]: each["count"] for each in problems.collect()},
    )


def _refuse(counts: Counts, settings: Settings) -> None:
    if counts.rejected * 100 > counts.read * settings.max_rejected_percent:
        raise Refused(
            f"{counts.rejected} of {counts.read} records are bad, "
            f"more than {settings.max_rejected_percent} %."
        )
    if counts.accepted == 0:
        raise Refused("There is no good record: a day without any is rather a broken feed.")


def main() -> None:
    """Runs the job as a process: 0 done, 1 failed, 2 not told enough."""
    settings = read_settings(sys.argv[1:], os.environ)
    log_json()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as process 1, too, stop when asked
    log.info("started", extra={"facts": asdict(settings)})
    try:
        with _spark() as spark:
            counts = run(spark, settings)
    except (Refused, FileNotFoundError) as error:
        log.error("%s", error, extra={"facts": {"date": settings.date}})  # noqa: TRY400  # for people: no traceback
        sys.exit(1)
    except Exception:
        log.exception("failed", extra={"facts": {"date": settings.date}})
        sys.exit(1)
    log.info("done", extra={"facts": {"date": settings.date, **asdict(counts)}})


def _spark() -> SparkSession:
    """A Spark of this process or, started by ``spark-submit``, of its cluster."""
    return (
        SparkSession.builder.appName("{{ cookiecutter.project_slug }}")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.extraJavaOptions", f"-Dlog4j2.configurationFile={_JSON_LOGS}")
        .getOrCreate()
    )
