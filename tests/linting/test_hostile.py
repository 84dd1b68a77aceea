"""Hostile files and linters that fail: what is left out is told, and nothing is ever raised."""

import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.linting import Isolation, LeftOut, Limits, Linters, LintFile, PlainProcess, Tools
from tests.linting.trees import tree, workflow

CHECK = ".github/workflows/check.yml"
FILES = {
    CHECK: workflow(),
    "run.sh": "#!/bin/sh\nls $1\n",
    "main.tf": 'variable "x" {}\n',
}
QUICK = Limits(wall_s=1.0, validate_wall_s=1.0, written_bytes=1_000_000)
SHORT = Limits(wall_s=6.0, validate_wall_s=6.0)


def quiet(_: str) -> None:
    """Where a test does not care what is logged."""


def fakes(folder: Path, script: str) -> Tools:
    """All linters as programs that do the same bad thing."""
    program = folder / "linter"
    program.write_text(f"#!/bin/bash\n{script}\n")
    program.chmod(0o755)
    mirror = folder / "mirror"
    mirror.mkdir()
    return Tools(
        zizmor=program,
        actionlint=program,
        shellcheck=program,
        terraform=program,
        detect_secrets=folder,  # there is no such package in it
        mirrors=(mirror,),
    )


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("sleep 60", id="hangs"),
        pytest.param("yes", id="says-too-much"),
        pytest.param("kill -SEGV $$", id="crashes"),
        pytest.param("exit 77", id="fails"),
        pytest.param("exit 0", id="says-nothing"),
        pytest.param("exit 1", id="says-nothing-and-fails"),
        pytest.param("echo '{'; exit 0", id="is-cut-off"),
        pytest.param("echo '[{\"x\": 1}]'; exit 1", id="says-something-else"),
        pytest.param('head -c 90000 /dev/zero | tr "\\\\0" "["', id="nests-deeply"),
    ],
)
async def test_a_linter_that_fails_is_left_out_and_never_clean(
    script: str, isolation: Isolation, tmp_path: Path, scratch: Path
) -> None:
    tools = fakes(tmp_path, script)
    linters = Linters(tools=tools, isolation=isolation, limits=QUICK, log=quiet)
    linted = await asyncio.wait_for(linters.lint({"a": tree(FILES)}), 30)

    told = {each.linter for each in linted.left_out} | {
        each.rule.partition("-")[0] for each in linted.findings
    }
    assert {"zizmor", "actionlint", "shellcheck", "detect-secrets", "terraform validate"} <= told
    assert all(each.reason.endswith(".") for each in linted.left_out)
    assert str(tmp_path) not in repr(linted)


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("rm f0.tf; ln -s /etc/hostname f0.tf", id="link"),
        pytest.param("rm f0.tf; mkfifo f0.tf", id="pipe"),
        pytest.param("rm f0.tf; mkdir f0.tf", id="folder"),
        pytest.param("rm f0.tf", id="gone"),
        pytest.param("cd ..; mv work elsewhere; ln -s elsewhere work", id="linked-folder"),
        pytest.param("yes | head -c 900000 > f0.tf", id="grown"),
    ],
)
async def test_what_a_linter_that_may_write_leaves_is_not_trusted(
    script: str, isolation: Isolation, tmp_path: Path, scratch: Path
) -> None:
    tools = Tools(terraform=fakes(tmp_path, script).terraform)
    linters = Linters(tools=tools, isolation=isolation, log=quiet)
    linted = await linters.lint({"a": tree({"main.tf": 'variable "x" {}\n'})})

    assert linted.findings == ()
    assert "terraform fmt" in {each.linter for each in linted.left_out}


async def test_linters_that_are_not_installed_are_left_out() -> None:
    linted = await Linters(tools=Tools(), log=quiet).lint({"a": tree(FILES)})

    assert linted.findings == ()
    assert [each.linter for each in linted.left_out] == [
        *("zizmor", "actionlint", "shellcheck", "shellcheck", "terraform fmt"),
        *("terraform validate", "detect-secrets"),
    ]
    absent = [each for each in linted.left_out if "not installed" in each.reason]
    assert len(absent) == 6


async def test_one_linter_that_fails_does_not_hide_what_others_found(
    tools: Tools, tmp_path: Path
) -> None:
    broken = fakes(tmp_path, "exit 77")
    some = Tools(zizmor=broken.zizmor, shellcheck=tools.shellcheck)
    linted = await Linters(tools=some).lint({"a": tree(FILES)})

    assert [each.rule for each in linted.findings] == ["shellcheck-SC2086"]
    assert LeftOut("zizmor", "It failed, and has looked at nothing.") in linted.left_out


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\0" * 1000, id="zeros"),
        pytest.param(bytes(range(256)) * 40, id="bytes"),
        pytest.param(b"[" * 50_000, id="nested"),
        pytest.param(b"{" * 50_000, id="braces"),
        pytest.param(b"x = " + b"(" * 50_000, id="brackets"),
        pytest.param(b"a" * 250_000, id="one-line"),
        pytest.param(b"a: &a [x,x,x]\n" + b"b: &b [*a,*a,*a]\n" * 50, id="aliases"),
        pytest.param(b"completed 0/workflow.yml\n" * 100, id="says-what-the-linter-says"),
        pytest.param(b"#!/bin/sh\n" + b"if true; then\n" * 2_000, id="ifs"),
        pytest.param(b"#!/bin/sh\n" + b"$(" * 20_000, id="commands"),
        pytest.param(b"password=" + b"A1" * 100_000, id="long-secret"),
        pytest.param(b"a" * 5_000 + b"=" + b"'\"" * 50_000, id="quotes"),
        pytest.param("\u2028\u202e\ufeff\U0001f600".encode() * 100, id="odd-characters"),
    ],
)
async def test_hostile_contents_end_in_an_answer(
    content: bytes, tools: Tools, scratch: Path
) -> None:
    """Whatever kind of file it claims to be."""
    names = [
        CHECK,
        "action.yml",
        ".github/dependabot.yml",
        "run.sh",
        "main.tf",
        "x.tf.json",
        "a.py",
    ]
    files = [LintFile(name, content) for name in names]
    linters = Linters(tools=tools, limits=SHORT)
    linted = await asyncio.wait_for(linters.lint({"a": files}), 60)

    assert {each.path for each in linted.findings} <= {*names}
    judged = {each.path for each in linted.findings} | {each.linter for each in linted.left_out}
    assert {CHECK} & judged or "zizmor" in judged  # none of it is a workflow


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("a b", id="space"),
        pytest.param("-rf", id="option"),
        pytest.param("--help", id="long-option"),
        pytest.param("$(touch x)", id="command"),
        pytest.param("'\"`", id="quotes"),
        pytest.param("a\nb", id="line-break"),
        pytest.param("\x1b[31m", id="escape"),
        pytest.param("\udcff", id="not-utf-8"),
        pytest.param("é" * 200, id="long"),
        pytest.param("..", id="dots"),
        pytest.param("../../escaped", id="outside"),
        pytest.param("/tmp/absolute", id="absolute"),
        pytest.param(".git/hooks/x", id="git"),
        pytest.param("[a](http://b)", id="link"),
    ],
)
async def test_hostile_names_end_in_findings(
    name: str, terraform: Tools, tmp_path: Path, scratch: Path
) -> None:
    bad = {
        f".github/workflows/{name}.yml": workflow((15, "      - uses: ./.github/actions/own")),
        f".github/workflows/{name}/action.yml": "runs: {using: node16}\n",
        f"{name}.sh": "#!/bin/sh\nls $1\n",
        f"infra/{name}.tf": 'output "x" {\n    value = templatefile("x", {})\n}\n',
        f"{name}/main.tf": 'module "x" {\n  source = "../infra"\n}\n',
        "infra/x.tf": 'data "external" "x" {}\n',
    }
    linted = await Linters(tools=terraform).lint({"a": tree(bad)})
    found = {(each.path, each.rule) for each in linted.findings}

    assert (f"{name}.sh", "shellcheck-SC2086") in found
    assert (f"infra/{name}.tf", "terraform-fmt") in found
    assert ("infra/x.tf", "terraform-external-data") in found
    assert all(each.message.isprintable() for each in linted.findings)
    assert all(each.reason.isprintable() for each in linted.left_out)
    assert os.listdir(tmp_path) == [scratch.name]  # noqa: PTH208


async def test_files_that_are_too_large_are_told(with_actionlint: Tools) -> None:
    large: dict[str, str | bytes] = {
        CHECK: workflow() + "# x" * 200_000,
        "run.sh": b"#!/bin/sh\n" + b"x" * 20_000_000,
        "infra/main.tf": b"# " + b"x" * 400_000,
        "infra/more.tf": 'output "x" {\n  value = var.x\n}\n',
    }
    linted = await Linters(tools=with_actionlint).lint({"a": tree(large)})

    assert linted.findings == ()
    assert {each.linter: each.reason for each in linted.left_out} == {
        "zizmor": "Too large or too many to be looked at: .github/workflows/check.yml.",
        "actionlint": "Too large or too many to be looked at: .github/workflows/check.yml.",
        "shellcheck": "Too large or too many to be looked at: run.sh.",
        "terraform": "Too large or too many to be looked at: infra/main.tf.",
        "terraform validate": "The module in infra was left out: one of its files cannot be read.",
        "detect-secrets": "Too large or too many to be looked at: run.sh.",
    }


async def test_more_findings_than_anybody_reads_are_counted(tools: Tools) -> None:
    script = "#!/bin/sh\n" + "ls $1\n" * 500
    linted = await Linters(tools=tools).lint({"a": tree({"run.sh": script})})

    assert [each.line for each in linted.findings] == list(range(2, 202))
    assert linted.left_out == (LeftOut("shellcheck", "300 more findings are not listed."),)


async def test_without_bubblewrap_it_is_said_and_validate_is_left_out(terraform: Tools) -> None:
    said: list[str] = []
    note = "bubblewrap is not installed"
    async with Linters(tools=terraform, isolation=PlainProcess(note), log=said.append) as linters:
        linted = await linters.lint({"a": tree({"main.tf": 'variable "x" {}\n'})})
        again = await linters.lint({"a": tree({"main.tf": 'variable "x" {}\n'})})

    assert said == [f"Isolation of linters: {note}"]
    assert linted == again
    assert [each.linter for each in linted.left_out] == ["terraform validate"]
    assert "bubblewrap" in linted.left_out[0].reason


async def test_a_call_that_is_cancelled_leaves_nothing(tmp_path: Path, scratch: Path) -> None:
    started = tmp_path / "started"
    os.mkfifo(started)
    tools = fakes(tmp_path, f"echo > {started}; sleep 60")
    linters = Linters(tools=Tools(zizmor=tools.zizmor), isolation=PlainProcess("x"), log=quiet)
    running = asyncio.create_task(linters.lint({"a": tree({CHECK: workflow()})}))
    await asyncio.to_thread(started.read_text)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_many_calls_at_once_share_the_slots(tools: Tools, scratch: Path) -> None:
    linters = Linters(tools=tools, limits=Limits(processes=2))
    calls = [
        linters.lint({"a": tree({**FILES, "n.sh": f"#!/bin/sh\nls $1 {n}\n"})}) for n in range(6)
    ]
    answers = await asyncio.gather(*calls)

    assert {json.dumps([each.rule for each in answer.findings]) for answer in answers} == {
        json.dumps(["shellcheck-SC2086", "shellcheck-SC2086"])
    }


def test_a_mapping_of_sequences_is_all_it_takes() -> None:
    """Trees may come in any order and container."""
    given: Mapping[str, tuple[LintFile, ...]] = {"a": ()}
    assert asyncio.run(Linters(tools=Tools()).lint(given)).findings == ()
