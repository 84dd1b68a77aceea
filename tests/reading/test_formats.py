"""YAML, JSON and TOML that templates render to: mistakes at the line to mend, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reading.formats import format_of, is_another_template
from bot.reading.tasks import Look, Seen, answer

MISTAKES = [
    pytest.param("a.yml", "a: 1\nb 2\nc: 3\n", 2, "yaml", id="no-colon"),
    pytest.param("a.yml", "a: 1\nb: c: d\n", 2, "yaml", id="two-colons"),
    pytest.param("a.yml", "a: 1\nb: 'x\nc: 1\nd: 2\n", 2, "yaml", id="open-quote"),
    pytest.param("a.yml", "a: 1\nb: [x, y\nc: 1\n", 2, "yaml", id="open-bracket"),
    pytest.param("a.yml", "a:\n  b: 1\n c: 2\n", 3, "yaml", id="indentation"),
    pytest.param("a.yml", "a:\n\tb: 1\n", 2, "yaml", id="tab"),
    pytest.param("a.yml", "a: 1\nb: @x\n", 2, "yaml", id="reserved-mark"),
    pytest.param("a.yml", "a: 1\nb: *x\n", 2, "yaml", id="alias-of-nothing"),
    pytest.param("a.yml", 'a: 1\nb: "\\d"\n', 2, "yaml", id="escape"),
    pytest.param("a.yml", "a: 1\nb: \x07\n", 2, "yaml", id="control-character"),
    pytest.param("a.yml", "a: 1\n---\nb: 1\nb: 2\n", 4, "duplicate-key", id="key-twice"),
    pytest.param("a.yml", "a: {b: 1, b: 2}\n", 1, "duplicate-key", id="key-twice-inside"),
    pytest.param("a.yml", "[" * 5_000, 1, "yaml", id="deep-yaml"),
    pytest.param("a.json", '{\n  "a": 1\n  "b": 2\n}', 2, "json", id="no-comma"),
    pytest.param("a.json", '{\n  "a": 1,\n}', 2, "json", id="last-comma"),
    pytest.param("a.json", '{\n  "a" 1\n}', 2, "json", id="json-no-colon"),
    pytest.param("a.json", '{\n  // x\n  "a": 1\n}', 2, "json", id="json-comment"),
    pytest.param("a.json", '{\n  "a": NaN\n}', 2, "json", id="not-a-number"),
    pytest.param("a.json", '{"a": 1,\n "a": 2}', 2, "duplicate-key", id="json-key-twice"),
    pytest.param("a.json", "", 1, "json", id="empty"),
    pytest.param("a.json", '{\n"a": "x\ny"}', 2, "json", id="line-in-a-text"),
    pytest.param("a.json", "[" * 100_000, 1, "json", id="deep-json"),
    pytest.param("tsconfig.json", '{\n // x\n "a": 1\n "b": 2}', 3, "json", id="with-comments"),
    pytest.param(".vscode/a.json", '{\n"a": 1,\n"a": 2,}', 3, "duplicate-key", id="editor"),
    pytest.param("a.toml", "a = 1\nb = \nc = 2\n", 2, "toml", id="no-value"),
    pytest.param("a.toml", "a = 1\na = 2\n", 2, "toml", id="toml-key-twice"),
    pytest.param("a.toml", "[a]\nx = 1\n[a]\n", 3, "toml", id="table-twice"),
    pytest.param("a.toml", "a = [1,\n2\nb = 3\n", 1, "toml", id="open-array"),
    pytest.param("a.toml", 'x = 1\na = """x\ny\n', 2, "toml", id="open-text"),
    pytest.param("a.toml", "a = " + "[" * 5_000, 1, "toml", id="deep-toml"),
    pytest.param("Pipfile", "[x\n", 1, "toml", id="toml-by-name"),
]


@pytest.mark.parametrize(("path", "text", "line", "rule"), MISTAKES)
def test_a_mistake_is_told_at_its_line(path: str, text: str, line: int, rule: str) -> None:
    (found,) = look(path, text)
    assert (found.rule, found.line) == (rule, line)
    assert found.message


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("a.yml", "a: !Ref x\nb: !Sub {c: 1}\n", id="tags"),
        pytest.param("a.yml", "a: 1\n---\nb: 1\n...\n---\n", id="documents"),
        pytest.param("a.yml", "a: &x {b: 1}\nc:\n  <<: *x\n  <<: *x\n", id="anchors"),
        pytest.param("a.yml", "%YAML 1.1\n---\na: 1\n", id="directive"),
        pytest.param("a.yml", "", id="nothing"),
        pytest.param("a.yml", "# only a comment\n", id="comment"),
        pytest.param("a.yml", "a: 😀\r\nb: 1\r\n", id="windows"),
        pytest.param("a.yml", "\ufeffa: 1\n", id="byte-order-mark"),
        pytest.param("a.yml", "{{- if .x }}\na: {{ .y }}\n{{- end }}\n", id="helm"),
        pytest.param("a.yml", "a: {% x %}: 1: 2\n", id="jinja"),
        pytest.param("a.json", '{"a": [{{ range . }}1,{{ end }}]}', id="go"),
        pytest.param("a.toml", "a = {{ x }} y", id="template-of-toml"),
        pytest.param("tsconfig.app.json", '/* a */\n{\n"a": "//", // b\n"b": [1,],\n}', id="jsonc"),
        pytest.param("testdata/a.json", "{broken", id="sample"),
        pytest.param("a.json.tmpl", "{broken", id="another-ending"),
        pytest.param("a.txt", "{broken: [", id="no-format"),
        pytest.param("a.toml", "a = 1979-05-27T07:32:00Z\n", id="date"),
    ],
)
def test_what_is_fine_or_another_programs_has_nothing_to_mend(path: str, text: str) -> None:
    assert look(path, text) == []


def look(path: str, text: str) -> list[Seen]:
    return answer(Look(path, text.encode("utf-8", "surrogatepass")))


paths = st.sampled_from(["a.yml", "a.json", "tsconfig.json", "a.toml", "a.txt", "x/a.yaml"])
pieces = st.sampled_from(
    [
        *"{}[]:,\"'#&*!|>-\n\t \\/aé😀\x00=",
        *("\n- ", "a: ", "{{", "${{", "//", "/*", "*/", "---\n"),
    ]
)


@given(paths, st.lists(pieces, max_size=40).map("".join) | st.text(max_size=40))
def test_any_text_is_answered(path: str, text: str) -> None:
    """With a line of the text, and never with an error of ours."""
    lines = text.count("\n") + text.count("\r") + 1
    for found in look(path, text):
        assert 1 <= found.line <= lines + 1
        assert found.message


@given(st.binary(max_size=60))
def test_any_bytes_are_answered(content: bytes) -> None:
    for path in ("a.yml", "a.json", "a.toml"):
        answer(Look(path, content))


def test_githubs_expressions_make_no_template_of_another() -> None:
    assert not is_another_template("a: ${{ github.sha }}\n")
    assert is_another_template("a: {{ x }}\n")
    assert format_of("fixtures/a.yml") is None
