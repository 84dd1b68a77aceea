"""How a run is told what to do."""

from datetime import UTC, date, datetime

import pytest

from {{ cookiecutter.__package }}.settings import (
    Settings,
    read_settings,
)

PLACES = {"INPUT": "in", "OUTPUT": "out", "QUARANTINE": "bad"}


def test_arguments_come_before_the_environment() -> None:
    arguments = ["--date", "2026-01-31", "--output", "elsewhere", "--max-rejected-percent", "0"]

    assert read_settings(arguments, PLACES) == Settings(
        date=date(2026, 1, 31),
        input="in",
        output="elsewhere",
        quarantine="bad",
        max_rejected_percent=0,
    )


def test_without_a_day_it_is_yesterday() -> None:
    new_year = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)

    assert read_settings([], PLACES, now=new_year).date == date(2025, 12, 31)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("DATE", "31.1.2026"), ("MAX_REJECTED_PERCENT", "101"), ("MAX_REJECTED_PERCENT", "-1")],
)
def test_what_cannot_be_is_refused_by_name(
    variable: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        read_settings([], {**PLACES, variable: value})

    assert value in capsys.readouterr().err


def test_what_is_missing_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        read_settings([], {})

    assert "--input, --output, --quarantine" in capsys.readouterr().err
