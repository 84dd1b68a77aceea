"""Where orders are read from and written to: any storage that Spark's Hadoop client knows."""

from datetime import date

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812  # as everybody writes it


def read_lines(spark: SparkSession, folder: str, day: date) -> DataFrame:
    """The lines of that day's files in ``value``, and in ``file`` which they came from.

    Raises:
        FileNotFoundError: there is no folder for that day.
    """
    path = _partition(folder, day)
    try:
        return spark.read.text(path).select("value", F.col("_metadata.file_name").alias("file"))
    except AnalysisException as error:
        if error.getCondition() == "PATH_NOT_FOUND":
            raise FileNotFoundError(f"There is no {path}.") from error
        raise


def write_table(orders: DataFrame, folder: str) -> None:
    """The orders are in the table; of its partitions only theirs were replaced.

    Spark writes beside the table first: a run that fails leaves the partition as it was.
    """
    orders.sortWithinPartitions("date", "order_id").write.partitionBy("date").option(
        "partitionOverwriteMode", "dynamic"
    ).mode("overwrite").parquet(folder)


def write_quarantine(records: DataFrame, folder: str, day: date) -> None:
    """The records are that day's quarantine, as JSON lines; none, and it is empty."""
    records.write.mode("overwrite").json(_partition(folder, day))


def _partition(folder: str, day: date) -> str:
    return f"{folder.rstrip('/')}/date={day.isoformat()}"
