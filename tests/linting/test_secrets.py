"""Secrets are found, and what they are is nowhere to be read."""

import logging
from dataclasses import replace

import pytest

from bot.linting import Linters, PlainProcess, Tools
from tests.linting.trees import tree, workflow

CHECK = ".github/workflows/check.yml"
AWS = "AKIAQWERTYUIOPASDFGH"
GITHUB = "ghp_" + "a1B2c3D4e5" * 4
PASSWORD = "Tr0ub4dor-and-3"  # made up


def leaky(value: str) -> dict[str, str]:
    """Files whose linters repeat what stands in them."""
    return {
        CHECK: workflow(
            (5, f"env: {{token: {value}}}"),
            (11, f"    runs-on: {value}"),
            (15, f"      - run: echo ${{{{ {value} }}}}\n      - uses: './{value}'"),
        ),
        "run.sh": f"#!/bin/sh\npassword='{value}'\n{value}=1\n[ {value} == $1 ]\n",
        "main.tf": f'password = "{value}"\nresource "x" "{value}" {{\n  {value} = \n}}\n',
        "app.yml": f"password: {value}\n",
    }


@pytest.mark.parametrize("value", [AWS, GITHUB, PASSWORD])
async def test_no_message_and_no_log_holds_a_secret(
    value: str, with_actionlint: Tools, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    linted = await Linters(tools=with_actionlint, log=said.append).lint({"a": tree(leaky(value))})

    assert any(each.rule.startswith("detect-secrets") for each in linted.findings)
    assert any(each.rule.startswith("actionlint") for each in linted.findings)
    assert value not in repr(linted) + caplog.text + "".join(said)
    assert value.lower() not in repr(linted).lower()


@pytest.mark.parametrize("value", [AWS, PASSWORD])
async def test_where_nobody_looked_for_secrets_nothing_is_quoted(
    value: str, with_actionlint: Tools
) -> None:
    """Without detect-secrets whatever a linter repeats might be one."""
    there = replace(with_actionlint, detect_secrets=None)
    linted = await Linters(tools=there).lint({"a": tree(leaky(value))})

    assert any(each.rule == "actionlint-runner-label" for each in linted.findings)
    assert value not in repr(linted)
    assert "detect-secrets" in {each.linter for each in linted.left_out}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("a.yml", "uses: actions/checkout@" + "3d3c42e5aa" * 4, id="pin"),
        pytest.param("b.yml", "image: x@sha256:" + "0a1b2c3d" * 8, id="digest"),
        pytest.param(
            "package-lock.json", '"integrity": "sha512-q9J4zT7wXc2LmV8bNp3KdR=="', id="lock"
        ),
        pytest.param(
            "go.sum", "x v1.0.0 h1:q9J4zT7wXc2LmV8bNp3KdR6hYs5Fq9J4zT7wXc2LmV8=", id="sums"
        ),
        pytest.param(".mvn/w.properties", "distributionSha256Sum=" + "0a1b2c3d" * 8, id="checksum"),
        pytest.param("c.yml", "password: ${{ secrets.PASSWORD }}", id="expression"),
        pytest.param("d.yml", "server-password: PUBLISH_TOKEN", id="name-of-a-variable"),
        pytest.param("e.yml", "secrets: inherit", id="inherit"),
        pytest.param("f.tf", 'password = "${var.password}"', id="terraform"),
        pytest.param("g.py", "password = os.environ['PASSWORD']", id="environment"),
        pytest.param("h.md", "Set `password: Hunter2-Xy!` to your own.", id="prose"),
        pytest.param(
            "i.py", "if '-----BEGIN RSA PRIVATE KEY-----' in text:", id="heading-of-a-key"
        ),
        pytest.param("j.py", "KEY = 'AKIAIOSFODNN7EXAMPLE'", id="example"),
        pytest.param("k.py", f"T = 'ghp_{'x' * 36}'", id="placeholder"),
        pytest.param("l.json", '{"id": "123e4567-e89b-12d3-a456-426614174000"}', id="uuid"),
        pytest.param(
            "{{cookiecutter.x}}/m.yml", "password: '{{ cookiecutter.password }}'", id="jinja"
        ),
    ],
)
async def test_what_is_no_secret_is_not_taken_for_one(path: str, text: str, tools: Tools) -> None:
    only = Tools(detect_secrets=tools.detect_secrets)

    linted = await Linters(tools=only).lint({"a": tree({path: text + "\n"})})

    assert linted.findings == ()


async def test_of_a_templates_own_files_only_secrets_are_told(tools: Tools) -> None:
    """Its scripts and workflows are in no language before they are rendered."""
    top = "{{cookiecutter.project_slug}}"
    files = {
        f"{top}/run.sh": "{% if x %}\nrm $1\n",
        f"{top}/action.yml": "{{ x }}\n",
        f"{top}/main.tf": f"x = {{{{ y }}}}\n# {AWS}\n",
    }
    linted = await Linters(tools=tools).search_secrets({"source": tree(files)})

    assert [(each.path, each.line, each.rule) for each in linted.findings] == [
        (f"{top}/main.tf", 2, "detect-secrets-aws-access-key")
    ]
    assert linted.left_out == ()


async def test_a_large_picture_does_not_keep_words_from_being_shown(with_actionlint: Tools) -> None:
    files: dict[str, str | bytes] = {
        CHECK: workflow((2, "on: pushed")),
        "a.png": b"\x89PNG" * 500_000,
    }
    linted = await Linters(tools=with_actionlint).lint({"a": tree(files)})

    assert any('"pushed"' in each.message for each in linted.findings)
    assert [each.linter for each in linted.left_out] == ["detect-secrets"]


async def test_many_secrets_of_a_file_are_cut(tools: Tools) -> None:
    lines = "".join(f"k{n} = 'AKIA{n:04d}TYUIOPASDFGH'\n" for n in range(2_000))
    only = Tools(detect_secrets=tools.detect_secrets)
    linted = await Linters(tools=only).lint({"a": tree({"a.py": lines})})

    assert 0 < len(linted.findings) <= 50


async def test_secrets_are_found_without_bubblewrap_too(tools: Tools) -> None:
    linters = Linters(tools=tools, isolation=PlainProcess("for tests"), log=lambda _: None)
    linted = await linters.lint({"a": tree({"a.py": f"k = '{AWS}'\n"})})

    assert [each.rule for each in linted.findings] == ["detect-secrets-aws-access-key"]
