"""Setting up: the App registered from ``app.yml`` in a browser, once, and its first catalog.

``secrets_manager`` and ``first_catalog`` are imported by whoever needs them: the one brings
boto3 along, the other must not.
"""

from bot.setup.credentials import AlreadySetUp, Credentials, CredentialStore
from bot.setup.env_file import EnvFile, EnvFileInTheWay
from bot.setup.manifest import Manifest, read_manifest
from bot.setup.plan import Plan, SetupFailed, make_plan, web_address
from bot.setup.register import Served, run_setup, setup_routes
from bot.setup.setup_pages import COOKIE, Reply, SetupPages, Visit

__all__ = [
    "COOKIE",
    "AlreadySetUp",
    "CredentialStore",
    "Credentials",
    "EnvFile",
    "EnvFileInTheWay",
    "Manifest",
    "Plan",
    "Reply",
    "Served",
    "SetupFailed",
    "SetupPages",
    "Visit",
    "make_plan",
    "read_manifest",
    "run_setup",
    "setup_routes",
    "web_address",
]
