"""The questions about how a project runs, for templates that are deployed.

The few settings that nobody can choose well for somebody else; the rest begins with its
default. Ranges and defaults are those of the table of settings, as the template narrows it.
"""

from collections.abc import Callable, Mapping
from typing import Final

from bot.deploy_settings import Rules, Setting, rules_for
from bot.deploy_settings.table import CLOUDS, REGIONS
from bot.forms.form import Question
from bot.templates import Manifest, Option

_LABELS: Final[Mapping[str, str]] = {
    "cpu_millicores": "CPU",
    "memory_mib": "Memory",
    "min_replicas": "Fewest replicas",
    "max_replicas": "Most replicas",
}


def settings_questions(manifest: Manifest) -> tuple[Question, ...]:
    """The settings asked for; none where the template's projects do not run anywhere."""
    if not manifest.is_deployed:
        return ()
    rules = rules_for(manifest.settings)
    return (
        _choice(
            "cloud_provider",
            "Cloud provider",
            "Where the project runs.",
            {cloud: CLOUDS[cloud] for cloud in manifest.deploy},
            default=manifest.deploy[0],
        ),
        _region(manifest, _row(rules, "region")),
        _size(
            _row(rules, "cpu_millicores"),
            "Processors for one replica.",
            said=lambda size: f"{size / 1000:g} vCPU",
        ),
        _size(
            _row(rules, "memory_mib"),
            "Memory for one replica; two GiB for each vCPU go together in every cloud.",
            said=lambda size: f"{size / 1024:g} GiB",
        ),
        _replicas(_row(rules, "min_replicas")),
        _replicas(_row(rules, "max_replicas")),
    )


def _row(rules: Rules, name: str) -> Setting:
    return next(each for each in rules.settings if each.name == name)


def _region(manifest: Manifest, row: Setting) -> Question:
    return Question(
        group="setting",
        name=row.name,
        kind="line",
        label="Region",
        help="The provider's own name of the region, for example "
        + ", ".join(REGIONS[cloud] for cloud in manifest.deploy)
        + ".",
        default=REGIONS[manifest.deploy[0]],
        pattern=row.pattern,
        pattern_says=row.pattern_says,
        max=row.longest,
    )


def _size(row: Setting, help_: str, *, said: Callable[[int], str]) -> Question:
    options = {str(size): said(int(size)) for size in row.options}
    label, default = _LABELS[row.name], str(row.default)
    return _choice(row.name, label, help_, options, default=default, is_number=True)


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


def _replicas(row: Setting) -> Question:
    return Question(
        group="setting",
        name=row.name,
        kind="integer",
        label=_LABELS[row.name],
        help=f"{row.help} From {row.least} to {row.most}.",
        default=str(row.default),
        min=row.least,
        max=row.most,
    )
