"""What a good order is, and what is said about any other."""

import json
from datetime import date
from decimal import Decimal

from pyspark.sql import SparkSession

from {{ cookiecutter.__package }}.orders import (
    accepted,
    check,
    rejected,
)

DAY = date(2026, 1, 31)
GOOD: dict[str, object] = {
    "order_id": "A-1",
    "customer_id": "c-7",
    "amount": 19.99,
    "currency": "EUR",
    "ordered_at": "2026-01-31T08:15:00Z",
    "updated_at": "2026-01-31T08:15:00Z",
}


def order(**changed: object) -> str:
    """A good order as it is sent, but for what is given; None leaves a field out."""
    fields = {**GOOD, **changed}
    return json.dumps({name: value for name, value in fields.items() if value is not None})


BAD = {
    "{": ["no JSON object"],
    "[1]": ["no JSON object"],
    "null": ["no JSON object"],
    order()[:-1]: ["no JSON object"],
    "{}": ["order_id", "customer_id", "amount", "currency", "ordered_at", "updated_at"],
    order(order_id=None): ["order_id"],
    order(customer_id=" "): ["customer_id"],
    order(amount=-1): ["amount"],
    order(amount=1.001): ["amount"],
    order(amount="1e3"): ["amount"],
    order(amount={"value": 1}): ["amount"],
    order(currency="euro"): ["currency"],
    order(ordered_at="2026"): ["ordered_at"],
    order(ordered_at="2026-01-31T25:00:00Z"): ["ordered_at"],
    order(updated_at="yesterday"): ["updated_at"],
    order(ordered_at="2026-01-31T23:30:00-01:00"): ["another day"],
}


def test_bad_records_are_kept_as_they_were_sent_with_what_is_wrong(spark: SparkSession) -> None:
    lines = spark.createDataFrame([(line,) for line in BAD], "value string")
    checked = check(lines, DAY)

    found = {row["value"]: row["problems"] for row in rejected(checked).collect()}
    assert found == BAD
    assert accepted(checked, DAY).count() == 0


def test_a_good_order_has_its_types(spark: SparkSession) -> None:
    sent = order(ordered_at="2026-02-01T00:30:00+01:00", amount="19.99")
    checked = check(spark.createDataFrame([(sent,), (" ",)], "value string"), DAY)

    orders = accepted(checked, DAY)
    times = {name: orders[name].cast("string") for name in ("ordered_at", "updated_at")}
    assert [row.asDict() for row in orders.withColumns(times).collect()] == [
        {
            "order_id": "A-1",
            "customer_id": "c-7",
            "amount": Decimal("19.99"),
            "currency": "EUR",
            "ordered_at": "2026-01-31 23:30:00",
            "updated_at": "2026-01-31 08:15:00",
            "date": DAY,
        }
    ]
    assert rejected(checked).count() == 0


def test_an_order_that_was_sent_again_counts_once(spark: SparkSession) -> None:
    """Whatever the order in which they come, the last update stays."""
    sent = [order(amount=hour, updated_at=f"2026-01-31T{hour:02}:00:00Z") for hour in (9, 11, 10)]
    for lines in (sent, sent[::-1], [*sent, *sent]):
        frame = spark.createDataFrame([(line,) for line in lines], "value string")

        amounts = [row["amount"] for row in accepted(check(frame, DAY), DAY).collect()]
        assert amounts == [11]
