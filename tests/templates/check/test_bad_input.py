"""Whatever stands in a template, the check ends with a verdict, soon, and says what to mend."""

import asyncio
import json
import time

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.rendering import Limits, Renderer
from bot.templates.check import Verdict
from tests.templates.checking import TOP, told, verdict_on
from tests.templates.defects.base import BASE, FOLDER

pytestmark = pytest.mark.asyncio(loop_scope="module")

SMALL = {
    "template.yml": f"id: {FOLDER}\nname: Small\ndescription: Small\nowner: platform\n"
    "version: 1.0.0\nkind: library\n",
    "cookiecutter.json": '{\n  "project_slug": "small"\n}\n',
    f"{TOP}/README.md": "# {{ cookiecutter.project_slug }}\n",
    f"{TOP}/.github/workflows/ci.yml": "on: push\njobs: {}\n",
}


async def check(texts: dict[str, str | bytes], renderer: Renderer) -> Verdict:
    return await verdict_on({**SMALL, **texts}, renderer, folder=FOLDER)


async def test_the_small_template_is_good(renderer: Renderer) -> None:
    assert (await check({}, renderer)).problems == ()


async def test_too_many_files_are_told_at_once(renderer: Renderer) -> None:
    verdict = await check({f"{TOP}/{i}.txt": "x" for i in range(2_001)}, renderer)
    assert told(verdict.problems) == [("too-many-files", ".", 1)]
    verdict = await check({f"{TOP}/a.txt": "x" * 20_000_001}, renderer)
    assert told(verdict.problems) == [("too-large", ".", 1)]


async def test_as_many_files_as_are_allowed_are_checked(renderer: Renderer) -> None:
    """Two thousand copied ones, one of them not as it should be."""
    texts = {f"{TOP}/static/{i % 70}/{i}.txt": "x" for i in range(1_990)}
    texts[f"{TOP}/static/a.json"] = '{\n  "a": 1,\n}\n'
    texts["cookiecutter.json"] = '{"project_slug": "small", "_copy_without_render": ["static"]}'
    verdict = await check({**texts}, renderer)
    assert told(verdict.problems) == [("json", f"{TOP}/static/a.json", 2)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def quick() -> Renderer:
    return Renderer(log=lambda _: None, limits=Limits(wall_s=8.0, cpu_s=2))


LOOPS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"


@pytest.mark.parametrize(
    ("texts", "line"),
    [
        pytest.param({f"{TOP}/a.txt": f"1\n2\n{LOOPS}\n"}, 3, id="file"),
        pytest.param(
            {"cookiecutter.json": '{"project_slug": "x",\n"__x": "' + LOOPS + '"}'}, 2, id="default"
        ),
        pytest.param({f"{TOP}/{LOOPS}a.txt": "x"}, 1, id="name"),
    ],
)
async def test_a_template_that_never_ends_is_told_at_its_line(
    texts: dict[str, str | bytes], line: int, quick: Renderer
) -> None:
    """Once, whatever else could be tried; and nothing else is left waiting for it."""
    began_s = time.monotonic()
    async with quick:
        verdict = await check(texts, quick)
    assert [(each.rule, each.line) for each in verdict.problems] == [("timeout", line)]
    assert verdict.renders == 1
    assert "a render ended without a result" in verdict.left_out[0]
    assert time.monotonic() - began_s < 30


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param({f"{TOP}/a.txt": "1\nü".encode("latin-1")}, ("not-utf8", 2), id="latin-1"),
        pytest.param({f"{TOP}/a.bin": bytes(range(256)) * 9}, None, id="binary"),
        pytest.param({f"{TOP}/a.json": b"\x00 x"}, ("json", 1), id="binary-called-json"),
        pytest.param({f"{TOP}/a.txt": ""}, None, id="empty"),
        pytest.param({f"{TOP}/a.txt": "{{ cookiecutter.project_slug }}"}, None, id="no-newline"),
        pytest.param({f"{TOP}/a.yml": "a: 1\r\nb: 2\r\n"}, None, id="windows"),
        pytest.param({f"{TOP}/a.yml": "a: 1\r\na: 2\r\n"}, ("duplicate-key", 2), id="windows-line"),
        pytest.param({f"{TOP}/a.txt": "x" * 3_000_000}, None, id="long-line"),
        pytest.param({f"{TOP}/a.yml": "[" * 3_000}, ("yaml", 1), id="nested"),
        pytest.param({f"{TOP}/a.json": "[" * 90_000}, ("json", 1), id="nested-json"),
        pytest.param({f"{TOP}/a.txt": "{{ " + "(" * 9_000}, ("too-deep", 1), id="nested-jinja"),
        pytest.param({f"{TOP}/a.txt": "{% raw %}{{ x"}, ("syntax", 1), id="raw-not-closed"),
        pytest.param({f"{TOP}/con.txt": ""}, ("odd-name", 1), id="device"),
        pytest.param({f"{TOP}/a .txt ": ""}, ("odd-name", 1), id="blank-at-the-end"),
        pytest.param({f"{TOP}/a\u202eb": ""}, ("odd-name", 1), id="hidden-character"),
        pytest.param({f"{TOP}/x/y": "", f"{TOP}/X/z": ""}, ("collision", 1), id="folders-alike"),
    ],
)
async def test_odd_files_are_told_or_fine(
    texts: dict[str, str | bytes], expected: tuple[str, int] | None, renderer: Renderer
) -> None:
    verdict = await check(texts, renderer)
    assert [(each.rule, each.line) for each in verdict.problems] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("variables", "rule"),
    [
        pytest.param('{"project_slug": "x", "project_slug": "y"}', "duplicate-key", id="twice"),
        pytest.param('{\n// why\n"project_slug": "x"}', "comment", id="comment"),
        pytest.param('["project_slug"]', "type", id="list"),
        pytest.param('{"project_slug": ["a", "b"]}', "standard-variable", id="standard-list"),
        pytest.param('{"a": [["x"], ["y"]]}', "kind", id="nested-choice"),
        pytest.param('{"a": {"b": {"c": [1, {"d": 2}]}}}', "", id="nested-object"),
        pytest.param('{"a": null}', "", id="null"),
        pytest.param('{"a": 1.5}', "", id="fraction"),
        pytest.param('{"a": [1, 2.5, "x"]}', "", id="numbers-in-a-choice"),
        pytest.param('{"a": [true, false]}', "kind", id="booleans-in-a-choice"),
        pytest.param('{"a": {"x": true, "y": "no"}}', "", id="mixed-object"),
        pytest.param('{"a": []}', "kind", id="empty-choice"),
        pytest.param('{"a": NaN}', "json", id="not-a-number"),
        pytest.param('{"_copy_without_render": "x"}', "wrong-type", id="copy-text"),
        pytest.param('{"_extensions": {"a": 1}}', "wrong-type", id="extensions-object"),
        pytest.param('{"__prompts__": {"a": 1}, "a": ""}', "prompts", id="prompt-number"),
        pytest.param('{"items": ""}', "name", id="method"),
        pytest.param("", "json", id="empty"),
        pytest.param("{" + '"a":{' * 30 + "}" * 31, "too-deep", id="deep"),
        pytest.param(
            '{"a": "{{ cookiecutter.b }}", "b": ""}', "undefined-variable", id="too-early"
        ),
    ],
)
async def test_odd_variables_are_told_or_fine(
    variables: str, rule: str, renderer: Renderer
) -> None:
    if "project_slug" not in variables and variables.startswith("{") and len(variables) < 150:
        variables = variables.replace("{", '{"project_slug": "x", ', 1)
    verdict = await check({"cookiecutter.json": variables}, renderer)
    assert [each.rule for each in verdict.problems] == ([rule] if rule else [])
    assert all(each.line >= 1 and each.path == "cookiecutter.json" for each in verdict.problems)


async def test_a_template_written_on_windows_is_the_same_template(renderer: Renderer) -> None:
    """Line ends change no line and no problem."""
    broken = {**BASE, f"{TOP}/a.yml": "a: 1\n{% if true %}\na: 2\n{% endif %}\nb: {{ nope }}\n"}
    windows = {
        path: text.replace("\n", "\r\n") if isinstance(text, str) else text
        for path, text in broken.items()
    }
    one = await verdict_on(broken, renderer, folder=FOLDER)
    other = await verdict_on(windows, renderer, folder=FOLDER)
    assert told(one.problems) == told(other.problems) != []


async def test_files_without_a_template_say_what_is_missing(renderer: Renderer) -> None:
    verdict = await verdict_on({"x": "y"}, renderer, folder=FOLDER)
    assert {each.rule for each in verdict.problems} == {"missing-file", "top-folder"}
    assert (await verdict_on({}, renderer, folder=FOLDER)).problems


async def test_two_checks_at_once_do_not_meet(renderer: Renderer) -> None:
    """As two pull requests of the same minute."""
    broken = {**SMALL, f"{TOP}/a.txt": "{{ nope }}"}
    verdicts = await asyncio.gather(
        *(verdict_on(t, renderer, folder=FOLDER) for t in (SMALL, broken, SMALL, broken))
    )
    assert [each.ok for each in verdicts] == [True, False, True, False]
    assert verdicts[0] == verdicts[2]
    assert verdicts[1] == verdicts[3]


async def test_a_check_that_is_called_off_leaves_nothing_running(renderer: Renderer) -> None:
    checking = asyncio.create_task(verdict_on(BASE, renderer, folder=FOLDER))
    await asyncio.sleep(0.3)
    checking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await checking
    others = asyncio.all_tasks() - {asyncio.current_task()}
    assert not [each for each in others if "check" in repr(each.get_coro())]
    assert (await check({}, renderer)).problems == ()


marks = st.sampled_from(
    ["{{", "}}", "{%", "%}", "{#", "#}", "{% raw %}", "cookiecutter.", "project_slug", "| tojson",
     "if x", "for a in b", "endif", '"', "'", "\\", "\n", "\r\n", "\x00", "é😀", "[", "]", "{", "}",
     ":", "- ", "a: 1", "null", "\t", "&a", "*a", "<<: ", "---\n", "|", ">", "${{ x }}"]
)  # fmt: skip
anything = st.lists(marks, max_size=12).map("".join).map(str.encode) | st.binary(max_size=30)
places = st.sampled_from(
    ["template.yml", "cookiecutter.json", f"{TOP}/README.md", f"{TOP}/a.yml", f"{TOP}/a.json",
     f"{TOP}/.github/workflows/ci.yml", f"{TOP}/main.tf", "hooks/post_gen_project.py"]
)  # fmt: skip


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.dictionaries(places, anything, min_size=1, max_size=3), st.booleans())
async def test_any_bytes_in_any_file_end_with_a_verdict(
    renderer: Renderer, contents: dict[str, bytes], behind: bool
) -> None:
    """Each problem has a rule, a line that is there, and a sentence."""
    texts: dict[str, str | bytes] = {**SMALL}
    for path, content in contents.items():
        before = str(texts.get(path, "")).encode()
        texts[path] = before + content if behind else content
    verdict = await verdict_on(texts, renderer, folder=FOLDER)
    for problem in verdict.problems:
        text = texts.get(problem.path, b"")
        lines = text.count(b"\n") if isinstance(text, bytes) else text.count("\n")
        assert 1 <= problem.line <= max(lines, 0) + 1
        assert problem.message.endswith((".", "?"))
    json.dumps([each.to_json() for each in verdict.problems])
