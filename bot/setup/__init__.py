"""Registering the App with GitHub from ``app.yml``, in a browser, once."""

from bot.setup.env_file import EnvFileInTheWay
from bot.setup.manifest import Manifest, read_manifest
from bot.setup.pages import setup_page
from bot.setup.register import Registered, SetupFailed, run_setup

__all__ = [
    "EnvFileInTheWay",
    "Manifest",
    "Registered",
    "SetupFailed",
    "read_manifest",
    "run_setup",
    "setup_page",
]
