"""Files that are missing, in the way, or named by an answer."""

from tests.templates.checking import TOP
from tests.templates.defects.defect import CI, MANIFEST, Defect, add, both, edit, remove

FOLDERS = [
    Defect("two-tops", add("{{cookiecutter.team}}/x", ""), "top-folder", "."),
    Defect("no-readme", remove(f"{TOP}/README.md"), "readme", TOP),
    Defect(
        "no-ci",
        both(remove(CI), remove(f"{TOP}/.github/workflows/release.yml")),
        "ci-workflow",
        TOP,
    ),
    Defect(
        "ci-with-one-option-only",
        both(
            remove(f"{TOP}/.github/workflows/release.yml"),
            lambda texts: texts.update(
                {
                    f"{TOP}/.github/workflows/"
                    "{% if cookiecutter.docker %}ci.yml{% endif %}": texts.pop(CI)
                }
            ),
        ),
        "ci-workflow",
        f"{TOP}/.github/workflows/{{% if cookiecutter.docker %}}ci.yml{{% endif %}}",
        says="It happens with Docker: not ticked.",
    ),
    Defect(
        "name-left-empty",
        add(f"{TOP}/src/{{{{cookiecutter.extra_module}}}}.py", "x = 1\n"),
        "empty-name",
        f"{TOP}/src/{{{{cookiecutter.extra_module}}}}.py",
        says="becomes `.py`",
    ),
    Defect(
        "file-lost",
        add(f"{TOP}/{{{{cookiecutter.extra_module}}}}", "x = 1\n"),
        "empty-name",
        f"{TOP}/{{{{cookiecutter.extra_module}}}}",
        says="left out",
    ),
    Defect(
        "collision-by-option",
        both(
            add(f"{TOP}/postgres.txt", ""),
            add(f"{TOP}/{{{{cookiecutter.store}}}}.txt", ""),
        ),
        "collision",
        f"{TOP}/{{{{cookiecutter.store}}}}.txt",
    ),
    Defect(
        "collision-by-the-second-option",
        both(add(f"{TOP}/Memory.txt", ""), add(f"{TOP}/{{{{cookiecutter.store}}}}.txt", "")),
        "collision",
        f"{TOP}/{{{{cookiecutter.store}}}}.txt",
        says="It happens with Store: memory.",
    ),
    Defect(
        "name-undefined",
        add(f"{TOP}/{{{{cookiecutter.nope}}}}.txt", ""),
        "undefined-variable",
        f"{TOP}/{{{{cookiecutter.nope}}}}.txt",
    ),
    Defect(
        "name-of-a-free-answer",
        both(
            edit(MANIFEST, "pattern: '[A-Za-z][A-Za-z ]*'", "pattern: '[A-Za-z /]+'"),
            add(f"{TOP}/{{{{cookiecutter.title}}}}.txt", ""),
        ),
        "folder-by-answer",
        f"{TOP}/{{{{cookiecutter.title}}}}.txt",
        says="give `title` a `pattern`",
    ),
    Defect(
        "name-too-long",
        both(
            edit(
                MANIFEST,
                "    pattern: '[a-z][a-z_]*'\n    max: 40\n    required: false",
                "    pattern: '[a-z][a-z_]*'\n    max: 200\n    required: false",
            ),
            add(f"{TOP}/x{'y' * 100}{{{{cookiecutter.extra_module}}}}.txt", ""),
        ),
        "odd-name",
        f"{TOP}/x{'y' * 100}{{{{cookiecutter.extra_module}}}}.txt",
        says="an answer of 200 characters to Extra module",
        more=frozenset({"empty-name"}),
    ),
]
