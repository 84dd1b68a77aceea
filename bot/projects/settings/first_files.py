"""The settings that a project begins with, and their schema."""

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from bot.deploy_settings import (
    PATH,
    SCHEMA_PATH,
    Narrowing,
    new_file,
    rules_for,
    settings_schema,
)
from bot.github.port import File
from bot.runs import Run


def settings_files(run: Run) -> Sequence[File]:
    """``deploy/settings.json`` with every setting, and the schema that editors use."""
    settings: Any = run.intent["settings"]
    said = msgspec.convert(run.intent.get("settings_rules", {}), dict[str, Narrowing])
    schema = settings_schema(rules_for(said, cloud=str(run.intent["cloud_provider"])))
    return (
        File(path=PATH, content=new_file(settings)),
        File(path=SCHEMA_PATH, content=(json.dumps(schema, indent=2) + "\n").encode()),
    )
