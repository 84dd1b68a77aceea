"""The questions about how a project runs, for templates that are deployed.

The answers become the project's first settings. Sizes are those that all three
clouds offer: half a GiB to two GiB of memory for a quarter of a processor, and so on.
"""

from collections.abc import Mapping
from typing import Final

from bot.forms.form import Question
from bot.templates import Manifest, Option

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
_CPU: Final = {250: "0.25", 500: "0.5", 1000: "1", 2000: "2", 4000: "4"}
_MEMORY: Final = {512: "0.5", 1024: "1", 2048: "2", 4096: "4", 8192: "8", 16384: "16"}
MOST_REPLICAS: Final = 50


def settings_questions(manifest: Manifest) -> tuple[Question, ...]:
    """The settings asked for; none where the template's projects do not run anywhere."""
    if not manifest.is_deployed:
        return ()
    first = manifest.deploy[0]
    return (
        _choice(
            "cloud_provider",
            "Cloud provider",
            "Where the project runs.",
            {cloud: CLOUDS[cloud] for cloud in manifest.deploy},
            default=first,
        ),
        Question(
            group="setting",
            name="region",
            kind="line",
            label="Region",
            help="The provider's own name of the region, for example "
            + ", ".join(REGIONS[cloud] for cloud in manifest.deploy)
            + ".",
            default=REGIONS[first],
            pattern="[a-z]+(-[a-z]+)*-?[0-9]*",
            pattern_says="lower-case letters, digits and hyphens as the provider writes it",
            max=30,
        ),
        _choice(
            "cpu_millicores",
            "CPU",
            "Processors for one replica.",
            {str(size): f"{said} vCPU" for size, said in _CPU.items()},
            default="500",
            is_number=True,
        ),
        _choice(
            "memory_mib",
            "Memory",
            "Memory for one replica; two to eight GiB for each vCPU go together.",
            {str(size): f"{said} GiB" for size, said in _MEMORY.items()},
            default="1024",
            is_number=True,
        ),
        _replicas("min_replicas", "Fewest replicas", "Copies that always run.", default=2),
        _replicas("max_replicas", "Most replicas", "Copies under load.", default=4),
    )


def _choice(
    name: str,
    label: str,
    help_: str,
    options: Mapping[str, str],
    *,
    default: str,
    is_number: bool = False,
) -> Question:
    return Question(
        group="setting",
        name=name,
        kind="choice",
        label=label,
        help=help_,
        options=tuple(Option(value, said) for value, said in options.items()),
        default=default,
        is_number=is_number,
    )


def _replicas(name: str, label: str, help_: str, *, default: int) -> Question:
    return Question(
        group="setting",
        name=name,
        kind="integer",
        label=label,
        help=f"{help_} From 1 to {MOST_REPLICAS}.",
        default=str(default),
        min=1,
        max=MOST_REPLICAS,
    )
