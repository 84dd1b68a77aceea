"""Puts the adapters together for ``app.py``."""

from collections.abc import Callable
from typing import Protocol

import aiohttp

from bot.clock import Clock
from bot.github.actions import GitHubActions
from bot.github.auth import AppKey, Installations
from bot.github.calls import Api, Calls
from bot.github.checks import GitHubChecks
from bot.github.client import LONGEST_WAIT_S, Client, Watch
from bot.github.contents import GitHubContents
from bot.github.deployments import GitHubDeployments
from bot.github.exchange import Exchange
from bot.github.governor import Governor
from bot.github.hook import GitHubHook
from bot.github.issues import GitHubIssues
from bot.github.paces import Pace, paces_for, redelivery_paces_for
from bot.github.people import GitHubPeople
from bot.github.port import GitHub
from bot.github.pull_requests import GitHubPullRequests
from bot.github.redact import Redactor
from bot.github.repositories import GitHubRepositories
from bot.store.port import Documents

REDELIVERY_WAIT_S = 60.0  # the sweep has no person waiting for it


class GitHubSettings(Protocol):
    """What of the settings concerns GitHub."""

    @property
    def app_id(self) -> int:
        """The App's number."""
        ...

    @property
    def private_key(self) -> str:
        """The App's RSA key in PEM."""
        ...

    @property
    def github_api_url(self) -> str:
        """The REST API's address."""
        ...

    @property
    def content_per_minute(self) -> int:
        """The pace for making content."""
        ...

    @property
    def content_per_hour(self) -> int:
        """The pace for making content."""
        ...


def open_github(
    settings: GitHubSettings,
    session: aiohttp.ClientSession,
    *,
    documents: Documents,
    clock: Clock,
    metrics: Watch,
    redactor: Redactor | None = None,
    key_refused: Callable[[], None] = lambda: None,
) -> GitHub:
    """Every adapter, on one client, for all organisations that the App is installed in.

    The session stays the caller's to close. In ``documents`` the processes share the
    pace at which they make content. ``redactor`` is the one that the logs
    go through; it learns every token. ``key_refused`` hears when GitHub answers 401 to
    the App's own proof. Raises ValueError for a key that is none.
    """
    redactor = redactor or Redactor(clock)
    exchange = Exchange(session, settings.github_api_url)
    configured = (
        Pace(settings.content_per_minute, 60.0),
        Pace(settings.content_per_hour, 3600.0),
    )
    governor = Governor(
        documents, clock, paces_for(exchange.host, configured), longest_wait_s=LONGEST_WAIT_S
    )
    client = Client(exchange, clock=clock, redactor=redactor, governor=governor, watch=metrics)
    key = AppKey(settings.app_id, settings.private_key, clock, redactor, key_refused)
    redeliveries = Governor(
        documents,
        clock,
        redelivery_paces_for(exchange.host),
        name="redeliveries",
        longest_wait_s=REDELIVERY_WAIT_S,
    )
    api = Api(client, Installations(client, key, clock=clock, redactor=redactor), key.app_id)
    return GitHub(
        repositories=GitHubRepositories(api, clock),
        contents=GitHubContents(api),
        issues=GitHubIssues(api),
        checks=GitHubChecks(api),
        people=GitHubPeople(api),
        pull_requests=GitHubPullRequests(api),
        actions=GitHubActions(api),
        deployments=GitHubDeployments(api),
        hook=GitHubHook(Calls(client, key), redeliveries),
    )
