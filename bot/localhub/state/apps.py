"""GitHub Apps: registrations, installations, their tokens and webhook deliveries."""

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class App:
    """A registered App. ``user_id`` is its bot account."""

    id: int
    slug: str
    name: str
    client_id: str
    owner: str  # login of the organisation or user that registered it
    user_id: int
    permissions: dict[str, str]
    events: list[str]
    webhook_url: str
    webhook_secret: str
    private_key_pem: str
    created_at_s: float = 0.0
    description: str = ""
    homepage: str = ""
    setup_url: str = ""  # where people are led after they have installed it
    public: bool = False  # whether other accounts than the owner's may install it
    client_secret: str = ""
    webhook_content_type: str = "json"


@dataclass(slots=True, kw_only=True)
class ManifestCode:
    """What a registration by manifest is completed with: once, within the hour."""

    id: int
    code: str
    app_id: int
    expires_at_s: float


@dataclass(slots=True, kw_only=True)
class Installation:
    """An App on an account. ``repository_ids`` None: on all repositories, those to come too."""

    id: int
    app_id: int
    account: str  # login
    permissions: dict[str, str]
    events: list[str]
    created_at_s: float = 0.0
    suspended_at_s: float | None = None
    repository_ids: list[int] | None = None

    def reaches(self, repository_id: int) -> bool:
        """Whether the App was installed on this repository of the account."""
        return self.repository_ids is None or repository_id in self.repository_ids


@dataclass(slots=True, kw_only=True)
class InstallationToken:
    """A token and what it may do. ``repository_ids`` None: every repository."""

    id: int
    token: str
    installation_id: int
    permissions: dict[str, str]
    repository_ids: list[int] | None
    expires_at_s: float


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One attempt to deliver a webhook; attempts of one event share ``guid``."""

    id: int
    guid: str
    app_id: int
    installation_id: int | None
    repository_id: int | None
    event: str
    action: str | None
    url: str
    delivered_at_s: float
    duration_s: float
    status: str  # GitHub's words: OK, Invalid HTTP Response: 500, timed out, failed to connect
    status_code: int  # 0 without an answer
    redelivery: bool
    payload: bytes  # zlib; the JSON that was signed
    request_headers: dict[str, str] = field(default_factory=dict)
    response_headers: dict[str, str] = field(default_factory=dict)
    response_body: str = ""
    throttled_at_s: float | None = None  # GitHub held it back for a while

    @property
    def ok(self) -> bool:
        """Whether the receiver answered 2xx in time."""
        return 200 <= self.status_code < 300
