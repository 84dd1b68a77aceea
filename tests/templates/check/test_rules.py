"""Every problem that the check can tell is a listed rule, and the page shows the list."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.rendering import errors
from bot.templates.check.rules import GROUPS, RULES, Rule, breaks, rule_of

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "template-checks.md"
# Whatever reads or judges a template or its organisation, and names rules.
SOURCES = [
    *(ROOT / "bot" / "written").glob("*.py"),
    *(ROOT / "bot" / "organization").glob("parse.py"),
    *(ROOT / "bot" / "reading").glob("*.py"),
    *(ROOT / "bot" / "templates").rglob("*.py"),
    ROOT / "bot" / "forms" / "compile.py",
]
# Of the command line and of files that are no templates.
OTHERS = {"hcl"}
BAR = r"\|"  # inside a cell


def table() -> list[str]:
    rows = ["| rule | severity | what it means | how to mend it |", "| --- | --- | --- | --- |"]
    for group in GROUPS.values():
        for rule in group:
            cells = (f"`{rule.id}`", rule.weight, rule.means, rule.mend)
            rows.append(f"| {' | '.join(cell.replace('|', BAR) for cell in cells)} |")
    return rows


def test_the_page_shows_the_rules_as_they_are() -> None:
    """One table; whoever changes a rule changes the page."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("|")] == table()


def named_rules() -> Iterator[str]:
    """Second argument or ``rule=`` of each call that makes a problem, by its source."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            name = node.func.id if isinstance(node.func, ast.Name) else name
            place = {"problem": 1, "_problem": 2, "breaks": 0, "_refuse": 1, "_whole": 1}.get(name)
            given = [keyword.value for keyword in node.keywords if keyword.arg == "rule"]
            if place is not None and len(node.args) > place:
                given.append(node.args[place])
            yield from (str(each.value) for each in given if isinstance(each, ast.Constant))


def test_every_rule_that_the_code_names_is_listed() -> None:
    named = set(named_rules())
    assert len(named) > 40
    assert {each for each in named if rule_of(each) is None} <= OTHERS


def test_every_rule_of_the_renderer_is_listed() -> None:
    assert {each for each in errors._SENTENCES if rule_of(each) is None} == set()


def test_a_foreign_linters_rule_belongs_to_its_family() -> None:
    assert rule_of("shellcheck-SC2086") is RULES["shellcheck-…"]
    assert rule_of("detect-secrets-aws-access-key") is RULES["detect-secrets-…"]
    assert rule_of("zizmor-unpinned-uses") is RULES["zizmor-…"]
    assert rule_of("nobody-knows") is None


def test_a_problem_is_as_bad_as_its_rule() -> None:
    assert breaks("yaml", "x", "m").severity == "error"
    assert breaks("answer-changes-type", "x", "m").severity == "warning"
    assert breaks("free-text", "x", "m", severity="warning").severity == "warning"
    with pytest.raises(LookupError):
        breaks("nobody-knows", "x", "m")


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_is_explained_in_whole_sentences(rule: Rule) -> None:
    for text in (rule.means, rule.mend):
        assert text.endswith(".")
        assert "\n" not in text
