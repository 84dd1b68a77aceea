"""An AWS on this machine for as long as a ``with`` lasts: real Terraform can apply to it.

It runs no containers and evaluates no alarms; what it keeps can be asked with boto3.
"""

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REGION = "eu-central-1"
ACCOUNT = "123456789012"  # the one that moto answers for
_ROOT = Path(__file__).resolve().parents[3]
_LEAVES_S = 20.0


def is_installed() -> bool:
    """Whether moto and what its server needs are there."""
    return all(importlib.util.find_spec(name) for name in ("moto", "flask", "flask_cors"))


@contextmanager
def moto_server(log: Path) -> Iterator[str]:
    """The URL of an empty AWS, on a port of its own; ``log`` says what it was asked and lacked."""
    with moto_process(log, "bot.localhub.cloud.moto_with_gaps") as (_, url):
        yield url


@contextmanager
def moto_process(
    log: Path, module: str, *arguments: str
) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A module that serves moto, tells its port and ends with its input; the process and its URL.

    Raises RuntimeError where it tells none.
    """
    with log.open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603 - a module of ours
            [sys.executable, "-m", module, *arguments],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            yield process, f"http://127.0.0.1:{_port_of(process, log)}"
        finally:
            _end(process)


def aws_environment(url: str, region: str = REGION) -> dict[str, str]:
    """What makes Terraform, boto3 and the AWS command line speak to that server and no other."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
    }


def _port_of(process: "subprocess.Popen[str]", log: Path) -> int:
    said = process.stdout.readline().strip() if process.stdout else ""
    if not said.isdigit():
        raise RuntimeError(f"moto did not start: {log.read_text()[-2_000:]}")
    return int(said)


def _end(process: "subprocess.Popen[str]") -> None:
    """Its input ends, and with it the program; one that does not hear is killed."""
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(_LEAVES_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()
