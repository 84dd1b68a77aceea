"""What an operator sees of a MongoDB that is away, or was never there."""

import asyncio
import json
import socket
from pathlib import Path

from tests.cli.test_command_line import run
from tests.journeys.world import PATIENCE_S, World, body, open_world
from tests.mongo.server import MongoTestServer
from tests.test_settings import COMPLETE


async def test_an_address_that_cannot_be_read_ends_serve_with_a_line(tmp_path: Path) -> None:
    wrong = {**COMPLETE, "STORE_URL": "mongodb://bot:pa55-w0rd/x@db/road"}
    wrong["PORT"] = str(free_port())
    served, diagnosed = await asyncio.gather(
        run("serve", env=wrong, cwd=tmp_path), run("doctor", "--json", env=wrong, cwd=tmp_path)
    )

    code, out, err = served
    assert code == 2
    assert "STORE_URL: cannot be read as mongodb://user:password@host:port/database" in err
    assert "pa55-w0rd" not in out + err
    assert "Traceback" not in err
    found = {each["name"]: each for each in json.loads(diagnosed[1])["findings"]}
    assert (diagnosed[0], found["store"]["do"]) == (1, "Correct STORE_URL.")
    assert "STORE_URL cannot be read as" in found["store"]["what"]


def free_port() -> int:
    """One that nobody listened on a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


async def test_a_bot_whose_store_is_away_starts_says_so_and_goes_on_by_itself(
    tmp_path: Path,
) -> None:
    """Alive but not ready; the doctor says where to look; a form filed later is served."""
    server = await asyncio.to_thread(MongoTestServer)
    server.kill()
    settings = {"STORE_URL": server.url("road", timeoutMS=1000)}
    async with open_world(tmp_path, start_bot=False, settings=settings) as world:
        await world.start_process()
        assert await page(world, "readyz") == (503, {"status": "not ready", "failing": ["store"]})
        assert await page(world, "healthz") == (200, {"status": "alive"})

        listed, diagnosed = await asyncio.gather(
            run("runs", "list", env=world.environment),
            run("doctor", "--json", env=world.environment),
        )
        assert listed[:2] == (2, "")
        assert listed[2].splitlines()[-1] == away(server)
        assert "Traceback" not in listed[2]
        findings = json.loads(diagnosed[1])["findings"]
        (store,) = [finding for finding in findings if finding["name"] == "store"]
        assert (store["ok"], store["what"]) == (False, away(server))
        assert "STORE_URL" in store["do"]

        await asyncio.to_thread(server.start)
        async with asyncio.timeout(PATIENCE_S):
            while (await page(world, "readyz"))[0] != 200:
                pass
        await world.catalog_is_read()
        await world.until(await world.file(body()), "is ready")
    server.stop()


def away(server: MongoTestServer) -> str:
    return (
        f"MongoDB at 127.0.0.1:{server.port} cannot be reached, because nothing listens there: "
        "start it, or correct STORE_URL."
    )


async def page(world: World, name: str) -> tuple[int, object]:
    url = f"http://127.0.0.1:{world.webhook_port}/{name}"
    async with world.session.get(url) as answer:
        return answer.status, await answer.json()
