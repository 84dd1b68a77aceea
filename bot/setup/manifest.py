"""``app.yml``: what the App is registered with and what ``doctor`` compares it to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from bot.shipped import APP_YML
from bot.store.port import Json

LONGEST_NAME = 34  # characters of an App's name (GitHub docs, "Registering a GitHub App")


@dataclass(frozen=True, slots=True)
class Manifest:
    """The file's content. Keys and values are GitHub's."""

    content: Mapping[str, Json]

    @property
    def permissions(self) -> Mapping[str, str]:
        """Permission → ``read`` or ``write``."""
        return self._mapping("default_permissions")

    @property
    def events(self) -> tuple[str, ...]:
        """Names of the webhook events the App subscribes to."""
        events = self.content["default_events"]
        return tuple(str(event) for event in events) if isinstance(events, list) else ()

    def for_registration(
        self, organization: str, *, webhook_url: str, home_url: str, redirect_url: str
    ) -> str:
        """The JSON that GitHub's form takes.

        App names are unique on all of GitHub, so the organisation's is added;
        the person may change it on GitHub's page.
        """
        name = f"{self.content['name']} for {organization}"
        changed: dict[str, Json] = {
            "name": name[:LONGEST_NAME],
            "url": home_url,
            "hook_attributes": {"url": webhook_url, "active": True},
            "redirect_url": redirect_url,
        }
        return json.dumps({**self.content, **changed})

    def _mapping(self, key: str) -> Mapping[str, str]:
        value = self.content[key]
        return {k: str(v) for k, v in value.items()} if isinstance(value, dict) else {}


def read_manifest(path: Path = APP_YML) -> Manifest:
    """The manifest that the bot was shipped with."""
    return Manifest(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))
