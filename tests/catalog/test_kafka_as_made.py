"""What a team finds in a new Kafka Streams project, before anything is built."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.catalog.cases import Case, read_yaml
from tests.catalog.kafka_cases import ALONE, IN_MEMORY, KAFKA_CASES, NULL, STREAMED

HALF = "-XX:MaxRAMPercentage=50 -XX:+ExitOnOutOfMemoryError"  # of the memory is for Java

kafka_projects = pytest.mark.parametrize("case", KAFKA_CASES, ids=lambda case: case.id)


def settings(project: Path) -> Any:
    """What the service is told when nothing else is said."""
    return read_yaml(project / "src" / "main" / "resources" / "application.yml")


@kafka_projects
def test_the_broker_to_try_it_with_is_of_the_version_of_the_libraries(
    case: Case, projects: Mapping[Case, Path]
) -> None:
    pom = (projects[case] / "pom.xml").read_text()
    version = re.search(r"<kafka\.version>(.+)</kafka\.version>", pom)
    compose = read_yaml(projects[case] / "compose.yaml")

    assert version is not None
    assert compose["services"]["kafka"]["image"] == f"apache/kafka:{version[1]}"


@kafka_projects
def test_the_broker_to_try_it_with_is_not_for_the_neighbours(
    case: Case, projects: Mapping[Case, Path]
) -> None:
    """It asks nobody who they are."""
    compose = read_yaml(projects[case] / "compose.yaml")

    assert compose["services"]["kafka"]["ports"] == ["127.0.0.1:9092:9092"]


@kafka_projects
def test_the_class_that_kafka_creates_is_named_as_it_is(
    case: Case, projects: Mapping[Case, Path]
) -> None:
    """Without the marks that code needs where a package holds words of Kotlin."""
    streams = settings(projects[case])["spring"]["kafka"]["streams"]["properties"]
    named = streams["deserialization.exception.handler"]

    assert (projects[case] / f"src/main/kotlin/{named.replace('.', '/')}.kt").is_file()


@kafka_projects
def test_the_readme_names_every_variable(case: Case, projects: Mapping[Case, Path]) -> None:
    text = (projects[case] / "src" / "main" / "resources" / "application.yml").read_text()
    readme = (projects[case] / "README.md").read_text()
    variables = set(re.findall(r"\$\{([A-Z_]+)", text))

    assert "KAFKA_BOOTSTRAP_SERVERS" in variables
    assert {name for name in variables if f"`{name}`" not in readme} == set()


@pytest.mark.parametrize(
    ("case", "place", "java_options"),
    [
        pytest.param(
            STREAMED,
            "persistentWindowStore",
            HALF,
            id="rocksdb",
        ),
        pytest.param(
            NULL,
            "persistentWindowStore",
            f"{HALF} --enable-native-access=ALL-UNNAMED",
            id="rocksdb-java-25",
        ),
        pytest.param(
            ALONE,
            "persistentWindowStore",
            HALF,
            id="nothing-said",
        ),
        pytest.param(
            IN_MEMORY,
            "inMemoryWindowStore",
            "-XX:MaxRAMPercentage=75 -XX:+ExitOnOutOfMemoryError",
            id="in-memory",
        ),
    ],
)
def test_state_is_kept_where_the_form_said(
    case: Case, place: str, java_options: str, projects: Mapping[Case, Path]
) -> None:
    """Both stores of the topology, and what Java leaves for them."""
    project = projects[case]
    code = next(project.rglob("FirstTimeOnly.kt")).read_text()
    kafka = settings(project)["spring"]["kafka"]["streams"]

    assert re.findall(r"Stores\.(\w+WindowStore)", code) == [place]
    assert ("dsl.store.suppliers.class" in kafka["properties"]) == (case is IN_MEMORY)
    assert f'ENV JAVA_TOOL_OPTIONS="{java_options}"\n' in (project / "Dockerfile").read_text()
