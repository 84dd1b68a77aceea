"""Many trees that are nearly equal: each thing is looked at and told once, in a fixed order."""

import resource
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.linting import Finding, Linted, Linters, LintFile, PlainProcess, Tools
from tests.catalog.cases import Case
from tests.catalog.conftest import projects as projects  # noqa: PLC0414  # a fixture
from tests.linting.conftest import Counting
from tests.linting.trees import tree, tree_of, workflow

CHECK = ".github/workflows/check.yml"
OWN = ".github/actions/own/action.yml"
NO_RULE = "rules: {unpinned-uses: {disable: true}}\n"
NO_ERROR = "paths: {'**': {ignore: ['.*']}}\n"
UNPINNED = workflow((15, "      - uses: actions/cache@v4"))
BAD = {
    CHECK: UNPINNED,
    "run.sh": "#!/bin/sh\nrm -rf $1\n",
    "a.py": "KEY = 'AKIAQWERTYUIOPASDFGH'\n",
    "infra/main.tf": 'module "x" {\n    source = "./gone"\n}\n',
}


def without_tree(linted: Linted) -> set[tuple[str, str, int, str]]:
    return {(each.path, each.rule, each.line, each.message) for each in linted.findings}


async def test_nothing_is_found_in_projects_of_the_catalog(
    with_actionlint: Tools, projects: Mapping[Case, Path]
) -> None:
    """Its workflows and scripts are the ones that authors copy from."""
    trees = {case.id: tree_of(folder) for case, folder in projects.items()}

    assert await Linters(tools=with_actionlint).lint(trees) == Linted()


async def test_what_two_trees_have_is_told_of_the_first(tools: Tools) -> None:
    trees = {"one": tree(BAD), "two": tree({**BAD, "more.sh": "#!/bin/sh\nls $2\n"})}
    linted = await Linters(tools=tools).lint(trees)

    assert {each.tree for each in linted.findings if each.path in BAD} == {"one"}
    assert [(e.tree, e.rule) for e in linted.findings if e.path == "more.sh"] == [
        ("two", "shellcheck-SC2086")
    ]


async def test_another_order_of_trees_and_files_finds_the_same(tools: Tools) -> None:
    changed = {**BAD, "run.sh": "#!/bin/sh\n\nls $2\n", "infra/main.tf": 'data "external" "x" {}\n'}
    linters = Linters(tools=tools)
    one = await linters.lint({"a": tree(BAD), "b": tree(changed)})
    other = await linters.lint({"b": tree(changed)[::-1], "a": tree(BAD)[::-1]})

    assert without_tree(one) == without_tree(other)
    assert len(one.findings) >= 6


async def test_findings_come_in_order_of_tree_path_and_line(tools: Tools) -> None:
    def key(finding: Finding) -> tuple[int, str, int]:
        return ["z", "a"].index(finding.tree), finding.path, finding.line

    linted = await Linters(tools=tools).lint(
        {"z": tree(BAD), "a": tree({"x.sh": "#!/bin/sh\nls $2\n", "run.sh": "#!/bin/sh\nls $3\n"})}
    )

    assert [key(each) for each in linted.findings] == sorted(key(each) for each in linted.findings)
    assert {each.tree for each in linted.findings} == {"z", "a"}


async def test_a_workflow_is_looked_at_beside_the_actions_of_each_tree(
    with_actionlint: Tools,
) -> None:
    """It is equal in both trees, but the action it uses is not."""
    uses = workflow((15, "      - uses: ./.github/actions/own"))
    action = "name: Own\ndescription: x\n%sruns: {using: composite, steps: []}\n"
    trees = {
        "fine": tree({CHECK: uses, OWN: action % ""}),
        "wanting": tree({CHECK: uses, OWN: action % "inputs: {a: {required: true}}\n"}),
    }
    linted = await Linters(tools=with_actionlint).lint(trees)

    found = [(each.tree, each.line) for each in linted.findings if each.rule == "actionlint-action"]
    assert ("wanting", 15) in found
    assert "fine" not in {tree for tree, _ in found}


async def test_each_linter_starts_once_for_all_trees(
    with_actionlint: Tools, counting: Counting
) -> None:
    trees = {
        str(n): tree({**BAD, "run.sh": f"#!/bin/sh\necho {n}\n", "x.tf": f"# {n}\n"})
        for n in range(9)
    }
    await Linters(tools=with_actionlint, isolation=counting).lint(trees)
    starts = [each for each in counting.started if each != "sh"]  # that validates a module

    assert len(starts) == len(set(starts))
    assert {"zizmor", "actionlint", "shellcheck"} < set(starts)


async def test_a_project_of_forty_files_takes_little_of_the_processor(tools: Tools) -> None:
    """Two workflows and three scripts among them; wall time says more of the machine's load."""
    files: dict[str, str | bytes] = {
        f"src/Main{n}.kt": "fun main() = Unit\n" * 50 for n in range(35)
    }
    files |= {f".github/workflows/{n}.yml": workflow((1, f"name: Check {n}")) for n in range(2)}
    files |= {f"bin/{n}.sh": f"#!/bin/sh\nset -eu\nmake {n}\n" * 20 for n in range(3)}
    linters = Linters(tools=tools, isolation=PlainProcess("to count"), log=lambda _: None)
    before_s = _children_s()
    await linters.lint({"a": tree(files)})

    assert _children_s() - before_s < 1.5


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def test_no_trees_and_no_files_are_fine_without_any_linter() -> None:
    linters = Linters(tools=Tools())

    assert await linters.lint({}) == Linted()
    assert await linters.lint({"empty": []}) == Linted()


@pytest.mark.parametrize(
    "config",
    [
        pytest.param({".github/zizmor.yml": NO_RULE, "zizmor.yml": NO_RULE}, id="zizmor"),
        pytest.param({".github/actionlint.yaml": NO_ERROR}, id="actionlint"),
        pytest.param({".shellcheckrc": "disable=SC2086\n"}, id="shellcheck"),
        pytest.param({".gitignore": "*\n", ".gitattributes": "* -diff\n"}, id="git"),
        pytest.param({".secrets.baseline": "{}", "pyproject.toml": "[tool.x]\n"}, id="secrets"),
        pytest.param(
            {
                ".terraformrc": "x = 1\n",
                "infra/.terraform/modules/modules.json": "{}",
                "infra/.terraform.lock.hcl": "x",
                ".terraform/x.tf": "broken {",
            },
            id="terraform",
        ),
    ],
)
async def test_a_tree_cannot_configure_the_linters(tools: Tools, config: dict[str, str]) -> None:
    linters = Linters(tools=tools)
    plain = without_tree(await linters.lint({"a": tree(BAD)}))
    configured = await linters.lint({"a": tree({**BAD, **config})})

    assert plain <= without_tree(configured)


def test_a_file_is_a_plain_value() -> None:
    assert LintFile("a", b"") == LintFile("a", b"", False)
