"""What stops a render."""

from tests.templates.defects.defect import CI, LOOPS, Defect, edit, in_file

RENDERING = [
    in_file(
        "a.txt",
        "1\n2 {{ cookiecutter.titel }}\n",
        "undefined-variable",
        "2 {{",
        id="undefined",
        says="`cookiecutter.titel` is not defined.",
    ),
    in_file(
        "a.txt",
        "1\n{% if cookiecutter.runtime == '25' %}\n{{ cookiecutter.nope }}\n{% endif %}\n",
        "undefined-variable",
        "nope",
        id="undefined-with-one-option",
        says="It happens with Runtime: 25.",
    ),
    in_file(
        "a.txt",
        "{% if cookiecutter.runtime == '25' and cookiecutter.store == 'memory' %}\n"
        "{{ cookiecutter.nope }}\n{% endif %}\n",
        "undefined-variable",
        "nope",
        id="undefined-with-two-options",
        says="Runtime: 25 and Store: memory",
    ),
    in_file(
        "a.txt",
        "{% if cookiecutter.runtime == '8' %}\n{{ cookiecutter.nope }}\n{% endif %}\n",
        "undefined-variable",
        "nope",
        id="undefined-where-no-answer-leads",
        says="No answer that was tried leads there.",
    ),
    in_file("a.txt", "1\n{{ project_slug }}\n", "undefined-variable", "{{", id="undefined-bare"),
    in_file("a.txt", "1\n{% if true %}\n2\n", "syntax", "{% if", id="if-not-closed"),
    in_file("a.txt", "1\n{{ cookiecutter.title | uper }}\n", "syntax", "uper", id="filter"),
    Defect(
        "actions-expression",
        edit(CI, "{% raw %}${{ github.ref_name }}{% endraw %}", "${{ github.ref_name }}"),
        "raw-needed",
        CI,
        "REF:",
    ),
    in_file("a.txt", "1\n{{ uuid4() }}\n", "not-repeatable", "uuid4", id="not-repeatable"),
    in_file(
        "a.txt", "{{ cookiecutter.title.__class__ }}\n", "forbidden-expression", id="forbidden"
    ),
    in_file("a.txt", "\n{% include 'no.txt' %}\n", "include-not-found", "no.txt", id="include"),
    in_file("a.txt", "1\n2\nGrüße\n".encode("latin-1"), "not-utf8", "Gr", id="file-in-latin-1"),
    in_file(
        "a.txt",
        "1\n{{ 1 // (1 if cookiecutter.docker else 0) }}\n",
        "failed-expression",
        "//",
        id="fails-with-one-option",
        says="It happens with Docker: not ticked.",
    ),
    in_file(
        "a.txt",
        "1\n{{ cookiecutter.title.split(' ')[0][5] }}\n",
        "undefined-variable",
        "split",
        id="fails-with-an-odd-answer",
        says="to Title such as `a`",
    ),
    in_file("a.txt", f"1\n2\n{LOOPS}\n3\n", "timeout", "range", id="endless-loop"),
    in_file(
        "b/c.txt",
        "{{ a }}",
        "undefined-variable",
        id="second-of-two-files",
        more=frozenset({"syntax"}),
    ),
]
