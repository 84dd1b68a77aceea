"""The table as it holds for one project: narrowed by its template, and by its cloud."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bot.deploy_settings.table import (
    CLOUDS,
    ENVIRONMENTS,
    REGION_PATTERNS,
    REGIONS,
    SETTINGS,
    Setting,
    Value,
    setting_of,
)
from bot.deploy_settings.values import allowed, fits


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """What a template says of one setting; None and empty leave it as it is."""

    default: Value | None = None
    min: int | None = None
    max: int | None = None
    options: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """The rows that hold here, in the table's order, and the environments there are."""

    settings: tuple[Setting, ...] = SETTINGS
    environments: tuple[str, ...] = ENVIRONMENTS

    def of(self, name: str) -> Setting | None:
        """The row of that name, long or short; None where there is none."""
        row = setting_of(name)
        return next((each for each in self.settings if row and each.name == row.name), None)

    @property
    def needed(self) -> tuple[str, ...]:
        """The keys that a file must have: those without a default that everybody knows.

        The project's Terraform knows the table's, and not what a template says.
        """
        known = {each.name: each.default for each in SETTINGS}
        return tuple(
            each.name
            for each in self.settings
            if each.default is None or each.default != known[each.name]
        )

    def complete(self, given: Mapping[str, Value]) -> dict[str, Value]:
        """Every setting, in the table's order: as it was given, or else its default."""
        values = {each.name: given.get(each.name, each.default) for each in self.settings}
        return {name: value for name, value in values.items() if value is not None}


def rules_for(
    narrowings: Mapping[str, Narrowing] | None = None,
    *,
    cloud: str = "",
    via: str = "",
    environments: tuple[str, ...] = ENVIRONMENTS,
) -> Rules:
    """The rules of a template's projects; ``cloud`` is the one chosen, empty before that.

    ``via`` is the template's own default of that setting, where it has one;
    ``environments`` are those that the organisation has. Narrowings were checked with
    their template: see ``narrowing_problems``.
    """
    said = {**(narrowings or {}), **({"via": Narrowing(default=via)} if via else {})}
    rows = (_narrowed(row, said.get(row.name, Narrowing())) for row in SETTINGS)
    return Rules(tuple(_in_cloud(row, cloud) for row in rows), environments)


def narrowing_problems(name: str, narrowing: Narrowing) -> list[str]:
    """What is wrong with what a template says of that setting, as sentences."""
    row = setting_of(name)
    if row is None or not row.by_template:
        return ["A template does not decide about this setting."]
    found = list(_bounds_problems(row, narrowing))
    if found or fits(narrowed := _narrowed(row, narrowing), narrowed.default):
        return found
    return [f"Its default must be {allowed(narrowed)}."]


def _bounds_problems(row: Setting, said: Narrowing) -> Iterator[str]:
    if said.options and not set(said.options) <= set(row.options):
        yield f"`options` may name {allowed(row)}." if row.options else "It has no options."
    low, high = said.min, said.max
    if (low is not None or high is not None) and not row.is_number:
        yield "It is no number, so it has neither `min` nor `max`."
        return
    if row.options:
        if not _narrowed(row, said).options:
            yield f"No value is left; it may be {allowed(row)}."
    elif any(bound is not None and not fits(row, bound) for bound in (low, high)):
        yield f"`min` and `max` are within {allowed(row)}."
    elif low is not None and high is not None and low > high:
        yield "`min` is larger than `max`."


def _narrowed(row: Setting, said: Narrowing) -> Setting:
    least = row.least if said.min is None else said.min
    most = row.most if said.max is None else said.max
    default = row.default if said.default is None else said.default
    if not row.options:
        return replace(row, least=least, most=most, default=default)
    options = tuple(
        each
        for each in row.options
        if (not said.options or each in said.options)
        and (said.min is None or int(each) >= said.min)
        and (said.max is None or int(each) <= said.max)
    )
    return replace(row, options=options, default=default)


def _in_cloud(row: Setting, cloud: str) -> Setting:
    if cloud not in REGION_PATTERNS:
        return row
    if row.name == "cloud_provider":
        return replace(row, options=(cloud,))
    if row.name == "region":
        says = f"a region of {CLOUDS[cloud]} such as `{REGIONS[cloud]}`"
        return replace(row, pattern=REGION_PATTERNS[cloud], pattern_says=says)
    return row
