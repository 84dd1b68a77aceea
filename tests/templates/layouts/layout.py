"""A template in the shape of one that many people use, written anew and as small as that goes.

Only the shape is theirs: which files there are, how names are computed, where other
programs' braces stand. Each gets the ``template.yml`` that it would need here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.templates.checking import TOP

CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1"


@dataclass(frozen=True, slots=True)
class Layout:
    """``warned``: rule and path of each warning that is right, with the reason."""

    id: str
    kind: str
    variables: Mapping[str, Any]
    files: Mapping[str, str | bytes]
    rules: Mapping[str, Any] = field(default_factory=dict)
    beside: Mapping[str, str | bytes] = field(default_factory=dict)
    top: str = TOP
    warned: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def texts(self) -> dict[str, str | bytes]:
        manifest = (
            f"id: {self.id}\nname: {self.id.replace('-', ' ')}\ndescription: A layout\n"
            f"owner: platform\nversion: 1.0.0\nkind: {self.kind}\n"
            f"variables: {json.dumps(self.rules)}\n"
        )
        return {
            "template.yml": manifest,
            "cookiecutter.json": json.dumps(self.variables, indent=2),
            **self.beside,
            **{f"{self.top}/{path}": text for path, text in self.files.items()},
        }


def workflow(*steps: str) -> str:
    """A workflow with a matrix, whose expressions are GitHub's."""
    runs = "\n".join(f"      - run: {step}" for step in steps)
    return f"""\
name: Tests
on: [push, pull_request]
permissions: {{}}
jobs:
  test:
    runs-on: ${{% raw %}}{{{{ matrix.os }}}}{{% endraw %}}
    timeout-minutes: 20
    permissions:
      contents: read
    strategy:
      matrix:
        os: [ubuntu-24.04]
    steps:
      - uses: {CHECKOUT}
        with:
          persist-credentials: false
{runs}
"""


EDITORCONFIG = "root = true\n\n[*]\nindent_style = space\n"
