"""Generated Spark projects pass their own checks, and their jobs can be run again and again."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from tests.catalog.case import HOSTILE, Case
from tests.catalog.cases import CATALOG, read_yaml
from tests.catalog.spark_cases import OLDEST_JAVA, RUN, SPARK_BUILT, SPARK_CASES
from tests.catalog.uv import attempt, run

pytestmark = pytest.mark.timeout(600)

every_project = pytest.mark.parametrize("case", SPARK_CASES, ids=lambda case: case.id)
builds = pytest.mark.thorough  # a first build fetches 450 MB and makes a package of it


# --- as it is made ----------------------------------------------------------------


@every_project
def test_all_files_mean_the_same_java_and_python(case: Case, projects: Mapping[Case, Path]) -> None:
    project = projects[case]
    image = (project / "Dockerfile").read_text()

    assert {
        (project / ".java-version").read_text().strip(),
        *re.findall(r"temurin:(\d+)-", image),
    } == {case.answers.get("java_version", "17")}
    assert {
        (project / ".python-version").read_text().strip(),
        *re.findall(r"FROM python:([\d.]+)-", image),
    } == {case.answers.get("python_version", "3.13")}


@every_project
def test_everything_is_fetched_from_the_public_index(
    case: Case, projects: Mapping[Case, Path]
) -> None:
    """No host of the machine that wrote the lock."""
    lock = (projects[case] / "uv.lock").read_text()

    assert set(re.findall(r"https?://([^/\"]+)", lock)) == {"pypi.org", "files.pythonhosted.org"}


def test_a_hostile_description_is_in_the_readme_alone(projects: Mapping[Case, Path]) -> None:
    files = (path for path in projects[OLDEST_JAVA].rglob("*") if path.is_file())
    holding = {path.name for path in files if "project.version" in path.read_text()}

    assert HOSTILE.count("project.version") == 1
    assert holding == {"README.md"}


# --- built and run ----------------------------------------------------------------


@builds
@pytest.mark.parametrize("case", SPARK_BUILT, ids=lambda case: case.id)
def test_a_new_project_passes_its_own_checks(
    case: Case, projects: Mapping[Case, Path], tmp_path: Path
) -> None:
    """Installed from its lock, linted, formatted, typed and tested, for each Java."""
    project = copytree(projects[case], tmp_path / "project")
    for command in read_yaml(CATALOG / "templates" / case.template / "template.yml")["verify"]:
        run(command, project)


GOOD = (
    b'{"order_id": "A-%d", "customer_id": "c-7", "amount": 19.99, "currency": "EUR",'
    b' "ordered_at": "2026-01-31T08:15:00Z", "updated_at": "2026-01-31T08:15:00Z"}'
)
BAD = (
    b"\xff\xfe not even text",
    b'{"order_id": "A-9", "order_id": {"nested": ["twice"]}}',
    b"{" * 2_000,
    b'{"order_id": "' + b"x" * 100_000 + b'"}',
    b'"only a text"',
    b"\0",
)


@builds
def test_a_day_with_bad_records_can_be_taken_in_twice(
    projects: Mapping[Case, Path], tmp_path: Path
) -> None:
    """By the command that its image starts: the second run changes nothing, and none is lost."""
    project = copytree(projects[RUN], tmp_path / "project")
    day = tmp_path / "in" / "date=2026-01-31"
    day.mkdir(parents=True)
    good = [GOOD % number for number in range(30)]
    (day / "one.jsonl").write_bytes(b"\n".join([*good, *BAD]))
    (day / "two.jsonl").write_bytes(b"\r\n".join([good[0], b"", good[1]]))
    started = json.loads(re.findall(r"ENTRYPOINT (.*)", (project / "Dockerfile").read_text())[0])
    command = f"uv run --locked --no-dev {started[0]} --date 2026-01-31 " + " ".join(
        f"--{name} {tmp_path / name}" for name in ("output", "quarantine")
    )
    command += f" --input {tmp_path / 'in'} --max-rejected-percent"

    first = logged(run(f"{command} 50", project))
    written, kept = rows(tmp_path / "output"), quarantined(tmp_path / "quarantine")
    again = logged(run(f"{command} 50", project))
    assert rows(tmp_path / "output") == written
    code, refused = attempt(f"{command} 5", project)  # too many: the table stays

    counts = {"read": 38, "accepted": 30, "duplicates": 2, "rejected": len(BAD)}
    assert {name: first[name] for name in counts} == counts
    assert again == first
    assert (code, logged(refused)["level"]) == (1, "ERROR")
    assert list((tmp_path / "output").glob("date=*")) == [tmp_path / "output" / "date=2026-01-31"]
    assert rows(tmp_path / "output") == written
    assert quarantined(tmp_path / "quarantine") == kept
    assert Counter(str(each["problems"]) for each in kept)["['no JSON object']"] >= 4


def logged(said: str) -> dict[str, Any]:
    """The job's last own line, but for its time."""
    lines = [json.loads(line) for line in said.splitlines() if line.startswith('{"time"')]
    return {name: value for name, value in lines[-1].items() if name != "time"}


def rows(folder: Path) -> list[str]:
    """The pages of a table's files, without their names and footers.

    A footer holds the same each time, but lists encodings in no order.
    """
    pages = []
    for path in folder.rglob("*.parquet"):
        content = path.read_bytes()
        footer_bytes = int.from_bytes(content[-8:-4], "little") + 8
        pages.append(sha256(content[:-footer_bytes]).hexdigest())
    assert pages
    return sorted(pages)


def quarantined(folder: Path) -> list[dict[str, Any]]:
    """Each bad record that was kept."""
    files = folder.rglob("part-*.json")
    lines = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    return sorted(lines, key=str)
