"""A run on real files, again and again."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from {{ cookiecutter.__package }}.job import (
    Counts,
    Refused,
    run,
)
from {{ cookiecutter.__package }}.settings import (
    Settings,
)

from .test_orders import order

SATURDAY, SUNDAY = date(2026, 1, 31), date(2026, 2, 1)
Send = Callable[..., None]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        date=SATURDAY,
        input=str(tmp_path / "in"),
        output=str(tmp_path / "out"),
        quarantine=str(tmp_path / "quarantine"),
        max_rejected_percent=50,
    )


@pytest.fixture
def send(settings: Settings) -> Send:
    """Puts lines there as the one file of a day."""

    def put(*lines: str, day: date = SATURDAY) -> None:
        folder = Path(settings.input) / f"date={day}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "orders.jsonl").write_text("\n".join(lines))

    return put


def table(spark: SparkSession, settings: Settings) -> list[tuple[str, float, str]]:
    """Order, amount and day of everything in the table."""
    rows = spark.read.parquet(settings.output).orderBy("order_id").collect()
    return [(row["order_id"], float(row["amount"]), str(row["date"])) for row in rows]


def quarantine(settings: Settings) -> list[dict[str, object]]:
    files = (Path(settings.quarantine) / f"date={settings.date}").glob("*.json")
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def test_a_second_run_changes_nothing(spark: SparkSession, settings: Settings, send: Send) -> None:
    send(order(), order(order_id="A-2", amount=5), order(order_id="A-2", amount=5), "{")
    first = run(spark, settings)
    kept, bad = table(spark, settings), quarantine(settings)

    assert run(spark, settings) == first
    assert first == Counts(
        read=4, accepted=2, duplicates=1, rejected=1, problems={"no JSON object": 1}
    )
    assert (
        table(spark, settings)
        == kept
        == [
            ("A-1", 19.99, "2026-01-31"),
            ("A-2", 5.0, "2026-01-31"),
        ]
    )
    assert quarantine(settings) == bad
    assert bad == [{"value": "{", "file": "orders.jsonl", "problems": ["no JSON object"]}]


def test_a_day_that_is_sent_again_replaces_itself_alone(
    spark: SparkSession, settings: Settings, send: Send
) -> None:
    sunday = replace(settings, date=SUNDAY)
    send(order(), "{")
    send(order(order_id="B-1", ordered_at="2026-02-01T10:00:00Z"), day=SUNDAY)
    run(spark, settings)
    run(spark, sunday)

    send(order(order_id="A-9", amount=1))
    run(spark, settings)

    assert [row[0] for row in table(spark, settings)] == ["A-9", "B-1"]
    assert quarantine(settings) == []


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        pytest.param([order(), "{", "["], "2 of 3 records are bad", id="too-many-bad"),
        pytest.param([], "no good record", id="nothing"),
    ],
)
def test_a_refused_day_leaves_the_table_as_it_was(
    spark: SparkSession, settings: Settings, send: Send, lines: list[str], why: str
) -> None:
    send(order())
    run(spark, settings)

    send(*lines)
    with pytest.raises(Refused, match=why):
        run(spark, settings)

    assert table(spark, settings) == [("A-1", 19.99, "2026-01-31")]
    assert [each["value"] for each in quarantine(settings)] == lines[1:]


def test_a_day_without_files_is_told(spark: SparkSession, settings: Settings) -> None:
    with pytest.raises(FileNotFoundError, match=r"date=2026-01-31"):
        run(spark, settings)
