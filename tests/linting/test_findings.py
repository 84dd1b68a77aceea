"""Small files with one thing wrong in each: the rule and the line that an author sees."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from bot.linting import Linted, Linters, Tools
from tests.linting.conftest import need_actionlint
from tests.linting.trees import tree, workflow

CHECK = ".github/workflows/check.yml"
OWN = ".github/actions/own/action.yml"
OWN_ACTION = """\
name: Own
description: Ours
inputs: {level: {description: How much, required: true}}
runs:
  using: composite
  steps: [{run: make, shell: bash}]
"""
CONTAINER = "    container: {image: x, credentials: {username: u, password: pw}}"
EXEC = """\
resource "null_resource" "x" {
  provisioner "local-exec" {
    command = "make"
  }
}
"""
QUEUE = 'resource "aws_sqs_queue" "jobs" {\n  name  = "jobs"\n  bogus = 1\n}\n'


@dataclass(frozen=True)
class Row:
    """``files`` is a text for the workflow, or files by path of which the first is at fault."""

    id: str
    rule: str
    line: int
    severity: str
    files: Any

    @property
    def tree(self) -> Mapping[str, str | bytes]:
        return {CHECK: self.files} if isinstance(self.files, str) else self.files


def step(*lines: str) -> str:
    """A workflow whose last step, from line 15 on, is this."""
    more = "".join(f"        {line}\n" for line in lines[1:])
    return workflow((15, f"      - {lines[0]}")) + more


WORKFLOWS = [
    Row("tag", "zizmor-unpinned-uses", 15, "error", step("uses: actions/cache@v4")),
    Row(
        "title-in-a-script",
        "zizmor-template-injection",
        15,
        "error",
        step("run: echo ${{ github.event.issue.title }}"),
    ),
    Row(
        "input-in-a-script",
        "zizmor-template-injection",
        15,
        "warning",
        step("run: echo ${{ inputs.level }}"),
    ),
    Row(
        "ignored-by-a-comment",
        "zizmor-unpinned-uses",
        15,
        "error",
        step("uses: actions/setup-java@v5 # zizmor: ignore[unpinned-uses]"),
    ),
    Row(
        "target", "zizmor-dangerous-triggers", 2, "error", workflow((2, "on: pull_request_target"))
    ),
    Row("comment", "zizmor-dangerous-triggers", 2, "warning", workflow((2, "on: issue_comment"))),
    Row(
        "all-rights",
        "zizmor-excessive-permissions",
        4,
        "error",
        workflow((4, "permissions: write-all")),
    ),
    Row(
        "all-rights-in-a-job",
        "zizmor-excessive-permissions",
        10,
        "error",
        workflow((10, "    permissions: write-all")),
    ),
    Row(
        "no-rights-named",
        "zizmor-excessive-permissions",
        1,
        "warning",
        workflow((4, "env: {X: 1}"), (5, "")),
    ),
    Row(
        "own-machine",
        "zizmor-self-hosted-runner",
        11,
        "warning",
        workflow((11, "    runs-on: [self-hosted]")),
    ),
    Row(
        "cache-in-a-release",
        "zizmor-cache-poisoning",
        15,
        "warning",
        workflow(
            (2, "on: {push: {tags: ['*']}}"),
            (15, "      - uses: actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020"),
        )
        + "        with: {cache: npm}\n      - run: npm publish\n",
    ),
    Row("token-stays", "zizmor-artipacked", 13, "warning", workflow((14, "        with: {}"))),
    Row(
        "all-secrets",
        "zizmor-overprovisioned-secrets",
        5,
        "error",
        workflow((5, "env: {ALL: '${{ toJSON(secrets) }}'}")),
    ),
    Row(
        "environment-from-a-branch",
        "zizmor-github-env",
        15,
        "error",
        step('run: echo "B=${{ github.head_ref }}" >> "$GITHUB_ENV"').replace(
            "on: push", "on: pull_request_target"
        ),
    ),
    Row(
        "bot-by-name",
        "zizmor-bot-conditions",
        16,
        "error",
        step("run: make it", "if: github.actor == 'dependabot[bot]'").replace(
            "on: push", "on: pull_request_target"
        ),
    ),
    Row(
        "old-commands",
        "zizmor-insecure-commands",
        5,
        "error",
        workflow((5, "env: {ACTIONS_ALLOW_UNSECURE_COMMANDS: true}")),
    ),
    Row(
        "password",
        "zizmor-hardcoded-container-credentials",
        12,
        "error",
        workflow((11, "    runs-on: ubuntu-24.04\n" + CONTAINER)),
    ),
    Row(
        "not-utf-8",
        "zizmor-unreadable",
        0,
        "error",
        {CHECK: workflow().encode() + b"# \xff\n"},
    ),
    Row("anchors-that-explode", "zizmor-unreadable", 0, "error", "a: &a [*a, *a]\n"),
    Row("not-yaml", "actionlint-syntax-check", 2, "error", "on: push\njobs: [\n"),
    Row(
        "unknown-key",
        "actionlint-syntax-check",
        9,
        "error",
        workflow((9, "    time-out-minutes: 5")),
    ),
    Row("unknown-need", "actionlint-job-needs", 7, "error", workflow((9, "    needs: [build]"))),
    Row("unknown-event", "actionlint-events", 2, "error", workflow((2, "on: pushed"))),
    Row(
        "unknown-context", "actionlint-expression", 15, "error", step("run: echo ${{ matrix.os }}")
    ),
    Row(
        "unknown-runner",
        "actionlint-runner-label",
        11,
        "warning",
        workflow((11, "    runs-on: ubuntu-99.04")),
    ),
    Row(
        "own-action-without-its-input",
        "actionlint-action",
        15,
        "error",
        {CHECK: step("uses: ./.github/actions/own"), OWN: OWN_ACTION},
    ),
    Row(
        "own-workflow-that-is-not-there",
        "actionlint-workflow-call",
        8,
        "error",
        workflow(
            *[(line, "") for line in range(9, 16)],
            (8, "    uses: ./.github/workflows/build.yml"),
        ),
    ),
    Row("shell-in-a-step", "shellcheck-SC2086", 15, "warning", step("run: rm -rf $HOME/$TARGET")),
    Row(
        "own-action-that-is-not-there",
        "github-missing-action",
        15,
        "warning",
        step("uses: ./.github/actions/gone"),
    ),
    Row(
        "too-deep",
        "github-misplaced-workflow",
        0,
        "warning",
        {".github/workflows/more/x.yml": workflow()},
    ),
    Row(
        "wrong-folder",
        "github-misplaced-workflow",
        0,
        "warning",
        {".github/workflow/x.yml": workflow()},
    ),
    Row(
        "node-16",
        "github-old-node",
        4,
        "error",
        {"action.yml": "name: A\ndescription: A\nruns:\n  using: node16\n  main: a.js\n"},
    ),
    Row(
        "node-20",
        "github-old-node",
        4,
        "warning",
        {"a/action.yml": "name: A\ndescription: A\nruns:\n  using: 'node20'\n  main: a.js\n"},
    ),
    Row(
        "script-in-an-action",
        "zizmor-template-injection",
        7,
        "error",
        {
            "b/action.yml": "name: A\ndescription: A\ninputs: {x: {description: x}}\nruns:\n"
            "  using: composite\n  steps:\n    - run: echo ${{ inputs.x }}\n      shell: bash\n"
        },
    ),
    Row(
        "hasty-dependabot",
        "zizmor-dependabot-cooldown",
        3,
        "warning",
        {
            ".github/dependabot.yml": "version: 2\nupdates:\n  - package-ecosystem: npm\n"
            "    directory: /\n    schedule: {interval: daily}\n"
        },
    ),
]

SCRIPTS = [
    Row("unquoted", "shellcheck-SC2086", 2, "warning", {"run.sh": "#!/bin/sh\nrm -rf $1\n"}),
    Row("list-unquoted", "shellcheck-SC2068", 2, "error", {"run.sh": "#!/bin/bash\nls $@\n"}),
    Row(
        "list-unquoted-and-silenced",
        "shellcheck-SC2068",
        3,
        "error",
        {"run.sh": "#!/bin/bash\n# shellcheck disable=all\nrm $@\n"},
    ),
    Row(
        "by-its-first-line",
        "shellcheck-SC2086",
        2,
        "warning",
        {"bin/go": "#!/usr/bin/env -S bash -eu\necho $1\n"},
    ),
    Row("no-first-line", "shellcheck-SC2148", 1, "error", {"lib.sh": "echo hello\n"}),
    Row("syntax", "shellcheck-SC1073", 2, "error", {"run.sh": "#!/bin/sh\nif true; then\n"}),
    Row("format", "shellcheck-SC2059", 2, "warning", {"run.sh": '#!/bin/sh\nprintf "$1"\n'}),
    Row("windows", "shellcheck-SC1017", 1, "error", {"run.sh": "#!/bin/sh\r\necho hello\r\n"}),
    Row(
        "name-like-an-option",
        "shellcheck-SC2086",
        2,
        "warning",
        {"-rf 'a\"\n$(x).sh": "#!/bin/sh\nls $1\n"},
    ),
]

SECRETS = [
    Row(
        "aws",
        "detect-secrets-aws-access-key",
        2,
        "error",
        {"a.py": "\nKEY = 'AKIAQWERTYUIOPASDFGH'\n"},
    ),
    Row(
        "in-a-call",
        "detect-secrets-aws-access-key",
        1,
        "error",
        {"b.py": "x = connect('AKIAQWERTYUIOPASDFGH')\n"},
    ),
    Row(
        "allowed-by-a-comment",
        "detect-secrets-github-token",
        1,
        "error",
        {"c.yml": f"token: ghp_{'a1B2c3D4e5' * 4} # pragma: allowlist secret\n"},
    ),
    Row(
        "new-token",
        "detect-secrets-github-token",
        1,
        "error",
        {"d.txt": f"ghs_12_eyJ{'x9.Yz-8_' * 20}\n"},
    ),
    Row(
        "fine-grained",
        "detect-secrets-github-token",
        1,
        "error",
        {"e.md": f"github_pat_{'11ABc2' * 10}\n"},
    ),
    Row(
        "private-key",
        "detect-secrets-private-key",
        1,
        "error",
        {"id_rsa": f"-----BEGIN OPENSSH PRIVATE KEY-----\n{'b3BlbnNzaC1rZXk' * 4}\n"},
    ),
    Row(
        "in-a-picture",
        "detect-secrets-aws-access-key",
        0,
        "error",
        {"logo.png": b"\x89PNG\0\0 AKIAQWERTYUIOPASDFGH \0"},
    ),
    Row(
        "utf-16",
        "detect-secrets-aws-access-key",
        2,
        "error",
        {"f.ps1": "\ufeff\n$k = 'AKIAQWERTYUIOPASDFGH'".encode("utf-16-le")},
    ),
    Row(
        "latin-1",
        "detect-secrets-aws-access-key",
        1,
        "error",
        {"g.properties": b"\xe9=AKIAQWERTYUIOPASDFGH\n"},
    ),
    Row(
        "in-a-lock-file",
        "detect-secrets-npm-tokens",
        1,
        "error",
        {"yarn.lock": f"//r.example/:_authToken=npm_{'aB3' * 12}\n"},
    ),
    Row(
        "called-a-password",
        "detect-secrets-secret-keyword",
        1,
        "warning",
        {"h.yml": "password: Hunter2-Xy!\n"},
    ),
    Row(
        "random",
        "detect-secrets-base64-high-entropy-string",
        1,
        "warning",
        {"i.env": "SALT=q9J4zT7wXc2LmV8bNp3KdR6hYs5F\n"},
    ),
    Row(
        "in-an-address",
        "detect-secrets-basic-auth-credentials",
        1,
        "warning",
        {"j.toml": 'url = "https://maven:Zq8-uuW@repo.example/x"\n'},
    ),
    Row(
        "google",
        "detect-secrets-google-api-key",
        1,
        "error",
        {"k.js": f"const k = 'AIza{'Sy5-_' * 7}'\n"},
    ),
    Row(
        "far-in-a-long-line",
        "detect-secrets-aws-access-key",
        1,
        "error",
        {"l.js": "x" * 1995 + " AKIAQWERTYUIOPASDFGH " + "y" * 5000},
    ),
]

TERRAFORM = [
    Row(
        "unformatted",
        "terraform-fmt",
        2,
        "warning",
        {"a/main.tf": 'variable "x" {\n    type = string\n}\n'},
    ),
    Row("variables", "terraform-fmt", 1, "warning", {"b/x.tfvars": "a=1\n"}),
    Row(
        "not-its-language",
        "terraform-syntax",
        2,
        "error",
        {"c/main.tf": 'variable "x" {\n  type =\n}\n'},
    ),
    Row("not-json", "terraform-syntax", 1, "error", {"d/main.tf.json": '{"resource": [}'}),
    Row(
        "program-on-apply",
        "terraform-local-exec",
        2,
        "error",
        {"e/main.tf": EXEC},
    ),
    Row(
        "program-elsewhere",
        "terraform-remote-exec",
        2,
        "error",
        {"f/main.tf": EXEC.replace("local-exec", r"remote\u002dexec")},
    ),
    Row(
        "program-on-plan",
        "terraform-external-data",
        1,
        "error",
        {"g/main.tf": 'data "external" "x" {\n  program = ["make"]\n}\n'},
    ),
    Row(
        "program-in-json",
        "terraform-local-exec",
        2,
        "error",
        {
            "h/main.tf.json": '{"resource": {"null_resource": {"x": [{"provisioner":\n'
            '[{"local-exec": {"command": "x"}}]}]}}}'
        },
    ),
    Row(
        "data-in-json",
        "terraform-external-data",
        1,
        "error",
        {"i/main.tf.json": '{"data": [{"external": {"x": {}}}]}'},
    ),
    Row(
        "module-that-is-not-there",
        "terraform-missing-module",
        2,
        "error",
        {"j/main.tf": 'module "x" {\n  source = "../gone"\n}\n'},
    ),
]

# Three modules of one tree; the provider is started for the first two.
MODULES = {
    "k/main.tf": QUEUE,
    "k/role.tf": 'resource "aws_iam_role" "x" {\n  name = "x"\n}\n',
    "m/main.tf": 'module "jobs" {\n  source = "./jobs"\n}\n',
    "m/jobs/main.tf": QUEUE,
    "n/main.tf": 'output "x" {\n  value = var.x\n}\n',
    "n/file.tf": 'output "y" {\n  value = file("gone.txt")\n}\n',
}


ROWS = [*WORKFLOWS, *SCRIPTS, *SECRETS, *TERRAFORM]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def linted(tools: Tools) -> Linted:
    """All rows in one call, a tree each."""
    return await Linters(tools=tools).lint({row.id: tree(row.tree) for row in ROWS})


def seen(linted: Linted, row: Row) -> list[tuple[str, str, int, str]]:
    findings = [each for each in linted.findings if each.tree == row.id]
    return [(each.path, each.rule, each.line, each.severity) for each in findings]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_wrong_is_found_at_its_line(row: Row, linted: Linted) -> None:
    if row.rule.startswith("actionlint") or row.id == "shell-in-a-step":
        need_actionlint()
    if row.rule == "terraform-fmt" and "terraform fmt" in str(linted.left_out):
        pytest.skip("needs terraform")
    assert (next(iter(row.tree)), row.rule, row.line, row.severity) in seen(linted, row)


async def test_what_providers_refuse_is_found_at_its_line(terraform: Tools) -> None:
    linted = await Linters(tools=terraform).lint({"a": tree(MODULES)})

    assert [(f.path, f.line, f.rule, f.severity) for f in linted.findings] == [
        ("k/main.tf", 3, "terraform-validate", "error"),  # an argument too many
        ("k/role.tf", 1, "terraform-validate", "error"),  # and one too few
        ("m/jobs/main.tf", 3, "terraform-validate", "error"),  # in a module that is called
        ("n/file.tf", 2, "terraform-validate", "error"),
        ("n/main.tf", 2, "terraform-validate", "error"),
    ]


async def test_nothing_is_found_in_the_workflow_that_the_rows_change(
    with_actionlint: Tools,
) -> None:
    assert (
        await Linters(tools=with_actionlint).lint({"good": tree({CHECK: workflow()})}) == Linted()
    )
