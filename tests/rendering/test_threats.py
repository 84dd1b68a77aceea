"""T1 to T22: what a template author or a person with a form could try, and what they get."""

import asyncio
import contextlib
import json
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.rendering import Allowed, Limits, Renderer, RenderError, Template, TemplateFile

from .templates_in_memory import TOP, template, texts

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOOKS = Allowed(hooks=True)
NOTHING = Allowed()


async def refused(
    renderer: Renderer,
    given: Template,
    answers: dict[str, Any] | None = None,
    *,
    allowed: Allowed = NOTHING,
) -> RenderError:
    with pytest.raises(RenderError) as caught:
        await renderer.render(given, answers or {}, allowed=allowed)
    return caught.value


async def still_works(renderer: Renderer) -> None:
    rendered = await renderer.render(template({"a.txt": "{{ cookiecutter.project_slug }}"}), {})
    assert texts(rendered) == {"a.txt": "shop"}


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """A file that code which got out would make."""
    tmp_path.chmod(0o777)
    return tmp_path / "mark"


def got_out(mark: Path) -> bool:
    return mark.exists()


async def test_t01_an_expression_in_an_answer_stays_text(renderer: Renderer) -> None:
    """Whoever types an expression into the form finds it, letter for letter, in the file."""
    text = "{{ 7*191 }} {% now %} {{ cycler.__init__ }}"
    given = template(
        {"a.txt": "{{ cookiecutter.name }}|{{ cookiecutter.twice }}|{{ cookiecutter.map.k }}"},
        variables={"name": "n", "twice": "{{ cookiecutter.name }}!", "map": {"k": "v"}},
    )
    rendered = await renderer.render(given, {"name": text, "map": {"k": text, "{{ 1+1 }}": "x"}})
    assert texts(rendered) == {"a.txt": f"{text}|{text}!|{text}"}


@pytest.mark.parametrize("key", ["_template", "__prompts__", "nobody_asked"])
async def test_t01_an_answer_that_was_not_asked_for_is_refused(
    renderer: Renderer, key: str
) -> None:
    error = await refused(renderer, template(), {key: "x"})
    assert (error.rule, error.variable) == ("unknown-variable", key)


async def test_t01_a_choice_cannot_be_widened(renderer: Renderer) -> None:
    given = template(variables={"cloud": ["aws", "google"]})
    error = await refused(renderer, given, {"cloud": "{{ cloud }}"})
    assert (error.rule, error.variable) == ("not-a-choice", "cloud")


async def test_t02_braces_in_the_top_folder_are_refused(renderer: Renderer, mark: Path) -> None:
    """A name that yields an expression would be rendered again with every folder below it."""
    code = f"cycler.__init__.__globals__.os.mkdir('{mark}')"
    given = template(
        {"sub/a.txt": "a"},
        variables={"project_slug": '{{ "{{" }}' + code + '{{ "}}" }}'},
    )
    assert (await refused(renderer, given)).rule == "top-folder"
    assert not got_out(mark)


async def test_t02_braces_in_an_answer_for_a_name_are_refused(renderer: Renderer) -> None:
    given = template({"{{cookiecutter.name}}/a.txt": "a"}, variables={"name": "n"})
    error = await refused(renderer, given, {"name": "{{7}}"})
    assert error.rule == "braces-in-name"
    assert error.path == f"{TOP}/{{{{cookiecutter.name}}}}/a.txt"


ESCAPES = [
    pytest.param("cycler.__init__.__globals__.os.system('touch MARK')", id="globals"),
    pytest.param("''.__class__.__mro__[1].__subclasses__()", id="subclasses"),
    pytest.param("self._TemplateReference__context", id="context"),
    pytest.param("('{0.__class__.__init__}').format(cycler)", id="format"),
    pytest.param("'{0.__class__}'|attr('format')(cycler)", id="format-by-attr"),
    pytest.param("cycler|attr('__init__')", id="attr"),
    pytest.param("cookiecutter.update({'a': 1})", id="changes-values"),
    pytest.param("(cookiecutter.items().__iter__)", id="iterator"),
]


@pytest.mark.parametrize("expression", ESCAPES)
async def test_t03_an_expression_cannot_reach_python(
    renderer: Renderer, expression: str, mark: Path
) -> None:
    given = template({"a.txt": "1\n2 {{ " + expression.replace("MARK", str(mark)) + " }}\n"})
    error = await refused(renderer, given)
    assert error.rule in {"forbidden-expression", "undefined-variable"}
    assert (error.path, error.line) == (f"{TOP}/a.txt", 2)
    assert not got_out(mark)


@pytest.mark.parametrize("where", ["file", "name", "default", "folder"])
async def test_t03_it_cannot_anywhere(renderer: Renderer, where: str, mark: Path) -> None:
    """Files, names and defaults all go through the same sandbox."""
    code = "{{ cycler.__init__.__globals__.os.mkdir('MARK') }}"
    given = {
        "file": template({"a.txt": code.replace("MARK", str(mark))}),
        "name": template({code.replace("MARK", "mark"): "a"}),
        "folder": template({f"{code.replace('MARK', 'mark')}/a": "a"}),
        "default": template(variables={"x": code.replace("MARK", str(mark))}),
    }[where]
    assert (await refused(renderer, given)).rule == "forbidden-expression"
    assert not got_out(mark)


async def test_t03_the_environment_of_the_bot_is_not_there(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY", "tweet-391")
    given = template({"a.txt": "{{ cookiecutter }} {{ range }} {{ namespace }} {{ dict() }}"})
    rendered = await renderer.render(given, {})
    assert "tweet-391" not in texts(rendered)["a.txt"]


@pytest.mark.parametrize(
    "name",
    ["builtins.input", "sys.exit", "local_extensions.Boom", "jinja2.ext.do", "os.getcwd"],
)
async def test_t04_an_extension_needs_an_allowance(
    renderer: Renderer, name: str, mark: Path
) -> None:
    given = template(
        variables={"_extensions": [name]},
        beside={"local_extensions.py": f"open({str(mark)!r}, 'w')\nclass Boom: pass"},
    )
    error = await refused(renderer, given)
    assert (error.rule, error.path) == ("extension-not-allowed", "cookiecutter.json")
    assert name in error.message
    assert not got_out(mark)


async def test_t04_an_escaped_spelling_of_the_key_hides_nothing(sandboxed: Renderer) -> None:
    """The key is decoded inside; spelled in escapes it is granted nothing."""
    hidden = r'{"project_slug": "shop", "\u005fextensions": ["jinja2.ext.do"]}'
    given = template(beside={"cookiecutter.json": hidden})
    allowed = Allowed(extensions=("jinja2.ext.do",))
    assert (await refused(sandboxed, given, allowed=allowed)).rule == "extension-not-allowed"


@pytest.mark.parametrize("name", ["builtins.input", "sys.exit", "local_extensions.Boom"])
async def test_t04_an_allowed_extension_that_misbehaves_hurts_only_itself(
    sandboxed: Renderer, name: str, mark: Path
) -> None:
    """No prompt hangs, no exit ends the host, and a template's own module is not found."""
    given = template(
        variables={"_extensions": [name]},
        beside={"local_extensions.py": f"open({str(mark)!r}, 'w')\nclass Boom: pass"},
    )
    error = await refused(sandboxed, given, allowed=Allowed(extensions=(name,)))
    assert error.rule in {"extension-not-found", "crashed"}
    assert not got_out(mark)
    await still_works(sandboxed)


async def test_t04_an_allowed_extension_works(sandboxed: Renderer) -> None:
    given = template(
        {"a.txt": "{% do [] %}{{ cookiecutter.project_slug }}"},
        variables={"_extensions": ["jinja2.ext.do"]},
    )
    rendered = await sandboxed.render(given, {}, allowed=Allowed(extensions=("jinja2.ext.do",)))
    assert texts(rendered) == {"a.txt": "shop"}


async def test_t04_without_a_sandbox_an_allowance_is_not_enough(plain: Renderer) -> None:
    given = template(variables={"_extensions": ["jinja2.ext.do"]})
    error = await refused(plain, given, allowed=Allowed(extensions=("jinja2.ext.do",)))
    assert error.rule == "isolation-needed"
    assert "bubblewrap" in error.message


async def test_t05_other_delimiters_are_refused(renderer: Renderer) -> None:
    given = template(
        {"a.txt": "[[ 7*7 ]]"},
        variables={"_jinja2_env_vars": {"variable_start_string": "[["}},
    )
    error = await refused(renderer, given)
    assert (error.rule, error.variable) == ("forbidden-key", "variable_start_string")


async def test_t05_white_space_switches_are_allowed(renderer: Renderer) -> None:
    given = template(
        {"a.txt": "{% if true %}\nx\n{% endif %}\n"},
        variables={"_jinja2_env_vars": {"trim_blocks": True, "lstrip_blocks": True}},
    )
    assert texts(await renderer.render(given, {})) == {"a.txt": "x\n"}


@pytest.mark.parametrize("hook", ["pre_prompt.py", "pre_gen_project.sh", "post_gen_project.py"])
async def test_t06_a_hook_does_not_run_unasked(renderer: Renderer, hook: str, mark: Path) -> None:
    given = template(beside={f"hooks/{hook}": f"open({str(mark)!r}, 'w')"})
    error = await refused(renderer, given)
    assert (error.rule, error.path) == ("hook-not-allowed", f"hooks/{hook}")
    assert not got_out(mark)


async def test_t06_an_allowed_hook_changes_the_project_and_nothing_else(
    sandboxed: Renderer, mark: Path
) -> None:
    hook = f"""
import pathlib
pathlib.Path("made.txt").write_text("by hook")
pathlib.Path("a.txt").unlink()
try:
    open({str(mark)!r}, "w")
except OSError:
    pass
"""
    given = template({"a.txt": "a", "b.txt": "b"}, beside={"hooks/post_gen_project.py": hook})
    rendered = await sandboxed.render(given, {}, allowed=HOOKS)
    assert texts(rendered) == {"b.txt": "b", "made.txt": "by hook"}
    assert set(rendered.sources) == {"b.txt"}
    assert not got_out(mark)


async def test_t06_a_hook_that_fails_is_named(sandboxed: Renderer) -> None:
    given = template(beside={"hooks/pre_gen_project.py": "raise SystemExit(3)"})
    error = await refused(sandboxed, given, allowed=HOOKS)
    assert (error.rule, error.path) == ("hook-failed", "hooks/pre_gen_project.py")


async def test_t06_without_a_sandbox_an_allowance_is_not_enough(
    plain: Renderer, mark: Path
) -> None:
    given = template(beside={"hooks/pre_gen_project.py": f"open({str(mark)!r}, 'w')"})
    assert (await refused(plain, given, allowed=HOOKS)).rule == "isolation-needed"
    assert not got_out(mark)


async def test_t06_a_hook_cannot_run_for_ever_or_leave_something_running(
    sandboxed: Renderer,
) -> None:
    loop = "import os, time\nif os.fork() == 0: os.setsid()\nwhile True: time.sleep(1)"
    given = template(beside={"hooks/pre_gen_project.py": loop})
    started_s = time.monotonic()
    assert (await refused(sandboxed, given, allowed=HOOKS)).rule == "timeout"
    assert time.monotonic() - started_s < 20
    await still_works(sandboxed)


PASTED = {
    "hooks/pre_gen_project.py": 'x = "{{ cookiecutter.name }}"',
    "hooks/pre_gen_project.sh": "#!/bin/sh\necho '{{ cookiecutter.name }}'",
    "hooks/post_gen_project.sh": "#!/bin/sh\necho {{ cookiecutter.name | tojson }}",
}


@pytest.mark.parametrize("hook", PASTED)
@pytest.mark.parametrize("value", ['"; open("got", "w"); "', "$(touch got)", "'; touch got; '"])
async def test_t07_an_answer_does_not_become_code_of_a_hook(
    sandboxed: Renderer, hook: str, value: str
) -> None:
    given = template(variables={"name": "n"}, beside={hook: PASTED[hook]})
    error = await refused(sandboxed, given, {"name": value}, allowed=HOOKS)
    assert (error.rule, error.path) == ("unsafe-hook-value", hook)
    assert value not in error.message


async def test_t07_a_python_hook_reads_any_answer_through_tojson(sandboxed: Renderer) -> None:
    value = "\"; open('got', 'w'); \" \\ \n $(x)"
    hook = "import pathlib\npathlib.Path('n.txt').write_text({{ cookiecutter.name | tojson }})"
    given = template(variables={"name": "n"}, beside={"hooks/post_gen_project.py": hook})
    rendered = await sandboxed.render(given, {"name": value}, allowed=HOOKS)
    assert texts(rendered) == {"a.txt": "a", "n.txt": value}


@pytest.mark.parametrize("value", ["../x", "/x", "a/b", "..", ".", "a\\b", "", "a b", "\u202ex"])
async def test_t08_the_top_folder_is_a_slug(renderer: Renderer, value: str) -> None:
    error = await refused(renderer, template(), {"project_slug": value})
    assert (error.rule, error.path) == ("top-folder", TOP)


OUTSIDE = [
    pytest.param("../x", "path-outside", id="parent"),
    pytest.param("/etc/x", "path-outside", id="absolute"),
    pytest.param("a/../../x", "path-outside", id="inside-then-out"),
    pytest.param("a//b", "path-outside", id="empty-part"),
    pytest.param("a\\b", "path-outside", id="backslash"),
    pytest.param("a\x07", "odd-name", id="control"),
    pytest.param("a\u202etxt.exe", "odd-name", id="bidirectional"),
    pytest.param("a\u200bb", "odd-name", id="zero-width"),
    pytest.param("x" * 256, "odd-name", id="too-long"),
    pytest.param("ä" * 128, "odd-name", id="too-long-in-bytes"),
    pytest.param("/".join("abcdefghijklmnopqrstuvwxyz"), "too-deep", id="deep"),
    pytest.param("a/b", "folder-by-answer", id="another-folder"),
]


@pytest.mark.parametrize("place", ["{{cookiecutter.name}}", "{{cookiecutter.name}}/in.txt"])
@pytest.mark.parametrize(("value", "rule"), OUTSIDE)
async def test_t08_an_answer_cannot_lead_out_of_its_folder(
    plain: Renderer, tmp_path: Path, place: str, value: str, rule: str
) -> None:
    given = template({place: "a"}, variables={"name": "n"})
    error = await refused(plain, given, {"name": value})
    assert error.rule == rule
    assert error.path is not None
    assert error.path.startswith(f"{TOP}/{{{{cookiecutter.name}}}}")


@pytest.mark.parametrize(
    "expression",
    ["{{ ['.', '.'] | join }}", "{{ '.' * 2 }}", "{{ '.%s' % '.' }}", "{{ '\u202e' }}x"],
)
async def test_t08_nor_can_a_template_alone(renderer: Renderer, expression: str) -> None:
    given = template({f"{expression}/x": "a"})
    assert (await refused(renderer, given)).rule in {"path-outside", "odd-name", "collision"}


async def test_t08_a_template_may_make_folders_of_a_dotted_name(renderer: Renderer) -> None:
    """Source folders of JVM languages follow the package; only the template can say so."""
    given = template(
        {"src/{{cookiecutter.folder}}/A.java": "package {{ cookiecutter.package }};"},
        variables={"package": "a", "folder": "{{ cookiecutter.package.replace('.', '/') }}"},
    )
    rendered = await renderer.render(given, {"package": "org.acme.shop"})
    assert texts(rendered) == {"src/org/acme/shop/A.java": "package org.acme.shop;"}
    error = await refused(renderer, given, {"package": "org.acme/github"})
    assert error.rule == "folder-by-answer"


async def test_t08_a_slash_in_an_answer_that_names_nothing_is_fine(renderer: Renderer) -> None:
    given = template({"a.txt": "{{ cookiecutter.about }}"}, variables={"about": "x"})
    assert texts(await renderer.render(given, {"about": "and/or"})) == {"a.txt": "and/or"}


async def test_t09_a_copied_folder_replaces_nothing_outside(
    renderer: Renderer, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "precious.txt").write_text("precious")
    given = template(
        {"{{cookiecutter.where}}/a.txt": "gone"},
        variables={
            "where": "../" * 12 + str(victim)[1:],
            "_copy_without_render": ["{{cookiecutter.where}}"],
        },
    )
    assert (await refused(renderer, given)).rule in {"path-outside", "too-deep"}
    assert (victim / "precious.txt").read_text() == "precious"


@pytest.mark.parametrize(
    "make",
    [
        "os.symlink('/etc/passwd', 'link')",
        "os.symlink('..', 'folder')",
        "os.link('a.txt', 'hard')",
        "os.mkfifo('pipe')",
    ],
)
async def test_t10_links_and_special_files_do_not_come_out(sandboxed: Renderer, make: str) -> None:
    given = template(beside={"hooks/post_gen_project.py": f"import os\n{make}"})
    assert (await refused(sandboxed, given, allowed=HOOKS)).rule == "symlink"


@pytest.mark.parametrize("name", ["../cookiecutter.json", "/etc/passwd", "../../../etc/passwd"])
@pytest.mark.parametrize("tag", ["include", "import", "extends"])
async def test_t11_includes_stay_in_the_template(renderer: Renderer, name: str, tag: str) -> None:
    suffix = " as x" if tag == "import" else ""
    given = template({"a.txt": "\n{% " + tag + f" '{name}'{suffix} %}}"})
    error = await refused(renderer, given)
    assert (error.rule, error.path, error.line) == ("include-not-found", f"{TOP}/a.txt", 2)


async def test_t11_shared_parts_beside_the_top_folder_work(renderer: Renderer) -> None:
    given = template({"a.txt": "{% include 'part.txt' %}"}, beside={"templates/part.txt": "part"})
    assert texts(await renderer.render(given, {})) == {"a.txt": "part"}


@pytest.mark.parametrize(
    ("key", "value"),
    [("template", ["x (../other)"]), ("templates", {"x": {"path": "../other"}})],
)
async def test_t12_a_template_does_not_point_to_another(
    renderer: Renderer, key: str, value: object
) -> None:
    error = await refused(renderer, template(variables={key: value}))
    assert (error.rule, error.variable, error.path) == ("forbidden-key", key, "cookiecutter.json")


@pytest.mark.parametrize("key", ["gh:acme/x", "https://example.test/x.zip", "../x", "", "a/b"])
async def test_t13_an_address_is_no_template(key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        Template(key, ())


@contextlib.contextmanager
def unchanged(folder: Path) -> Iterator[None]:
    def everything() -> dict[str, bytes]:
        return {str(f): f.read_bytes() for f in folder.rglob("*") if f.is_file()}

    before = everything()
    yield
    assert everything() == before


async def test_t14_settings_of_a_user_change_nothing_and_nothing_is_replayed(
    renderer: Renderer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".cookiecutterrc").write_text("default_context: {project_slug: hijacked}\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COOKIECUTTER_CONFIG", str(tmp_path / ".cookiecutterrc"))
    with unchanged(tmp_path):
        await still_works(renderer)


async def test_t14_the_home_of_a_render_is_empty(sandboxed: Renderer) -> None:
    hook = (
        "import os\n"
        "listed = os.listdir(os.environ['HOME'])\n"
        "open('home.txt', 'w').write(str(listed))"
    )
    given = template(beside={"hooks/post_gen_project.py": hook})
    rendered = await sandboxed.render(given, {}, allowed=HOOKS)
    assert texts(rendered)["home.txt"] == "[]"


LEAKS = [
    pytest.param("{{ nowhere }}", id="undefined"),
    pytest.param("{{ cookiecutter[cookiecutter.secret] }}", id="undefined-named-by-the-answer"),
    pytest.param("{{ {}[cookiecutter.secret] }}", id="key"),
    pytest.param("{{ cookiecutter.secret + 1 }}", id="type"),
    pytest.param("{{ cookiecutter.secret.index('zz') }}", id="value"),
    pytest.param("{% include cookiecutter.secret %}", id="include"),
    pytest.param("{{ cookiecutter.secret.x.y }}", id="attribute"),
    pytest.param("{{ cookiecutter.secret.__class__ }}", id="refused"),
]


@pytest.mark.parametrize("text", LEAKS)
async def test_t15_a_message_holds_no_answer_and_no_path_of_the_machine(
    renderer: Renderer, text: str
) -> None:
    given = template({"a.txt": f"1\n2\n{text}"}, variables={"secret": "s"})
    error = await refused(renderer, given, {"secret": "canary_7391"})
    everything = "".join(traceback.format_exception(error)) + repr(vars(error))
    shown = error.message + repr(vars(error))
    assert "canary_7391" not in everything
    assert (error.path, error.line) == (f"{TOP}/a.txt", 3)
    assert "/tmp" not in shown  # looked for, not used
    assert "site" not in shown


LOOPS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
GROWING = (
    "{% set n = namespace(x=START) %}"
    "{% for i in range(60) %}{% set n.x = n.x OPERATOR n.x %}{% endfor %}"
)
HUNGRY = [
    pytest.param(LOOPS, id="loops"),
    pytest.param("{{ ('a' * 40 + '!') | slugify(regex_pattern='(a+)+$') }}", id="pattern"),
    pytest.param("{{ 'x' * 3000000000 }}", id="repetition"),
    pytest.param("{{ [0] * 3000000000 }}", id="list"),
    pytest.param("{{ 10 ** 10 ** 9 }}", id="power"),
    pytest.param(GROWING.replace("START", "3").replace("OPERATOR", "*"), id="squares"),
    pytest.param(GROWING.replace("START", "'xx'").replace("OPERATOR", "~"), id="doubling"),
    pytest.param("{{ '%3000000000d' % 1 }}", id="format"),
    pytest.param("{{ 'x' | center(3000000000) }}", id="center"),
    pytest.param("{% for a in range(90000) %}{{ 'x' * 1000 }}{% endfor %}", id="output"),
    pytest.param("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", id="recursion"),
    pytest.param("{{ (" * 3 + "1" + ") }}", id="syntax"),
    pytest.param("{{ " + "(" * 9000 + "1" + ")" * 9000 + " }}", id="nesting"),
    pytest.param("{{ " + "-" * 50000 + "1 }}", id="signs"),
]


@pytest.mark.parametrize("text", HUNGRY)
async def test_t16_a_greedy_template_ends_soon_and_the_next_one_works(
    renderer: Renderer, text: str
) -> None:
    started_s = time.monotonic()
    error = await refused(renderer, template({"a.txt": text}))
    assert error.rule in {
        "timeout", "memory", "forbidden-expression", "too-large", "too-deep", "syntax", "crashed",
        "failed-expression",
    }  # fmt: skip
    assert time.monotonic() - started_s < 30
    await still_works(renderer)


def nested_json(levels: int) -> str:
    return '{"project_slug": "x", "d": ' + '{"a":' * levels + "1" + "}" * levels + "}"


GREEDY_SHAPES = [
    pytest.param(template({f"{i}.txt": "x" for i in range(5_001)}), "too-many-files", id="files"),
    pytest.param(template({"a": b"x" * 20_000_001}), "too-large", id="bytes"),
    pytest.param(template({"/".join("x" * 20): "a"}), "too-deep", id="depth"),
    pytest.param(
        template(variables={f"v{i}": "x" for i in range(201)}), "too-many-variables", id="variables"
    ),
    pytest.param(
        template(variables={f"v{i}": "x" for i in range(60_000)}), "too-large", id="json-bytes"
    ),
    pytest.param(
        template(beside={"cookiecutter.json": nested_json(21)}), "too-deep", id="json-depth"
    ),
    pytest.param(
        template(beside={"cookiecutter.json": nested_json(9_000)}), "too-deep", id="json-recursion"
    ),
]


@pytest.mark.parametrize(("given", "rule"), GREEDY_SHAPES)
async def test_t16_a_template_keeps_the_limits(plain: Renderer, given: Template, rule: str) -> None:
    assert (await refused(plain, given)).rule == rule
    await still_works(plain)


async def test_t16_answers_keep_the_limits(plain: Renderer) -> None:
    given = template(variables={"name": "n", "map": {}})
    assert (await refused(plain, given, {"name": "x" * 100_001})).rule == "too-large"
    deep: dict[str, Any] = {}
    for _ in range(5_000):
        deep = {"a": deep}
    assert (await refused(plain, given, {"map": deep})).rule == "too-deep"
    assert (await refused(plain, given, {"name": "\ud800"})).rule == "wrong-type"


async def test_t16_the_children_of_a_hook_end_with_it(sandboxed: Renderer) -> None:
    """Sixty-four at a time where the bot is not root, and none afterwards."""
    hook = """
import os, pathlib, time
made = 0
try:
    for made in range(300):
        if os.fork() == 0:
            time.sleep(600)
            os._exit(0)
except OSError:
    pass
pathlib.Path("made.txt").write_text(str(made))
"""
    given = template(beside={"hooks/post_gen_project.py": hook})
    rendered = await sandboxed.render(given, {}, allowed=HOOKS)
    unlimited = bool(sandboxed.isolation.note)
    assert int(texts(rendered)["made.txt"]) <= (299 if unlimited else 64)
    await still_works(sandboxed)


async def test_t16_the_event_loop_goes_on_meanwhile(renderer: Renderer) -> None:
    """Webhooks are answered while a template burns its time."""
    longest_s = 0.0

    async def feel_the_pulse() -> None:
        nonlocal longest_s
        while True:
            before_s = time.monotonic()
            await asyncio.sleep(0)
            longest_s = max(longest_s, time.monotonic() - before_s)
            await asyncio.sleep(0.01)

    pulse = asyncio.create_task(feel_the_pulse())
    assert (await refused(renderer, template({"a.txt": LOOPS}))).rule == "timeout"
    pulse.cancel()
    assert longest_s < 0.5


REACH = """
import json, os, pathlib, resource, socket

def attempt(do):
    try:
        return str(do())
    except Exception as error:
        return type(error).__name__

def write(path, size=1):
    return pathlib.Path(path).write_bytes(b"x" * size)

found = {
    "canary": attempt(lambda: pathlib.Path("CANARY").read_text()),
    "root": sorted(os.listdir("/")),
    "environment": sorted(os.environ),
    "uid": os.getuid(),
    "pid": os.getpid(),
    "proc": os.path.exists("/proc/1"),
    "network": attempt(lambda: socket.create_connection(("127.0.0.1", PORT), 2)),
    "interfaces": [name for _, name in socket.if_nameindex()],
    "hostname": socket.gethostname(),
    "descriptors": [i for i in range(3, 256) if attempt(lambda: os.fstat(i)) != "OSError"],
    "write": {p: attempt(lambda: write(p + "/x")) for p in
              ("/", "/usr/bin", "/dev", "/dev/shm", "/code/inside", "/site0", "/home")},
    "big_file": attempt(lambda: write("/tmp/big", 60_000_000)),
    "memory": attempt(lambda: len(bytearray(2_000_000_000))),
    "namespaces": attempt(lambda: os.unshare(0x10000000)) if hasattr(os, "unshare") else "OSError",
    "setuid": attempt(lambda: os.setuid(0)),
    "mount": os.system("mount -t tmpfs none /tmp 2>/dev/null") != 0,
    "userns": os.system("unshare -U true 2>/dev/null") != 0,
}
pathlib.Path("reach.json").write_text(json.dumps(found))
"""


async def test_t17_a_hook_in_the_sandbox_reaches_nothing(
    sandboxed: Renderer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file of the host, no network, no secret, no other process, and bounded means."""
    canary = tmp_path / "canary"
    canary.write_text("tweet-391")
    monkeypatch.setenv("PRIVATE_KEY", "tweet-391")
    server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    hook = REACH.replace("CANARY", str(canary)).replace("PORT", str(port))
    given = template(beside={"hooks/post_gen_project.py": hook})
    async with server:
        rendered = await sandboxed.render(given, {}, allowed=HOOKS)
    text = texts(rendered)["reach.json"]
    found = json.loads(text)
    assert "tweet-391" not in text
    assert found["canary"] == "FileNotFoundError"
    assert set(found["root"]) <= {
        "bin", "code", "dev", "lib", "lib64", "libexec", "python", "sbin", "site0", "site1",
        "site2", "tmp", "usr", "lib32",
    }  # fmt: skip
    assert set(found["environment"]) <= {
        "HOME", "PATH", "LANG", "LC_CTYPE", "TMPDIR", "PWD", "LD_LIBRARY_PATH"
    }  # fmt: skip
    assert found["uid"] == 65_534
    assert found["pid"] < 20
    assert not found["proc"]
    assert found["network"] == "ConnectionRefusedError" or "OSError" in found["network"]
    assert found["interfaces"] == ["lo"]
    assert found["hostname"] == "render"
    assert found["descriptors"] == []
    assert set(found["write"].values()) <= {"OSError", "FileNotFoundError", "PermissionError"}
    assert found["big_file"] == "OSError"
    assert found["memory"] == "MemoryError"
    assert found["setuid"] in {"PermissionError", "OSError"}
    assert found["mount"]
    assert found["userns"]


@pytest.mark.parametrize("name", [".git", ".GIT", ".Git", "git~1", ".git.", ".gi\u200ct"])
async def test_t18_nothing_is_named_git(renderer: Renderer, name: str) -> None:
    """`git add` in such a folder would obey its configuration and run its hooks."""
    given = template({"{{cookiecutter._g}}/config": "[core]"}, variables={"_g": name})
    assert (await refused(renderer, given)).rule in {"git-name", "odd-name"}


async def test_t18_nor_in_a_template(renderer: Renderer) -> None:
    assert (await refused(renderer, template({".git/config": "x"}))).rule == "git-name"
    rendered = await renderer.render(template({".github/x.yml": "x", ".gitignore": "y"}), {})
    assert set(texts(rendered)) == {".github/x.yml", ".gitignore"}


async def test_t19_what_is_given_is_what_is_used(renderer: Renderer) -> None:
    """Other files under a key that was rendered before are not mistaken for the old ones."""
    first = template({"a.txt": "one"}, key="same")
    second = template({"a.txt": "two"}, key="same")
    assert texts(await renderer.render(first, {})) == {"a.txt": "one"}
    assert texts(await renderer.render(second, {})) == {"a.txt": "two"}


@pytest.mark.parametrize(
    "line",
    ["hooks/ export-ignore", "*.py export-subst", "*.bin filter=lfs diff=lfs", "a\tfilter=x"],
)
async def test_t19_attributes_that_hide_files_or_run_filters_are_refused(
    renderer: Renderer, line: str
) -> None:
    error = await refused(renderer, template(beside={".gitattributes": f"# x\n{line}\n"}))
    assert (error.rule, error.path) == ("git-attributes", ".gitattributes")
    by_name = template({".{{cookiecutter._g}}": line}, variables={"_g": "gitattributes"})
    assert (await refused(renderer, by_name)).rule == "git-attributes"
    fine = template({".gitattributes": "*.sh text eol=lf\n"})
    assert texts(await renderer.render(fine, {})) == {".gitattributes": "*.sh text eol=lf\n"}


@pytest.mark.parametrize("name", [".gitmodules", ".lfsconfig", "sub/.GitModules"])
async def test_t20_submodules_and_lfs_servers_are_refused(renderer: Renderer, name: str) -> None:
    assert (await refused(renderer, template({name: "x"}))).rule == "git-name"
    by_value = template({"{{cookiecutter._g}}": "x"}, variables={"_g": name.rpartition("/")[2]})
    assert (await refused(renderer, by_value)).rule == "git-name"


async def test_t21_modes_are_plain_or_executable(sandboxed: Renderer) -> None:
    hook = "import os\nos.chmod('a.txt', 0o6777)\nos.chmod('b.sh', 0o600)"
    given = template(
        {"a.txt": "a", "b.sh": "b", "c.sh": "c"},
        beside={"hooks/post_gen_project.py": hook},
        executable=frozenset({"b.sh", "c.sh"}),
    )
    rendered = await sandboxed.render(given, {}, allowed=HOOKS)
    modes = {file.path: file.executable for file in rendered.files}
    assert modes == {"a.txt": True, "b.sh": False, "c.sh": True}


@pytest.mark.parametrize("name", ["CON", "nul.txt", "aux", "COM1.log", "trail.", "trail "])
async def test_t21_names_that_other_systems_cannot_hold_are_refused(
    renderer: Renderer, name: str
) -> None:
    given = template({"{{cookiecutter.name}}": "a"}, variables={"name": "n"})
    assert (await refused(renderer, given, {"name": name})).rule == "odd-name"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param("README.md", "readme.md", id="case"),
        pytest.param("Docs/a", "docs/b", id="case-of-a-folder"),
        pytest.param("caf\u00e9", "cafe\u0301", id="composition"),
        pytest.param("stra\u00dfe", "STRASSE", id="folding"),
        pytest.param("same", "same", id="equal"),
        pytest.param("a", "a/b", id="file-and-folder"),
    ],
)
async def test_t21_two_files_for_one_name_are_refused(
    renderer: Renderer, one: str, two: str
) -> None:
    literal = {one: "1", two: "2"}
    if len(literal) == 2:
        assert (await refused(renderer, template(literal))).rule == "collision"
    rendered = {"{{cookiecutter._one}}": "1", "{{cookiecutter._two}}": "2"}
    by_value = template(rendered, variables={"_one": one, "_two": two})
    assert (await refused(renderer, by_value)).rule == "collision"


async def test_t21_a_template_has_one_top_folder(renderer: Renderer) -> None:
    two = template(beside={"{{cookiecutter.project_slug}}-docs/a.txt": "a"})
    assert (await refused(renderer, two)).rule == "top-folder"
    none = Template("k", (TemplateFile("cookiecutter.json", b"{}"), TemplateFile("x/a", b"")))
    assert (await refused(renderer, none)).rule == "top-folder"


async def test_t21_text_in_another_encoding_is_named(renderer: Renderer) -> None:
    latin = "Grüße, {{ cookiecutter.project_slug }}! ".encode("latin-1") * 20
    given = template({"ok.txt": "ok", "z.txt": latin})
    error = await refused(renderer, given)
    assert (error.rule, error.path) == ("not-utf8", f"{TOP}/z.txt")


async def test_v3_a_value_as_json_has_no_escapes_that_only_json_knows(renderer: Renderer) -> None:
    """``tojson`` writes YAML and TOML too, which know no halves of characters."""
    given = template({"a.yml": "{{ cookiecutter.x | tojson }}"}, variables={"x": ""})
    assert texts(await renderer.render(given, {"x": 'é 😀 <"'}))["a.yml"] == '"é 😀 \\u003c\\""'


async def test_t21_short_binaries_come_out_as_they_are(renderer: Renderer) -> None:
    files = {"a.bin": b"\x00{{ 1+1 }}", "b.dat": b"ab\x00\r\n", "c.png": b"\x89PNG\r\n\x1a\n{{"}
    rendered = await renderer.render(template(files), {})
    assert {file.path: file.content for file in rendered.files} == files


@pytest.mark.parametrize(
    "expression",
    ["github.sha", "secrets.TOKEN", "github.a && 'b' || 'c'", "hashFiles('**/x')", "matrix.os"],
)
async def test_t22_an_actions_expression_outside_raw_is_explained(
    renderer: Renderer, expression: str
) -> None:
    """The message shows the block to write, with the person's own expression in it."""
    line = "${{ " + expression + " }}"
    given = template({".github/workflows/ci.yml": f"on: push\nsha: {line}\n"})
    error = await refused(renderer, given)
    assert (error.rule, error.line) == ("raw-needed", 2)
    assert error.path == f"{TOP}/.github/workflows/ci.yml"
    assert "{% raw %}" + line + "{% endraw %}" in error.message


async def test_t22_inside_raw_it_comes_through(renderer: Renderer) -> None:
    given = template({"ci.yml": "{% raw %}${{ github.sha }}{% endraw %}"})
    assert texts(await renderer.render(given, {})) == {"ci.yml": "${{ github.sha }}"}


async def test_the_defaults_are_the_limits_that_were_promised() -> None:
    """5,000 files, 20 MB in, 50 MB out, 20 deep, 200 variables, 100 kB of JSON, 20 s, 1 GB."""
    limits = Limits()
    assert (limits.files, limits.in_bytes, limits.out_bytes) == (5_000, 20_000_000, 50_000_000)
    assert (limits.depth, limits.variables, limits.json_bytes) == (20, 200, 100_000)
    assert (limits.wall_s, limits.cpu_s, limits.memory_bytes) == (20.0, 10, 1 << 30)
