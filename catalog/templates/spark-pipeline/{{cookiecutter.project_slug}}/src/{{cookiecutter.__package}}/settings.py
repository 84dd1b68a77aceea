"""What a run is told: arguments, and the environment for those that are left out."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All that a run may be told."""

    date: date
    input: str
    output: str
    quarantine: str
    max_rejected_percent: int


def read_settings(
    arguments: Sequence[str], environment: Mapping[str, str], *, now: datetime | None = None
) -> Settings:
    """The settings of a run; ends the process with 2 and says what is wrong where one is."""
    parser = argparse.ArgumentParser(description=__doc__)
    yesterday = ((now or datetime.now(UTC)) - timedelta(days=1)).date().isoformat()
    for name, help_, default in (
        ("date", "the day to take in, as 2026-01-31; yesterday in UTC without it", yesterday),
        ("input", "folder that holds date=2026-01-31/ with one JSON object a line", None),
        ("output", "folder of the Parquet table; only this day's partition is replaced", None),
        ("quarantine", "folder that receives bad records, with what is wrong with them", None),
        ("max-rejected-percent", "bad records at which the run fails", "{{ cookiecutter.max_rejected_percent }}"),
    ):
        variable = name.replace("-", "_").upper()
        given = environment.get(variable) or default
        parser.add_argument(
            f"--{name}",
            default=given,
            required=given is None,
            type={"date": _date, "max-rejected-percent": _percent}.get(name, str),
            help=f"{help_} (or {variable} in the environment)",
        )
    return Settings(**vars(parser.parse_args(arguments)))


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day such as 2026-01-31") from None


def _percent(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 100):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 to 100")
    return int(text)
