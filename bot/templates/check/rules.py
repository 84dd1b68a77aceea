"""Every rule that a template is checked by: how bad breaking it is, what it means, how to mend it.

``docs/template-checks.md`` shows this table. Ids are stable: people's scripts and the
check run on a pull request name them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from bot.problems import Problem, Severity

Weight = Literal["error", "warning", "error or warning"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """``id`` of a family ends in ``-…``: a foreign program's own names for its rules follow."""

    id: str
    weight: Weight = "error"
    means: str
    mend: str


def _rule(id_: str, means: str, mend: str, weight: Weight = "error") -> Rule:
    return Rule(id=id_, weight=weight, means=means, mend=mend)


_TWO_FILES: Final = (
    _rule(
        "missing-file",
        "`template.yml` or `cookiecutter.json` is not in the folder.",
        "Add it; both lie directly in the template's folder.",
    ),
    _rule(
        "encoding",
        "The file is not UTF-8.",
        "Save it as UTF-8.",
    ),
    _rule(
        "byte-order-mark",
        "The file begins with a byte order mark, which cookiecutter does not read.",
        "Save it as UTF-8 without one.",
    ),
    _rule("empty", "The file says nothing.", "Write what belongs into it."),
    _rule(
        "unknown-key",
        "The key is none of those that the file has.",
        "Mend its spelling, or remove it.",
    ),
    _rule("missing-key", "A key that must be there is not.", "Add it."),
    _rule(
        "type",
        "A value is of the wrong kind: a number where text belongs, for example.",
        "Write what the message asks for; quotes make text of a number.",
    ),
    _rule("choice", "A value is none of those allowed.", "Choose one that the message lists."),
    _rule(
        "pattern",
        "A value does not look as it must, or a `pattern` of yours cannot be read.",
        "Write it as the message says.",
    ),
    _rule(
        "bounds",
        "There is too much or too little of something, or `min` is larger than `max`.",
        "Keep to the numbers in the message.",
    ),
    _rule(
        "text",
        "A text that people read holds a character that cannot be seen.",
        "Type it again instead of pasting it.",
    ),
    _rule(
        "id-is-folder",
        "`id` is not the name of the template's folder.",
        "Rename one of them.",
    ),
    _rule(
        "settings",
        "What `settings` says is outside what a project's settings may be, or its defaults do not "
        "go together.",
        "Keep to the ranges in the message; `docs/settings.md` lists them all.",
    ),
    _rule(
        "owner-unknown",
        "`owner` is no team of `organization.yml`, so nobody answers for the template.",
        "Write the slug of a team that is listed there.",
    ),
    _rule("comment", "JSON has no comments.", "Remove it."),
    _rule(
        "via",
        "Who deploys is said of what is deployed nowhere, or for an option that there is not.",
        "Name the clouds in `deploy`, or remove `via` and `via_deployment`.",
    ),
    _rule("anchor", "Anchors, aliases and merge keys are not used here.", "Write it out."),
    _rule("tag", "Tags such as `!!str` are not used here.", "Remove it; quotes make text."),
    _rule("key", "A key is not plain text.", "Write it as plain text."),
    _rule(
        "number",
        "A number is written in a way that people do not mean in such a file.",
        "Put it in quotes.",
    ),
    _rule(
        "name",
        "A variable cannot be called so.",
        "Use letters, digits and underscores, and no name of a method such as `items`.",
    ),
    _rule(
        "kind",
        "The kind of a variable does not fit its default.",
        "Change the kind in `template.yml`, or the default in `cookiecutter.json`.",
    ),
    _rule(
        "unknown-variable",
        "A rule or a prompt is for a variable that is not declared.",
        "Mend its spelling, or declare it in `cookiecutter.json`.",
    ),
    _rule(
        "standard-variable",
        "A variable that every request answers is declared or asked otherwise.",
        "Give it a default of text, and no rule.",
    ),
    _rule(
        "computed-options",
        "The options of a choice are computed, and no form can show those.",
        "Write the options out.",
    ),
    _rule(
        "prompts",
        "`__prompts__` holds something other than short lines of text.",
        "Write one line a variable, or an object with a line an option.",
    ),
    _rule("too-many", "There are more than 200 variables.", "Ask less."),
    _rule("too-many-variables", "There are more than 200 variables.", "Ask less."),
    _rule(
        "form",
        "GitHub would refuse or hide the form, or tell two of its fields for one.",
        "Change the heading, the option or the default that the message names.",
    ),
    _rule(
        "form-too-large",
        "The answers would not fit into an issue.",
        "Lower `max` of the texts, or ask less.",
    ),
    _rule(
        "no-example",
        "No answer to a required question could be thought of.",
        "Give the variable a default that its own rule allows.",
    ),
)

_FOLDER: Final = (
    _rule(
        "top-folder",
        "The template has not exactly one folder that becomes the project, or its name "
        "becomes something that no repository can be called.",
        "Name one folder `{{cookiecutter.project_slug}}`, and give the variable a `pattern`.",
    ),
    _rule(
        "readme",
        "The project has no README that tells the next command.",
        "Add a `README.md` to the project's folder.",
    ),
    _rule(
        "ci-workflow",
        "The project has no workflow that checks a change.",
        "Add one below `.github/workflows` that runs `on: pull_request` or `on: push`.",
    ),
    _rule("symlink", "Links and special files are not taken over.", "Put a regular file there."),
    _rule(
        "too-many-files",
        "The template has more than 2,000 files, or a project of it more than 5,000.",
        "Leave out what a build fetches by itself.",
    ),
    _rule(
        "too-large",
        "A file, the template or a project of it is larger than allowed.",
        "Leave out what a build fetches by itself, or split the file.",
    ),
    _rule(
        "too-deep",
        "Folders, values or macros are nested too deeply.",
        "Nest them less.",
    ),
    _rule(
        "odd-name",
        "A name holds characters that cannot be seen, is too long, ends in a dot or a space, "
        "or means a device on Windows.",
        "Choose a plain name; where an answer is in it, give the variable a `pattern` or `max`.",
    ),
    _rule(
        "path-outside",
        "A name leads out of its folder, or one of its parts is empty.",
        "Mend the name; where an answer is in it, give the variable a `pattern`.",
    ),
    _rule(
        "folder-by-answer",
        "A slash in an answer would put a file into another folder.",
        "Give the variable a `pattern` without a slash.",
    ),
    _rule(
        "braces-in-name",
        "A rendered name still holds a brace.",
        "Mend the expression; where an answer is in it, give the variable a `pattern`.",
    ),
    _rule("git-name", "A name means something to git.", "Choose another."),
    _rule(
        "git-attributes",
        "`.gitattributes` hides files from archives or runs filters.",
        "Remove `export-ignore`, `export-subst` and `filter`.",
    ),
    _rule(
        "collision",
        "Two files get one name, or names that differ only in the case of their letters.",
        "Rename one of them; where an answer is in it, give the variable a `pattern`.",
    ),
    _rule(
        "empty-name",
        "An answer that is left empty leaves nothing of a file's name, and the file is lost or "
        "hidden.",
        "Make the answer required, or put the name into `{% if %}`.",
    ),
)

_SAFETY: Final = (
    _rule(
        "forbidden-key",
        "A key of `cookiecutter.json` reaches out of the template, or changes how it is read.",
        "Remove it; of `_jinja2_env_vars` only `trim_blocks` and `lstrip_blocks` are allowed.",
    ),
    _rule(
        "extension-not-allowed",
        "A Jinja extension is not allowed to this template; a warning where nobody can know, as "
        "without a catalog.",
        "Do without it, or ask the platform team to allow it in `organization.yml`.",
        "error or warning",
    ),
    _rule(
        "extension-not-found",
        "A Jinja extension could not be loaded.",
        "Mend its name, or ask the platform team to install it.",
    ),
    _rule(
        "hook-not-allowed",
        "Hooks are programs, and this template may run none; a warning where nobody can know, as "
        "without a catalog. `pre_prompt` hooks never run.",
        "Do without it, or ask the platform team to allow hooks in `organization.yml`.",
        "error or warning",
    ),
    _rule(
        "isolation-needed",
        "Hooks and extensions run only in a sandbox, which this machine does not offer; a check "
        "leaves them out and says so.",
        "Install bubblewrap.",
    ),
    _rule("hook-failed", "A hook ended with an error.", "Run it by hand, and mend it."),
    _rule(
        "unsafe-hook-value",
        "A value is pasted into a hook's code, where a quote in it would run.",
        "In Python write `{{ value | tojson }}`; in a shell paste only letters, digits, dashes.",
    ),
    _rule(
        "free-text",
        "Free text of an answer reaches a file in which text can do something. Below `.github`, "
        "where workflows are made of it, that is an error.",
        "Write it with the filter that the message names, give the variable a narrow `pattern`, "
        "or leave it to prose.",
        "error or warning",
    ),
    _rule(
        "answer-breaks-file",
        "An answer that the form allows breaks out of its value in YAML, JSON or TOML: it ends "
        "it, adds keys, or is cut off.",
        "Write `{{ cookiecutter.name | tojson }}` without quotes around it, or give the variable "
        "a narrow `pattern`.",
    ),
    _rule(
        "answer-changes-type",
        "An answer such as `null` or `1.0` becomes no text in YAML.",
        "Write `{{ cookiecutter.name | tojson }}`, or put quotes around it.",
        "warning",
    ),
)

_RENDERING: Final = (
    _rule(
        "undefined-variable",
        "A name is read that nothing defines; also where no answer leads.",
        "Mend its spelling, or declare it in `cookiecutter.json`.",
    ),
    _rule(
        "raw-needed",
        "An expression of GitHub Actions would be read as the template's own.",
        "Put `{% raw %}` and `{% endraw %}` around it.",
    ),
    _rule(
        "syntax",
        "Jinja cannot read the file.",
        "Mend the line; braces meant for others go between `raw` tags, or the whole file into "
        "`_copy_without_render`.",
    ),
    _rule(
        "forbidden-expression",
        "An expression reaches for what templates may not use.",
        "Say it with filters and tests; attributes with underscores and `**` are closed.",
    ),
    _rule(
        "not-repeatable",
        "The result would differ from one render to the next.",
        "Declare a variable for it, or ask the platform team to allow the extension.",
    ),
    _rule(
        "failed-expression",
        "An expression failed.",
        "Look at what it does with the answer that the message names.",
    ),
    _rule(
        "include-not-found",
        "An included or imported file is not in the template.",
        "Add it below `templates/` or the project's folder, or mend its name.",
    ),
    _rule(
        "not-utf8",
        "A text file is in an encoding other than UTF-8.",
        "Save it as UTF-8; a binary file is recognised by its zero bytes or its ending.",
    ),
    _rule(
        "no-variables",
        "There is no `cookiecutter.json`.",
        "Add it, with `project_slug` at least.",
    ),
    _rule(
        "not-a-choice",
        "An answer is not among the options that the template has.",
        "Let `options` in `template.yml` and the list in `cookiecutter.json` be the same.",
    ),
    _rule(
        "wrong-type",
        "A value is of a kind that the template does not take.",
        "Let kind and default fit each other; `_copy_without_render` and `_extensions` are lists.",
    ),
    _rule(
        "timeout",
        "Rendering takes longer than ten seconds.",
        "Look for a loop that does not end on the line that the message names.",
    ),
    _rule("memory", "Rendering needs more than 1 GB.", "Look for text that grows without end."),
    _rule(
        "crashed",
        "Rendering ended without a result.",
        "Look for expressions that nest without end.",
    ),
)

_RENDERED: Final = (
    _rule(
        "yaml",
        "The file, or what it renders to, is not YAML.",
        "Mend the line; look at indentation and quotes.",
    ),
    _rule(
        "json",
        "The file, or what it renders to, is not JSON.",
        "Mend the line; look for commas that an `{% if %}` leaves behind.",
    ),
    _rule("toml", "What the file renders to is not TOML.", "Mend the line."),
    _rule(
        "duplicate-key",
        "A key stands twice; only one of them would count.",
        "Remove one of them.",
    ),
    _rule(
        "unreadable",
        "A file takes too long, or too much memory, to be read.",
        "Make it simpler: less nesting, fewer aliases, shorter lines.",
    ),
    _rule(
        "leftover",
        "An expression that names `cookiecutter` comes out unrendered.",
        "Take it out of `raw` or of `_copy_without_render`, or mend its braces.",
    ),
    _rule(
        "cost-tags",
        "Terraform makes something without the tags `cost_center`, `team` and `business_unit` (or "
        "`owner`), so nobody could be charged for it.",
        "Add `default_tags` to the provider, `default_labels` at Google, or a variable `tags` in "
        "a module.",
    ),
)

_LINTERS: Final = (
    _rule(
        "actionlint-…",
        "actionlint found something in a workflow.",
        "Follow its message; its name for the rule stands behind the hyphen.",
        "error or warning",
    ),
    _rule(
        "zizmor-…",
        "zizmor found a workflow that could be abused, or could not read it.",
        "Follow its message; its name for the rule stands behind the hyphen.",
        "error or warning",
    ),
    _rule(
        "github-…",
        "GitHub would not do with a file below `.github` what it seems to be there for.",
        "Follow the message.",
        "error or warning",
    ),
    _rule(
        "shellcheck-…",
        "shellcheck found something in a script.",
        "Follow its message; its number for the rule stands behind the hyphen.",
        "error or warning",
    ),
    _rule(
        "terraform-…",
        "Terraform, or a look at its files, found something.",
        "Follow the message; `terraform fmt` mends the format.",
        "error or warning",
    ),
    _rule(
        "detect-secrets-…",
        "Something looks like a secret, in the template's own files or in a rendered one.",
        "Take it out, and revoke it if it is real.",
        "error or warning",
    ),
)

_ORGANIZATION: Final = (
    _rule("duplicate", "A name stands twice in `organization.yml`.", "Remove one of them."),
    _rule(
        "unknown-name",
        "`organization.yml` names something that it does not list.",
        "Mend its spelling, or list it.",
    ),
    _rule(
        "foreign-cost-center",
        "A team of `organization.yml` books on a cost center of another unit.",
        "Give it one of its own unit's.",
    ),
    _rule("reserved", "GitHub's forms reserve the name `None`.", "Choose another."),
)

_PULL_REQUEST: Final = (
    _rule(
        "version-not-raised",
        "The content changed, but `version` is one that was merged with other content, or lower.",
        "Raise it, as the message shows.",
    ),
    _rule(
        "id-taken",
        "The id reads like that of another template once its hyphens are gone.",
        "Choose one that nobody mistakes for it.",
    ),
    _rule(
        "written-by-the-bot",
        "A form was changed by hand; the bot will write it again from its template.",
        "Change the template instead.",
        "warning",
    ),
    _rule(
        "organization",
        "`organization.yml` was removed, or is not UTF-8.",
        "Bring it back, saved as UTF-8.",
    ),
)

GROUPS: Final[Mapping[str, tuple[Rule, ...]]] = {
    "The two files": _TWO_FILES,
    "Files and names": _FOLDER,
    "Safety": _SAFETY,
    "Rendering": _RENDERING,
    "What comes out": _RENDERED,
    "Linters": _LINTERS,
    "The organisation": _ORGANIZATION,
    "The pull request": _PULL_REQUEST,
}
RULES: Final[Mapping[str, Rule]] = {rule.id: rule for group in GROUPS.values() for rule in group}


def rule_of(id_: str) -> Rule | None:
    """The rule of that id, or the family it belongs to; None for an id that is nowhere."""
    families = (f"{id_[:end]}-…" for end, character in enumerate(id_) if character == "-")
    return RULES.get(id_) or next((RULES[each] for each in families if each in RULES), None)


def breaks(
    id_: str,
    path: str,
    message: str,
    *,
    line: int = 1,
    column: int = 1,
    severity: Severity | None = None,
) -> Problem:
    """A problem by that rule, as bad as the rule says; ``severity`` where it says either.

    Raises LookupError for a rule that is not listed.
    """
    weight = RULES[id_].weight
    return Problem(
        path=path,
        line=line,
        column=column,
        rule=id_,
        severity=weight if weight != "error or warning" else severity or "error",
        message=message,
    )
