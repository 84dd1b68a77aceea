"""Every setting of a project, one row each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

Value: TypeAlias = str | int

ENVIRONMENTS: Final = ("dev", "staging", "production")
CLOUDS: Final[Mapping[str, str]] = {
    "aws": "Amazon Web Services",
    "google": "Google Cloud",
    "azure": "Microsoft Azure",
}
REGIONS: Final[Mapping[str, str]] = {
    "aws": "eu-central-1",
    "google": "europe-west3",
    "azure": "germanywestcentral",
}
REGION_PATTERNS: Final[Mapping[str, str]] = {
    "aws": "[a-z]{2}(-[a-z]+)+-[0-9]{1,2}",
    "google": "[a-z]+-[a-z]+[0-9]{1,2}",
    "azure": "[a-z]+[0-9]?",
}
MOST_REPLICAS: Final = 50
_SEGMENT: Final = "[A-Za-z0-9_-][A-Za-z0-9._-]*"  # so that none is `.` or `..`


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One row. A setting has ``options``, or ``least`` and ``most``, or a ``pattern``.

    ``name`` is its key in the file, with the unit; ``short`` what commands call it.
    ``default`` is what counts where the file does not say it; None: the file must.
    ``per_environment`` says that ``environments`` may override it; ``by_template`` that a
    template may narrow it; ``fixed`` that it stays as it was when the project was made.
    """

    name: str
    short: str
    help: str
    default: Value | None = None
    options: tuple[Value, ...] = ()
    least: int = 0
    most: int = 0
    pattern: str = ""
    pattern_says: str = ""
    longest: int = 0
    unit: str = ""
    per_environment: bool = True
    by_template: bool = True
    fixed: bool = False

    @property
    def is_number(self) -> bool:
        """Whether its values are whole numbers."""
        return not self.pattern and not any(isinstance(each, str) for each in self.options)


SETTINGS: Final = (
    Setting(
        name="cloud_provider",
        short="cloud",
        help="Where the project runs. Its Terraform is written for that cloud, so it stays.",
        options=tuple(CLOUDS),
        per_environment=False,
        by_template=False,
        fixed=True,
    ),
    Setting(
        name="region",
        short="region",
        help="The provider's own name of the region. Another one builds everything anew there.",
        pattern="[a-z]+(-[a-z]+)*-?[0-9]*",
        pattern_says="lower-case letters, digits and hyphens as the provider writes it",
        longest=30,
        per_environment=False,
        by_template=False,
    ),
    Setting(
        name="cpu_millicores",
        short="cpu",
        help="Processors for one replica, in thousandths of a vCPU.",
        default=500,
        options=(250, 500, 1000, 2000, 4000),
        unit="thousandths of a vCPU",
    ),
    Setting(
        name="memory_mib",
        short="memory",
        help="Memory for one replica. Which sizes go with which CPU depends on the cloud.",
        default=1024,
        options=(512, 1024, 2048, 4096, 8192, 16384),
        unit="MiB",
    ),
    Setting(
        name="min_replicas",
        short="min_replicas",
        help="Copies that always run.",
        default=2,
        least=1,
        most=MOST_REPLICAS,
    ),
    Setting(
        name="max_replicas",
        short="max_replicas",
        help="Copies under load.",
        default=4,
        least=1,
        most=MOST_REPLICAS,
    ),
    Setting(
        name="canary_percent",
        short="canary",
        help="Share of the traffic that a canary gets.",
        default=10,
        least=1,
        most=50,
        unit="percent",
    ),
    Setting(
        name="canary_minutes",
        short="canary_minutes",
        help="How long a canary is watched before it becomes production.",
        default=5,
        least=1,
        most=60,
        unit="minutes",
    ),
    Setting(
        name="health_path",
        short="health_path",
        help="The path that answers 200 while the project is well.",
        default="/health/ready",
        pattern=f"/({_SEGMENT}(/{_SEGMENT})*/?)?",
        pattern_says="a path that starts with a slash, without a query, a space or `..`",
        longest=100,
    ),
    Setting(
        name="health_failures",
        short="health_failures",
        help="Probes that may fail in a row before a canary is rolled back.",
        default=3,
        least=1,
        most=10,
    ),
    Setting(
        name="monthly_budget_usd",
        short="budget",
        help="What an environment may cost in a month; 0 is no budget.",
        default=0,
        least=0,
        most=1_000_000,
        unit="US dollars",
    ),
    Setting(
        name="via",
        short="via",
        help="Who deploys: `actions` is the project's own workflow, `deployment` another system "
        "that takes up GitHub's deployment event.",
        default="actions",
        options=("actions", "deployment"),
        per_environment=False,
        by_template=False,
    ),
)
_BY_NAME: Final = {name: each for each in SETTINGS for name in (each.name, each.short)}


def setting_of(name: str) -> Setting | None:
    """The row of that name, long or short; None where there is none."""
    return _BY_NAME.get(name)
