"""``template.yml`` → ``Manifest``, or everything that is wrong with it, by line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from bot.deploy_settings import Narrowing, clashes, rules_for
from bot.deploy_settings.rules import narrowing_problems
from bot.problems import Problem, ProblemsFound
from bot.written import Pattern, PatternInvalid, Source, check_shape, code, read_yaml
from bot.written.plain_text import forbidden_character
from bot.written.schema import shipped_schema
from bot.written.source import Path

PATH: Final = "template.yml"
_LIMIT_BYTES: Final = 100_000
_NO_CLOUD: Final = "`deploy` names no cloud; add one, or remove it"

TemplateKind = Literal["library", "service", "pipeline", "frontend", "module"]
Cloud = Literal["aws", "google", "azure"]
Via = Literal["actions", "deployment"]
QuestionKind = Literal["slug", "line", "text", "choice", "multi", "bool", "integer", "dict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableRule:
    """How one variable is asked, as far as its template says so."""

    kind: QuestionKind | None = None
    pattern: str | None = None
    help: str = ""
    min: int | None = None
    max: int | None = None
    required: bool | None = None
    options: tuple[str, ...] = ()
    via_deployment: tuple[str, ...] = ()  # options with which another system deploys


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradePolicy:
    """Globs of files that an upgrade leaves alone or replaces; the rest is merged."""

    skip: tuple[str, ...] = ()
    overwrite: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deprecation:
    """Why nothing new should start from a template; ``successor`` is another's id or empty."""

    message: str
    successor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A checked ``template.yml``."""

    id: str
    name: str
    description: str
    owner: str
    version: str
    kind: TemplateKind
    tags: tuple[str, ...] = ()
    deploy: tuple[Cloud, ...] = ()
    via: Via = "actions"  # of projects whose settings do not say it themselves
    verify: tuple[str, ...] = ()
    variables: Mapping[str, VariableRule] = field(default_factory=dict)
    upgrade: UpgradePolicy = field(default_factory=UpgradePolicy)
    settings: Mapping[str, Narrowing] = field(default_factory=dict)
    deprecated: Deprecation | None = None

    @property
    def is_deployed(self) -> bool:
        """Whether projects of this template run somewhere and so have settings."""
        return self.kind in ("service", "pipeline", "frontend") and bool(self.deploy)


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """A manifest beside the places of what it says."""

    manifest: Manifest
    source: Source


def schema() -> Mapping[str, Any]:
    """The JSON Schema of the file."""
    return shipped_schema("bot.templates", "template.schema.json")


def parse_manifest(text: str, *, folder: str | None = None) -> ManifestFile:
    """The checked value of a ``template.yml``; ``folder`` is the name its id must have.

    Raises ProblemsFound with every problem, each with line and column.
    """
    source = read_yaml(text, path=PATH, limit_bytes=_LIMIT_BYTES)
    problems = check_shape(source, schema())
    if problems:
        raise ProblemsFound(problems)
    value: Any = source.value
    found = [
        *_words(source, value),
        *_rules(source, value.get("variables", {})),
        *_settings(source, value),
    ]
    if folder is not None and value["id"] != folder:
        sentence = f"`id` must be the name of the template's folder, {code(folder)}."
        found.append(source.problem(("id",), "id-is-folder", sentence))
    found += _via(source, value)
    if found:
        raise ProblemsFound(found)
    return ManifestFile(_build(value), source)


def _words(source: Source, value: Mapping[str, Any]) -> list[Problem]:
    """Texts that people read are one visible line."""
    said: dict[Path, str] = {(key,): value[key] for key in ("name", "description")}
    for name, rule in value.get("variables", {}).items():
        said["variables", name, "help"] = rule.get("help", "")
    for i, command in enumerate(value.get("verify", [])):
        said["verify", i] = command
    if "deprecated" in value:
        said["deprecated", "message"] = value["deprecated"]["message"]
    return [
        source.problem(path, "text", f"{code(str(path[-1]))} holds {found}; it is one plain line.")
        for path, text in said.items()
        if (found := forbidden_character(text.strip()))
    ]


def _rules(source: Source, rules: Mapping[str, Mapping[str, Any]]) -> list[Problem]:
    problems = []
    for name, rule in rules.items():
        path = ("variables", name)
        problems += _pattern(source, path, rule)
        if rule.get("min", 0) > rule.get("max", rule.get("min", 0)):
            sentence = "`min` is larger than `max`."
            problems.append(source.problem((*path, "min"), "bounds", sentence))
    return problems


def _settings(source: Source, value: Mapping[str, Any]) -> list[Problem]:
    """What a template says of settings is within the table, and its defaults go together."""
    said = _narrowings(value)
    if said and not value.get("deploy"):
        sentence = "`settings` are of what is deployed, and `deploy` names no cloud."
        return [source.problem(("settings",), "settings", sentence)]
    problems = [
        source.problem(("settings", name), "settings", f"{code(name)}: {problem}")
        for name, narrowing in said.items()
        for problem in narrowing_problems(name, narrowing)
    ]
    if problems or not said:
        return problems
    return [
        source.problem(
            ("settings",),
            "settings",
            f"The defaults do not go together: {code(clash.name)} must be {clash.allowed} "
            f"on {code(cloud)}.",
        )
        for cloud in value["deploy"]
        for clash in clashes(rules_for(said, cloud=cloud).complete({"cloud_provider": cloud}))
    ]


def _narrowings(value: Mapping[str, Any]) -> dict[str, Narrowing]:
    return {
        name: Narrowing(**{**said, "options": tuple(said.get("options", ()))})
        for name, said in value.get("settings", {}).items()
    }


def _pattern(source: Source, path: Path, rule: Mapping[str, Any]) -> list[Problem]:
    if "pattern" not in rule:
        return []
    place = (*path, "pattern")
    if rule.get("kind", "line") not in ("line", "text"):
        sentence = f"A {code(rule['kind'])} has no pattern; only a `line` or a `text` has one."
        return [source.problem(place, "pattern", sentence)]
    try:
        Pattern(rule["pattern"])
    except PatternInvalid as error:
        return [source.problem(place, "pattern", str(error))]
    return []


def _build(value: Mapping[str, Any]) -> Manifest:
    upgrade = value.get("upgrade", {})
    return Manifest(
        id=value["id"],
        name=value["name"].strip(),
        description=value["description"].strip(),
        owner=value["owner"],
        version=value["version"],
        kind=value["kind"],
        tags=tuple(value.get("tags", ())),
        deploy=tuple(value.get("deploy", ())),
        via=value.get("via", "actions"),
        verify=tuple(value.get("verify", ())),
        variables={name: _rule(rule) for name, rule in value.get("variables", {}).items()},
        upgrade=UpgradePolicy(
            skip=tuple(upgrade.get("skip", ())), overwrite=tuple(upgrade.get("overwrite", ()))
        ),
        settings=_narrowings(value),
        deprecated=Deprecation(**value["deprecated"]) if "deprecated" in value else None,
    )


def _rule(rule: Mapping[str, Any]) -> VariableRule:
    lists = {key: tuple(rule.get(key, ())) for key in ("options", "via_deployment")}
    return VariableRule(**{**rule, **lists})


def _via(source: Source, value: Mapping[str, Any]) -> list[Problem]:
    """Who deploys is said of what is deployed; elsewhere it would be read by nobody."""
    places: list[Path] = [("via",)] if "via" in value else []
    places += [
        ("variables", name, "via_deployment")
        for name, rule in value.get("variables", {}).items()
        if "via_deployment" in rule
    ]
    return [
        source.problem(path, "via", f"{code(str(path[-1]))} says who deploys, and {_NO_CLOUD}.")
        for path in places
        if not value.get("deploy")
    ]
