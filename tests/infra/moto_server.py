"""An AWS on this machine for as long as a ``with`` lasts: real Terraform can apply to it.

    with moto_server(tmp_path / "moto.log") as url:
        run("terraform apply", env=os.environ | aws_environment(url))

It runs no containers and evaluates no alarms; what it keeps can be asked with boto3.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.localhub import cloud
from bot.localhub.cloud import ACCOUNT, REGION, aws_environment
from tests.catalog.needed_tools import missing

__all__ = ["ACCOUNT", "REGION", "aws_environment", "moto_server"]


@contextmanager
def moto_server(log: Path) -> Iterator[str]:
    """The URL of an empty AWS, on a port of its own; ``log`` says what it was asked and lacked.

    Skips the test where moto is not installed, and fails it in CI.
    """
    if not cloud.is_installed():
        missing("needs moto: pip install 'moto[s3]' flask flask-cors")
    with cloud.moto_server(log) as url:
        yield url
