"""A generated Kafka Streams service is built with real Maven and runs beside a real broker."""

import json
import re
import signal
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from tests.catalog.cases import CATALOG, Case, read_yaml
from tests.catalog.kafka_cases import COMPILED, IN_MEMORY, STREAMED
from tests.catalog.maven import attempt, by_installed_maven, copied, run
from tests.catalog.running_broker import RunningBroker, running_broker
from tests.catalog.running_service import RunningService, laid_out_as_in_the_image, running

# A first build fetches some 250 MB before it compiles anything.
pytestmark = [pytest.mark.slow, pytest.mark.thorough, pytest.mark.timeout(600)]

TOPICS = ("payments", "account-totals", "payments-dead-letters")
CLASS_PATH = "class-path.txt"
C1 = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # what runs for seconds is compiled once
SHORT_LIVED = f"-DargLine='{C1}'"
MANY = 10_000  # payments: more than are counted before the kill


def verify(case: Case) -> str:
    """What the template promises a new project to pass."""
    template = read_yaml(CATALOG / "templates" / case.template / "template.yml")
    return " && ".join(by_installed_maven(command) for command in template["verify"])


def test_a_new_project_passes_its_own_checks(projects: Mapping[Case, Path], tmp_path: Path) -> None:
    """With state in memory and the newest Java; with the oldest it is built to run, below."""
    project = copied(projects[IN_MEMORY], tmp_path / "project")
    run(f"{verify(IN_MEMORY)} {SHORT_LIVED}", project, java=IN_MEMORY.java)


def test_the_java_between_compiles_it(projects: Mapping[Case, Path], tmp_path: Path) -> None:
    """Nothing else is different for it."""
    project = copied(projects[COMPILED], tmp_path / "project")
    run("mvn -B -ntp compile", project, java=COMPILED.java)


@dataclass(frozen=True, slots=True)
class Built:
    """A checked service as its image holds it, and what its tests ran with."""

    application: Path
    class_path: str


@pytest.fixture(scope="module")
def built(projects: Mapping[Case, Path], tmp_path_factory: pytest.TempPathFactory) -> Built:
    project = copied(projects[STREAMED], tmp_path_factory.mktemp("stream") / "project")
    tell = f"dependency:build-classpath -Dmdep.outputFile={CLASS_PATH}"
    run(f"{verify(STREAMED)} {SHORT_LIVED} {tell}", project, java=STREAMED.java)
    application = laid_out_as_in_the_image(project, java=STREAMED.java)
    return Built(application, (project / CLASS_PATH).read_text())


def test_a_service_without_an_address_says_which_variable_it_needs(built: Built) -> None:
    code, said = attempt("java -jar application.jar", built.application, java=STREAMED.java)

    assert code == 1
    assert "Invalid url in bootstrap.servers: ${KAFKA_BOOTSTRAP_SERVERS}" in said


async def test_a_service_counts_exactly_once_whatever_happens(built: Built, tmp_path: Path) -> None:
    """The broker is silent, a record is poison, the service is killed while payments come."""
    async with running_broker(built.class_path, *TOPICS, java=STREAMED.java) as broker:
        start = partial(running, built.application, java=STREAMED.java)
        env = settings(broker, state=tmp_path / "state")
        broker.fall_silent()
        async with start(env=env) as service:
            assert await health(service) == {"liveness": 200, "readiness": 503}
            broker.answer_again()
            await service.logged("State transition from REBALANCING to RUNNING")
            assert await health(service) == {"liveness": 200, "readiness": 200}

            await counts_what_is_a_payment(broker, service)

            broker.fall_silent()
            assert await health(service) == {"liveness": 200, "readiness": 503}
            broker.answer_again()
            pay(broker, range(1, 100))
            await broker.until(lambda: counted(broker)[-1] == 100)
            assert await health(service) == {"liveness": 200, "readiness": 200}

            pay(broker, range(100, MANY))
            await broker.until(lambda: counted(broker)[-1] > 100)
            service.kill()
            assert await service.ended() == -signal.SIGKILL
        async with start(env=env) as service:
            await broker.until(lambda: counted(broker)[-1] == MANY)
            service.ask_to_stop()
            assert await service.ended() == 128 + signal.SIGTERM

        assert counted(broker) == sorted(set(counted(broker)))  # none is told twice


async def counts_what_is_a_payment(broker: RunningBroker, service: RunningService) -> None:
    """A repetition does not count; a record that is none is kept and counted by itself."""
    pay(broker, [0, 0])
    broker.send("payments", "DE1", "poison")
    await broker.until(lambda: bool(broker.records("payments-dead-letters")))
    await broker.until(lambda: bool(counted(broker)))

    assert [letter.value for letter in broker.records("payments-dead-letters")] == ["poison"]
    assert counted(broker) == [1]
    await service.logged("A dead letter: payments, partition 0, offset 2")
    metrics = await text(service, "/actuator/prometheus")
    assert re.search(r'dead_letters_total\{.*topic="payments"\} 1\.0', metrics)
    assert "kafka_consumer_fetch_manager_records_lag_max" in metrics


def settings(broker: RunningBroker, *, state: Path) -> dict[str, str]:
    """The environment of a service whose killed instance is missed soon."""
    return {
        "KAFKA_BOOTSTRAP_SERVERS": broker.address,
        "KAFKA_STATE_DIR": str(state),
        "JAVA_TOOL_OPTIONS": C1,
        "SPRING_KAFKA_STREAMS_PROPERTIES_SESSION_TIMEOUT_MS": "6000",
    }


def pay(broker: RunningBroker, numbers: Iterable[int]) -> None:
    """Sends a cent to the same account for each number."""
    for number in numbers:
        payment = {"id": f"p-{number}", "account": "DE1", "cents": 1}
        broker.send("payments", "DE1", json.dumps(payment))


def counted(broker: RunningBroker) -> list[int]:
    """How many payments each published total of the account is of, in order."""
    totals = [json.loads(record.value) for record in broker.records("account-totals")]
    assert all(total["payments"] == total["cents"] for total in totals)
    return [total["payments"] for total in totals]


async def health(service: RunningService) -> dict[str, int]:
    """What a platform hears when it asks."""
    async with aiohttp.ClientSession(service.url) as http:
        answers = {}
        for probe in ("liveness", "readiness"):
            async with http.get(f"/actuator/health/{probe}") as answer:
                answers[probe] = answer.status
        return answers


async def text(service: RunningService, path: str) -> str:
    """The body of an answer."""
    async with aiohttp.ClientSession(service.url) as http, http.get(path) as answer:
        return await answer.text()
