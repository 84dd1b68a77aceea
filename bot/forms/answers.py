"""The parsed answers of a form: frozen, storable, with one hash for what they mean."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, cast

from bot.organization.value import Visibility
from bot.written import Value

_NOTHING: Mapping[str, Value] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What somebody asked for. ``variables`` holds only what was answered.

    Values are JSON: text, whole numbers, booleans; a *multi* is an object of
    option → ticked, or the list of what was ticked where the template has a list.
    ``settings`` is empty for templates that are not deployed.
    """

    template: str
    repository_name: str
    description: str
    team: str
    cost_center: str
    visibility: Visibility
    variables: Mapping[str, Value] = field(default_factory=lambda: _NOTHING)
    settings: Mapping[str, Value] = field(default_factory=lambda: _NOTHING)

    def to_json(self) -> dict[str, Any]:
        """The answers as JSON values; ``from_json`` gives equal answers back."""
        return {
            "template": self.template,
            "repository_name": self.repository_name,
            "description": self.description,
            "team": self.team,
            "cost_center": self.cost_center,
            "visibility": self.visibility,
            "variables": dict(self.variables),
            "settings": dict(self.settings),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Answers":
        """The answers that ``to_json`` wrote; raises KeyError where one is missing."""
        return cls(
            template=stored["template"],
            repository_name=stored["repository_name"],
            description=stored["description"],
            team=stored["team"],
            cost_center=stored["cost_center"],
            visibility=cast("Visibility", stored["visibility"]),
            variables=MappingProxyType(dict(stored["variables"])),
            settings=MappingProxyType(dict(stored["settings"])),
        )

    def hash(self) -> str:
        """SHA-256 in hex of what the answers mean; an approval is bound to it.

        White space, line ends and headings of the issue do not change it; any other
        answer does.
        """
        canonical = json.dumps(
            self.to_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        return hashlib.sha256(canonical.encode("utf-8")).hexdigest()
