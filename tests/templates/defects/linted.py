"""What foreign linters find."""

from tests.templates.checking import TOP
from tests.templates.defects.defect import CI, MAIN, Defect, add, edit, in_file

LINTED = [
    Defect(
        "script",
        edit(f"{TOP}/run.sh", 'echo "in a container"', "cd $1\necho ok"),
        "shellcheck-SC2086",
        f"{TOP}/run.sh",
        "cd $1",
        more=frozenset({"shellcheck-SC2164"}),
        linted=True,
    ),
    Defect(
        "workflow-with-all-rights",
        edit(CI, "permissions: {}", "permissions: write-all"),
        "zizmor-excessive-permissions",
        CI,
        "write-all",
        linted=True,
    ),
    Defect(
        "action-not-pinned",
        edit(CI, "checkout@3d3c42e5aac5ba805825da76410c181273ba90b1", "checkout@v7"),
        "zizmor-unpinned-uses",
        CI,
        "checkout@v7",
        linted=True,
    ),
    Defect(
        "secret-in-a-hook-nobody-runs",
        add("notes.md", "1\nAWS_KEY = AKIA" + "2E0A8F3B244C9986\n"),
        "detect-secrets-aws-access-key",
        "notes.md",
        "AKIA",
        linted=True,
    ),
    in_file(
        "a.txt",
        "{% if cookiecutter.docker %}\nkey = {{ 'AKIA' }}" + "2E0A8F3B244C9986\n{% endif %}",
        "detect-secrets-aws-access-key",
        "key =",
        id="secret-put-together",
        linted=True,
    ),
    Defect(
        "program-run-by-terraform",
        edit(
            MAIN,
            '  bucket_prefix = "ledger"\n',
            '  bucket_prefix = "ledger"\n\n  provisioner "local-exec" {\n    command = "id"\n  }\n',
        ),
        "terraform-local-exec",
        MAIN,
        "local-exec",
        linted=True,
    ),
]
