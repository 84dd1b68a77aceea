"""A MongoDB to test against: the Java server, or a real one that ``MONGODB_TEST_URL`` names.

The server's jars are fetched by Maven once and kept in the project's own ``.ci`` folder.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pymongo import AsyncMongoClient

from tests.catalog.needed_tools import missing

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".ci" / "mongo-test-server"
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
REAL = os.environ.get("MONGODB_TEST_URL", "")
STORES = ("mongodb", "mongodb-real") if REAL else ("mongodb",)


class MongoTestServer:
    """The Java server in a process of its own; with a file it outlives a kill."""

    def __init__(self, file: Path | None = None) -> None:
        self._java, self._lib = _java(), _jars()
        self._file = file
        self.port = 0
        self.start()

    def start(self) -> None:
        """Listen, on the same port as before if there was one."""
        self._process = subprocess.Popen(
            [
                *(self._java, "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                *("-cp", f"{self._lib}/*", str(HERE / "MongoTestServer.java"), str(self.port)),
                *([str(self._file)] if self._file else []),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the MongoDB test server did not start"
        self.port = int(line)

    def url(self, database: str, **options: object) -> str:
        """The address of a database there."""
        all_ = "&".join(f"{name}={value}" for name, value in {**_OPTIONS, **options}.items())
        return f"mongodb://127.0.0.1:{self.port}/{database}?{all_}"

    def kill(self) -> None:
        """End it without warning."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End it in peace."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


_OPTIONS = {"retryWrites": "false"}  # no member of a replica set
_running: list[MongoTestServer] = []


def fresh_url(adapter: str = "mongodb") -> str:
    """The address of a database that nobody has used, on a server that all tests share."""
    database = f"test_{secrets.token_hex(8)}"
    if adapter == "mongodb-real":
        return urlunsplit(urlsplit(REAL)._replace(path=f"/{database}"))
    if not _running:
        _running.append(MongoTestServer())  # it ends with us, as its standard input does
    return _running[0].url(database)


async def drop(url: str) -> None:
    """Nothing is left of the database at that address."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(url)
    await client.drop_database(client.get_default_database().name)
    await client.close()


def _java() -> str:
    """Java 17 or newer: the one on the PATH decides."""
    found = shutil.which("java")
    if found is None:
        missing("needs Java 17 or newer: install a JDK")
    return str(found)


def _jars() -> Path:
    """The folder of the server's jars, as the ``pom.xml`` beside us names them."""
    pom = HERE / "pom.xml"
    lib = CACHE / hashlib.sha256(pom.read_bytes()).hexdigest()[:16]
    CACHE.mkdir(parents=True, exist_ok=True)
    with _locked(CACHE / "lock"):
        if not lib.exists():
            _fetch(pom, lib)
    return lib


def _fetch(pom: Path, lib: Path) -> None:
    if shutil.which("mvn") is None:
        missing("needs Maven, which fetches the MongoDB test server: install maven")
    half = lib.with_suffix(".half")
    fetched = subprocess.run(
        ["mvn", "-q", "-B", "-f", str(pom), COPY, f"-DoutputDirectory={half}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if fetched.returncode:
        missing(f"Maven could not fetch the MongoDB test server: {fetched.stdout[-500:]}")
    half.rename(lib)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One process at a time."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
