"""One refusal, as it travels from the isolation to the bot: a rule and a place, no prose.

The sentence is written outside, so that code which got loose in here cannot
choose what people read.
"""

from typing import Any


class Fault(Exception):
    """``rule`` is a stable code; the rest says where, as far as it is known.

    ``path`` is a path of the template, ``line`` counts from 1, ``variable`` is a
    name that a template wrote, ``detail`` a word or two from Jinja's own parser.
    """

    def __init__(
        self,
        rule: str,
        *,
        path: str | None = None,
        line: int | None = None,
        variable: str | None = None,
        detail: str = "",
    ) -> None:
        super().__init__(rule)
        self.rule, self.path, self.line = rule, path, line
        self.variable, self.detail = variable, detail

    def as_json(self) -> dict[str, Any]:
        """For the wire."""
        return {
            "rule": self.rule,
            "path": self.path,
            "line": self.line,
            "variable": self.variable,
            "detail": self.detail[:300],
        }
