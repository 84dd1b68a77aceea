"""What an order is: pure transformations, which read and write nothing."""

from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812  # as everybody writes it
from pyspark.sql.types import StringType, StructField, StructType

# All text at first: each field is judged by its own rule, and none is turned to null in silence.
AS_SENT = StructType(
    [
        StructField(name, StringType())
        for name in ("order_id", "customer_id", "amount", "currency", "ordered_at", "updated_at")
    ]
    + [StructField("_corrupt", StringType())]
)
_TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$"


def check(lines: DataFrame, day: date) -> DataFrame:
    """Each line with its fields and ``problems``: what is wrong with it, nothing when it is good.

    ``lines`` has a column ``value``; columns beside it stay.
    """
    sent = F.from_json("value", AS_SENT, {"columnNameOfCorruptRecord": "_corrupt"})
    parsed = lines.where(F.trim("value") != "").withColumn("sent", sent)
    rules = F.array(*(F.when(~holds, F.lit(problem)) for problem, holds in _rules(day).items()))
    unreadable = F.col("sent").isNull() | F.col("sent._corrupt").isNotNull()
    problems = F.when(unreadable, F.array(F.lit("no JSON object"))).otherwise(
        F.array_compact(rules)
    )
    return parsed.withColumn("problems", problems)


def _rules(day: date) -> dict[str, Column]:
    """What holds for every good order, by the name of its breach."""
    return {
        "order_id": _matches("order_id", r"^[A-Za-z0-9-]{1,64}$"),
        "customer_id": _matches("customer_id", r"^[A-Za-z0-9-]{1,64}$"),
        "amount": _matches("amount", r"^\d{1,10}(\.\d{1,2})?$"),
        "currency": _matches("currency", r"^[A-Z]{3}$"),
        "ordered_at": _time("ordered_at").isNotNull(),
        "updated_at": _time("updated_at").isNotNull(),
        "another day": _time("ordered_at").isNull() | _is_on(day),
    }


def _matches(field: str, pattern: str) -> Column:
    return F.coalesce(F.col(f"sent.{field}").rlike(pattern), F.lit(False))


def _time(field: str) -> Column:
    """The moment it names; null unless it is written out, with its offset."""
    return F.when(_matches(field, _TIME), F.try_to_timestamp(f"sent.{field}"))


def _is_on(day: date) -> Column:
    return F.to_date(_time("ordered_at")) == F.lit(day)


def accepted(checked: DataFrame, day: date) -> DataFrame:
    """The good orders, each once: sent again, the one that was updated last counts."""
    newest_first = Window.partitionBy("order_id").orderBy(F.desc("updated_at"), F.desc("value"))
    return (
        checked.where(F.size("problems") == 0)
        .select(
            F.col("sent.order_id"),
            F.col("sent.customer_id"),
            F.col("sent.amount").cast("decimal(12,2)").alias("amount"),
            F.col("sent.currency"),
            _time("ordered_at").alias("ordered_at"),
            _time("updated_at").alias("updated_at"),
            "value",
        )
        .withColumn("place", F.row_number().over(newest_first))
        .where(F.col("place") == 1)
        .select(
            "order_id",
            "customer_id",
            "amount",
            "currency",
            "ordered_at",
            "updated_at",
            F.lit(day).alias("date"),
        )
    )


def rejected(checked: DataFrame) -> DataFrame:
    """The bad records as they were sent, each with what is wrong with it."""
    return checked.where(F.size("problems") > 0).drop("sent")
