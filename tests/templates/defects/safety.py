"""What reaches out of a template, or lets an answer do so."""

from tests.templates.checking import TOP
from tests.templates.defects.defect import CI, FREE_TITLE, VARIABLES, Defect, add, both, edit

SAFETY = [
    Defect(
        "other-folders",
        edit(VARIABLES, "{\n", '{\n  "templates": {"a": "b"},\n'),
        "forbidden-key",
        VARIABLES,
        '"templates"',
    ),
    Defect(
        "delimiters",
        edit(VARIABLES, "{\n", '{\n  "_jinja2_env_vars": {"variable_start_string": "[["},\n'),
        "forbidden-key",
        VARIABLES,
        "_jinja2_env_vars",
    ),
    Defect(
        "extension",
        edit(VARIABLES, "{\n", '{\n  "_extensions": ["local.Evil"],\n'),
        "extension-not-allowed",
        VARIABLES,
        "local.Evil",
    ),
    Defect(
        "hook",
        add("hooks/post_gen_project.py", "print(1)\n"),
        "hook-not-allowed",
        "hooks/post_gen_project.py",
    ),
    Defect("git-folder", add(f"{TOP}/.git/config", ""), "git-name", f"{TOP}/.git/config"),
    Defect("submodules", add(".gitmodules", ""), "git-name", ".gitmodules"),
    Defect(
        "hidden-from-archives",
        add(f"{TOP}/.gitattributes", "* text=auto\nx export-ignore\n"),
        "git-attributes",
        f"{TOP}/.gitattributes",
        "export-ignore",
    ),
    Defect("case", add(f"{TOP}/RUN.sh", ""), "collision", f"{TOP}/RUN.sh"),
    Defect(
        "free-text-in-a-workflow",
        both(
            FREE_TITLE,
            edit(CI, 'RUNTIME: "{{ cookiecutter.runtime }}"', "T: {{ cookiecutter.title }}"),
        ),
        "free-text",
        CI,
        "T: {{ cookiecutter.title",
        more=frozenset({"answer-breaks-file", "answer-changes-type"}),
    ),
    Defect(
        "free-text-in-a-workflow-by-a-macro",
        both(
            add(
                "templates/parts/m.yml",
                "{% macro m(c) %}\n          T: {{ c.description }}{% endmacro %}",
            ),
            edit(CI, "name: CI\n", "{% from 'parts/m.yml' import m %}\nname: CI\n"),
            edit(CI, '          RUNTIME: "{{ cookiecutter.runtime }}"', "{{- m(cookiecutter) }}"),
        ),
        "free-text",
        "templates/parts/m.yml",
        "T: {{ c.description",
        more=frozenset({"answer-breaks-file", "answer-changes-type"}),
    ),
]
