"""How the doctor looks: each probe answers one question, and what it raises is a finding."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.clock import Clock
from bot.queue.port import QueueStats


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSeen:
    """GitHub's answer to ``GET /app``: 200 with these fields, or another status without.

    ``settings_url`` is where its owner changes it, ``html_url`` its public page.
    """

    status: int
    date: str  # the Date header
    slug: str = ""
    html_url: str = ""
    settings_url: str = ""
    permissions: Mapping[str, str]
    events: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallationSeen:
    """The App in one organisation. ``html_url`` is where an owner changes what it may."""

    html_url: str
    permissions: Mapping[str, str]
    all_repositories: bool = True
    suspended: bool = False


Trouble = Literal["", "no-name", "refused", "certificate", "tls", "too-slow", "broken"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PingSeen:
    """What became of a signed ping to the App's webhook address.

    ``url`` is empty where the App has none. With a ``trouble`` there was no answer.
    """

    url: str
    status: int = 0
    trouble: Trouble = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """How to look. What a look raises becomes a finding.

    GitHub's may raise GitHubError, RetryLater and OSError, ``rendering`` RenderError
    and RendererUnavailable, the others what their ports say. ``app`` asks GitHub as
    the App, once and without retries. ``installed`` is the installation in that
    organisation, or None. ``ping`` sends one to our own webhook. ``rendering`` renders
    a small template and names how it was kept apart: ``bubblewrap``, ``process`` or
    ``elsewhere``. ``linters`` has each program that looks at what templates make, and
    whether it is here.
    """

    app: Callable[[], Awaitable[AppSeen]]
    installed: Callable[[str], Awaitable[InstallationSeen | None]]
    ping: Callable[[], Awaitable[PingSeen]]
    store: Callable[[], Awaitable[None]]
    queue: Callable[[], Awaitable[QueueStats]]
    rendering: Callable[[], Awaitable[str]]
    linters: Callable[[], Awaitable[Mapping[str, bool]]]
    clock: Clock
