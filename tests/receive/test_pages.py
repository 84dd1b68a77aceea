"""Health, readiness and metrics, as a monitor and Prometheus see them."""

import asyncio
import json
from pathlib import Path

from aiohttp import ClientSession
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from bot.clock import ManualClock
from bot.deployments import DeploymentState
from bot.queue.port import Message
from bot.queue.queue_sqlite import SqliteQueue
from bot.receive import Metrics, Receiving, receive_app
from bot.receive.metrics import DEPLOYMENT_OUTCOMES, OPEN_DEPLOYMENTS
from bot.receive.probes import Ready
from bot.store.sqlite_file import SqliteFile
from bot.store.store_sqlite import SqliteStore
from tests.receive.payloads import issues_payload
from tests.receive.web_side import SECRET, WebSide, listening


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_a_living_process_is_healthy_and_ready(side: WebSide) -> None:
    healthy, ready = await side.get("/healthz"), await side.get("/readyz")

    assert (healthy.status, json.loads(healthy.text)) == (200, {"status": "alive"})
    assert (ready.status, json.loads(ready.text)) == (200, {"status": "ready"})


async def test_readiness_names_what_fails_hangs_or_breaks(tmp_path: Path) -> None:
    async def fine() -> None: ...

    async def refused() -> None:
        raise ConnectionRefusedError("secret address")

    async def hanging() -> None:
        await asyncio.Event().wait()

    file = SqliteFile(tmp_path / "bot.db")
    store, queue = SqliteStore(file), SqliteQueue(file, clock=ManualClock())
    parts = Receiving(
        secret=SECRET,
        served=frozenset(),
        store=store,
        queue=queue,
        key_of=lambda head: head.repository,
        is_needed=lambda head: True,
        clock=ManualClock(),
        metrics=Metrics(CollectorRegistry()),
        checks={"fine": fine, "github": refused, "renderer": hanging},
    )
    async with (
        listening(receive_app(parts)) as port,
        ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/readyz") as answer,
    ):
        assert answer.status == 503
        assert await answer.json() == {
            "status": "not ready",
            "failing": ["github", "renderer"],
        }
    await queue.close()
    await store.close()


def test_a_check_has_two_seconds() -> None:
    assert Ready({}).limit_s == 2.0


async def test_metrics_tell_deliveries_by_event_and_outcome(side: WebSide) -> None:
    """A name that GitHub does not know makes no series of its own."""
    body = issues_payload()
    guid = "72d3162e-cc78-11e3-81ab-4c9367dc0958"
    await side.post(body, guid=guid)
    await side.post(body, guid=guid)
    await side.post(body, event="made_up_by_a_stranger")
    await side.post(body, headers={"X-Hub-Signature-256": None})

    text = (await side.get("/metrics")).text

    received = {
        key[1:]: value
        for key, value in samples(text).items()
        if key[0] == "paved_road_deliveries_received_total"
    }
    assert received == {
        ("issues", "accepted"): 1,
        ("issues", "duplicate"): 1,
        ("other", "ignored"): 1,
        ("other", "unauthorized"): 1,
    }
    assert "made_up" not in text


async def test_metrics_ask_the_queue_at_every_scrape(tmp_path: Path) -> None:
    clock = ManualClock()
    file = SqliteFile(tmp_path / "bot.db")
    store, queue = SqliteStore(file), SqliteQueue(file, clock=clock)
    parts = Receiving(
        secret=SECRET,
        served=frozenset(),
        store=store,
        queue=queue,
        key_of=lambda head: head.repository,
        is_needed=lambda head: True,
        clock=clock,
        metrics=Metrics(CollectorRegistry()),
    )
    await queue.send([Message("run:1", "a"), Message("run:2", "b"), Message("run:3", "c")])
    (claim,) = await queue.claim(limit=1, visibility_s=60)
    await queue.bury(claim, reason="broken")
    clock.advance(90)

    async with listening(receive_app(parts)) as port, ClientSession() as session:

        async def scraped() -> dict[str, float]:
            async with session.get(f"http://127.0.0.1:{port}/metrics") as answer:
                assert answer.headers["Content-Type"].startswith("text/plain; version=")
                found = samples(await answer.text())
            return {key[0]: found[key] for key in found if key[0].startswith("paved_road_queue")}

        first = await scraped()
        await queue.close()
        await store.close()
        second = await scraped()

    assert first == {
        "paved_road_queue_depth": 2,
        "paved_road_queue_oldest_age_seconds": 90,
        "paved_road_queue_dead": 1,
        "paved_road_queue_up": 1,
    }
    assert second["paved_road_queue_up"] == 0


async def test_metrics_look_up_at_every_scrape_what_only_the_store_knows(tmp_path: Path) -> None:
    """Also while the store is away: what was known last stays, and the page is answered."""
    file = SqliteFile(tmp_path / "bot.db")
    store, queue = SqliteStore(file), SqliteQueue(file, clock=ManualClock())
    metrics, states = Metrics(CollectorRegistry()), ["running", "running", "waits-for-approval"]

    async def ask() -> None:
        await store.check()
        metrics.deployments_open(("staging", state) for state in states)

    parts = Receiving(
        secret=SECRET,
        served=frozenset(),
        store=store,
        queue=queue,
        key_of=lambda head: head.repository,
        is_needed=lambda head: True,
        clock=ManualClock(),
        metrics=metrics,
        at_scrape=[ask],
    )
    async with listening(receive_app(parts)) as port, ClientSession() as session:

        async def scraped() -> list[float]:
            async with session.get(f"http://127.0.0.1:{port}/metrics") as answer:
                found = samples(await answer.text())
            return [
                found["paved_road_deployments_open", "staging", state]
                for state in ("running", "waits-for-approval")
            ]

        first = await scraped()
        states.clear()
        second = await scraped()
        await queue.close()
        await store.close()
        states.append("running")
        third = await scraped()

    assert (first, second, third) == ([2, 1], [0, 0], [0, 0])


def test_an_end_of_a_deployment_is_counted_under_names_that_are_known() -> None:
    """However environments are named by policy, there are no more series than these."""
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    metrics.deployment_done("production", "succeeded", 90.0, 7200.0)
    metrics.deployment_done("production", "rolled-back", 30.0)
    for number in range(20):
        metrics.deployment_done(f"made-up-{number}", f"odd-{number}", 1.0)
    metrics.deployments_open([(f"made-up-{number}", "running") for number in range(20)])

    def value(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(f"paved_road_{name}", labels)

    succeeded = {"environment": "production", "outcome": "succeeded"}
    assert value("deployments_total", **succeeded) == 1
    assert value("deployment_seconds_sum", **succeeded) == 90.0
    assert value("deployment_lead_time_seconds_sum", environment="production") == 7200.0
    assert value("deployment_lead_time_seconds_count", environment="production") == 1
    assert value("deployments_total", environment="production", outcome="rolled-back") == 1
    assert value("deployments_total", environment="other", outcome="other") == 20
    assert value("deployments_open", environment="other", state="running") == 20
    assert value("deployments_open", environment="production", state="running") == 0
    assert "made-up" not in metrics.text().decode()


def test_every_state_of_a_deployment_has_its_series() -> None:
    assert {each.value for each in DeploymentState if each.is_final} == DEPLOYMENT_OUTCOMES
    assert {each.value for each in DeploymentState if not each.is_final} == set(OPEN_DEPLOYMENTS)


def test_every_other_figure_has_its_method() -> None:
    registry = CollectorRegistry()
    metrics = Metrics(registry)
    metrics.delivery("issues", "ok")
    metrics.retried("github")
    metrics.run_done("generate", "succeeded", 12.0)
    metrics.step_done("generate", "render", "done", 0.3)
    metrics.render_done("done", 0.2)
    metrics.github_request("POST", "/repos/{owner}/{repo}/git/trees", 201, 0.04)
    metrics.rate_limit("375706", 4321)

    def value(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(f"paved_road_{name}", labels)

    assert value("deliveries_handled_total", event="issues", outcome="ok") == 1
    assert value("retries_total", of="github") == 1
    assert value("run_seconds_sum", kind="generate", outcome="succeeded") == 12.0
    assert value("step_seconds_sum", kind="generate", step="render", outcome="done") == 0.3
    assert value("render_seconds_sum", outcome="done") == 0.2
    route = {"method": "POST", "route": "/repos/{owner}/{repo}/git/trees", "status": "201"}
    assert value("github_request_seconds_sum", **route) == 0.04
    assert value("github_rate_limit_left", installation="375706") == 4321
