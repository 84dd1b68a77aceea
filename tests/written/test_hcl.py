"""Terraform's language as blocks and arguments: what a file declares, on which line."""

import contextlib
import string
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.problems import ProblemsFound
from bot.written import HclBlock, Place, read_hcl


def read(text: str) -> HclBlock:
    return read_hcl(text, path="main.tf", limit_bytes=200_000)


TAGGED = """\
# the provider
provider "aws" {
  region = var.region // everywhere
  default_tags {
    tags = { Application = var.name, "cost-center" = "CC-1" }
  }
}

resource "aws_s3_bucket" "logs" {
  bucket = "logs-${var.name}"
  tags = merge(local.tags, {
    Product = "logs"
    (var.key) = 1
  })
}
"""


def test_providers_and_their_default_tags_are_told_with_their_lines() -> None:
    provider, resource = read(TAGGED).blocks
    tags = provider.blocks[0].arguments["tags"]

    assert (provider.kind, provider.labels, provider.place) == ("provider", ("aws",), Place(2, 1))
    assert tags.keys == (("Application", Place(5, 14)), ("cost-center", Place(5, 38)))
    assert tags.complete
    assert tags.references == ("var.name",)
    assert resource.labels == ("aws_s3_bucket", "logs")


def test_keys_of_a_merge_are_known_but_not_all_of_them() -> None:
    tags = read(TAGGED).blocks[1].arguments["tags"]

    assert [key for key, _ in tags.keys] == ["Product"]
    assert not tags.complete
    assert tags.references == ("local.tags", "var.key")
    assert tags.place == Place(11, 3)


@pytest.mark.parametrize(
    ("source", "keys", "complete"),
    [
        pytest.param("{}", [], True, id="empty"),
        pytest.param("{ a = 1, b : 2 }", ["a", "b"], True, id="equals-and-colon"),
        pytest.param("{\n a = {\n z = 1\n}\n\n b = [\n1,\n2]\n}", ["a", "b"], True, id="lines"),
        pytest.param("{ for k in var.k : k => k }", [], False, id="for"),
        pytest.param('{ "a-${var.x}" = 1, c = 2 }', ["c"], False, id="computed"),
        pytest.param("merge({ a = 1 }, { b = 2 },)", ["a", "b"], True, id="merge-of-literals"),
        pytest.param("merge(\n{\na = 1\n}\n,\nvar.more)", ["a"], False, id="merge-on-lines"),
        pytest.param("local.tags", [], False, id="reference"),
        pytest.param("var.x ? { a = 1 } : {}", [], False, id="choice"),
        pytest.param("merge({ a = 1 })[0]", [], False, id="part"),
        pytest.param('"{ a = 1 }"', [], False, id="text"),
    ],
)
def test_keys_of_maps(source: str, keys: list[str], complete: bool) -> None:
    argument = read(f"x = {source}\n").arguments["x"]

    assert [key for key, _ in argument.keys] == keys
    assert argument.complete == complete


@pytest.mark.parametrize(
    ("source", "said"),
    [
        pytest.param('"./modules/x"', "./modules/x", id="plain"),
        pytest.param(r'"a\"b\\c\u0041\n"', 'a"b\\cA\n', id="escapes"),
        pytest.param('"$${x} %%{y}"', "${x} %{y}", id="no-template"),
        pytest.param('"a${var.x}"', None, id="template"),
        pytest.param("var.x", None, id="reference"),
        pytest.param('"a" == "b"', None, id="comparison"),
        pytest.param("<<A\nx\nA", None, id="heredoc"),
    ],
)
def test_what_a_text_says(source: str, said: str | None) -> None:
    assert read(f"x = {source}\n").text("x") == said


@pytest.mark.parametrize(
    "hidden",
    [
        pytest.param('# provisioner "local-exec" {}', id="comment"),
        pytest.param('/* }\nprovisioner "local-exec" {} */', id="block-comment"),
        pytest.param('x = <<-EOT\n}\nprovisioner "local-exec" {}\n  EOT', id="heredoc"),
        pytest.param('x = <<A\n${ "\\"}A" }\nA \nx2 = 1', id="heredoc-with-template"),
        pytest.param('x = "${ f("}", { y = "#{" }) }"', id="template"),
        pytest.param('x = "${ /* " */ 1 }"', id="comment-in-template"),
        pytest.param('x = "$${" ', id="escaped-template"),
    ],
)
def test_what_looks_like_a_block_in_a_text_or_comment_is_none(hidden: str) -> None:
    resource, after = read(f'resource "a" "b" {{\n{hidden}\n}}\nafter {{}}\n').blocks

    assert resource.blocks == ()
    assert after.kind == "after"


@pytest.mark.parametrize(
    "block",
    [
        pytest.param('provisioner "local-exec" {', id="plain"),
        pytest.param("provisioner local-exec {", id="bare-label"),
        pytest.param(r'provisioner "local\u002dexec" {', id="escaped-label"),
        pytest.param('/**/provisioner/**/"local-exec"/**/{', id="comments-between"),
        pytest.param('x = "}"\nprovisioner "local-exec" {', id="after-a-brace-in-a-text"),
        pytest.param('x = "\\\\"\nprovisioner "local-exec" {', id="after-an-escaped-backslash"),
        pytest.param('x = "$$${1}"\nprovisioner "local-exec" {', id="after-many-dollars"),
        pytest.param('x = <<A\n${<<B\nA\nB\n}\nA\nprovisioner "local-exec" {', id="after-heredocs"),
    ],
)
def test_a_block_is_seen_however_it_is_written(block: str) -> None:
    found = read(f'resource "a" "b" {{\n{block}\n}}\n}}\n')

    assert any(each.labels == ("local-exec",) for each in found.walk())


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param('a {\n b = "x\n', 2, id="text-over-lines"),
        pytest.param("a {\n", 2, id="open-block"),
        pytest.param("\na = [1\n", 2, id="open-bracket"),
        pytest.param("a = )\n", 1, id="closed-too-often"),
        pytest.param("\n\n/* x", 3, id="open-comment"),
        pytest.param("a = <<A\nb\n", 2, id="open-heredoc"),
        pytest.param("a = \n", 1, id="no-value"),
        pytest.param("a = 1 b = 2\n", 1, id="two-on-a-line"),
        pytest.param("a\n", 1, id="neither"),
        pytest.param("= 1\n", 1, id="no-name"),
        pytest.param("a = `x`\n", 1, id="character"),
        pytest.param("{\n", 1, id="json"),
    ],
)
def test_what_cannot_be_read_is_a_problem_with_its_line(text: str, line: int) -> None:
    with pytest.raises(ProblemsFound) as caught:
        read(text)

    assert [problem.line for problem in caught.value.problems] == [line]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a {" * 60, id="blocks"),
        pytest.param('a = "' + '${"' * 200, id="templates"),
        pytest.param("a = " + "<<A\n${" * 200, id="heredocs"),
        pytest.param("a = 1 " + "/* " * 60_000, id="comments"),
        pytest.param('a = "${' + "/* " * 60_000, id="comments-in-a-template"),
        pytest.param("a = " + "[" * 150_000, id="brackets"),
        pytest.param("a" * 300_000, id="large"),
    ],
)
@pytest.mark.timeout(20)
def test_hostile_files_are_refused_soon(text: str) -> None:
    with pytest.raises(ProblemsFound):
        read(text)


NAMES = st.text(string.ascii_lowercase, min_size=1, max_size=6)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    escaped = escaped.replace("\r", "\\r")
    return '"' + escaped.replace("${", "$${").replace("%{", "%%{") + '"'


def written(blocks: Sequence[Any]) -> str:
    """Blocks as text: ``(kind, labels, arguments, blocks)``."""
    lines = []
    for kind, labels, arguments, inner in blocks:
        head = " ".join([kind, *map(quoted, labels)])
        body = "".join(f"{name} = {quoted(value)} # }}\n" for name, value in arguments.items())
        lines.append(f"{head} {{\n{body}{written(inner)}}}\n")
    return "".join(lines)


def heard(blocks: Sequence[HclBlock]) -> list[Any]:
    return [
        (b.kind, list(b.labels), {n: a.text for n, a in b.arguments.items()}, heard(b.blocks))
        for b in blocks
    ]


BLOCKS: st.SearchStrategy[list[Any]] = st.recursive(
    st.builds(list),
    lambda inner: st.lists(
        st.tuples(
            NAMES, st.lists(TEXTS, max_size=2), st.dictionaries(NAMES, TEXTS, max_size=3), inner
        ),
        max_size=3,
    ),
    max_leaves=6,
)


@given(BLOCKS)
def test_what_is_written_is_read_back(blocks: list[Any]) -> None:
    assert heard(read(written(blocks)).blocks) == blocks


@given(st.text(alphabet='ab"${}%<\n =[](),#/*\\-EO', max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ProblemsFound):
        read(text)
