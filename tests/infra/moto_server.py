"""An AWS on this machine for as long as a ``with`` lasts: real Terraform can apply to it.

    with moto_server(tmp_path / "moto.log") as url:
        run("terraform apply", env=os.environ | aws_environment(url))

It runs no containers and evaluates no alarms; what it keeps can be asked with boto3.
"""

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.catalog.needed_tools import missing

REGION = "eu-central-1"
ACCOUNT = "123456789012"  # the one that moto answers for
_ROOT = Path(__file__).parents[2]
_LEAVES_S = 20.0


@contextmanager
def moto_server(log: Path) -> Iterator[str]:
    """The URL of an empty AWS, on a port of its own; ``log`` says what it was asked and lacked.

    Skips the test where moto is not installed, and fails it in CI.
    """
    if importlib.util.find_spec("moto") is None or importlib.util.find_spec("flask") is None:
        missing("needs moto: pip install 'moto[s3]' flask flask-cors")
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.infra.moto_with_gaps"],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            yield f"http://127.0.0.1:{_port_of(process, log)}"
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
    assert process.stdout is not None
    said = process.stdout.readline().strip()
    assert said.isdigit(), f"moto did not start: {log.read_text()[-2_000:]}"
    return int(said)


def _end(process: "subprocess.Popen[str]") -> None:
    """Its input ends, and with it the program; one that does not hear is killed."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(_LEAVES_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    assert process.stdout is not None
    process.stdout.close()
