"""Checks of templates that are written as a dictionary of their files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.github.port import File
from bot.linting import Finding, LeftOut, Linted, LintFile
from bot.organization import AllowedForTemplate, Organization
from bot.problems import Problem
from bot.templates.check import Lints, Renders, Verdict, check_version
from tests.forms.examples import organization

TOP = "{{cookiecutter.project_slug}}"
NOTHING_ALLOWED = AllowedForTemplate()

Texts = Mapping[str, str | bytes]


@dataclass
class FakeLinters:
    """Linters in memory: each text that is ``bad`` has a finding, and what came is kept."""

    bad: dict[str, Finding] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()
    trees: Mapping[str, Sequence[LintFile]] = field(default_factory=dict)
    calls: int = 0

    async def lint(self, trees: Mapping[str, Sequence[LintFile]]) -> Linted:
        self.calls += 1
        self.trees = trees
        seen: set[tuple[str, bytes]] = set()
        found: list[Finding] = []
        for tree, files in trees.items():
            for file in files:
                if (file.path, file.content) not in seen:
                    seen.add((file.path, file.content))
                    found += self._found(tree, file)
        return Linted(tuple(found), self.left_out)

    def _found(self, tree: str, file: LintFile) -> list[Finding]:
        lines = file.content.decode("utf-8", "replace").split("\n")
        return [
            replace(finding, tree=tree, path=file.path, line=number)
            for number, line in enumerate(lines, start=1)
            for text, finding in self.bad.items()
            if text in line
        ]


def finding(rule: str) -> Finding:
    """A finding for ``FakeLinters``, which knows the place."""
    return Finding(tree="", path="", rule=rule, severity="error", message=f"{rule} says no.")


def as_files(texts: Texts) -> list[File]:
    return [
        File(
            path=path,
            content=text if isinstance(text, bytes) else text.encode(),
            executable=path.endswith(".sh"),
        )
        for path, text in texts.items()
    ]


async def verdict_on(
    texts: Texts,
    renderer: Renders,
    *,
    folder: str,
    linters: Lints | None = None,
    allowed: AllowedForTemplate | None = NOTHING_ALLOWED,
    live: Organization | None = None,
) -> Verdict:
    """What the check says of these files; by default nothing is allowed and nothing linted."""
    return await check_version(
        as_files(texts),
        folder=folder,
        organization=live
        or organization(
            "  - slug: platform\n    business_unit: Payments\n    cost_centers: [CC-100]\n"
        ),
        allowed=allowed,
        renderer=renderer,
        linters=linters or FakeLinters(),
    )


Told = tuple[str, str, int]


def told(problems: Sequence[Problem]) -> list[Told]:
    return [(each.rule, each.path, each.line) for each in problems]


Edit = Callable[[dict[str, str | bytes]], None]


def line_of(text: str | bytes, words: str) -> int:
    """The line that these words stand on, for the first and only time."""
    content = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    lines = [number for number, line in enumerate(content.split("\n"), 1) if words in line]
    assert len(lines) == 1, (words, lines)
    return lines[0]
