"""What a render can refuse, in sentences written here and never by what it refuses."""

import re
from collections.abc import Collection, Mapping

from .inside.fault import Fault
from .template import Template

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,120}")
_EXPRESSION = re.compile(r"\$\{\{[^{}\n]{0,120}\}\}")

# Rule → sentence. {variable} and {detail} are checked by `describe` before they get here.
_SENTENCES: Mapping[str, str] = {
    "undefined-variable": "{variable} is not defined",
    "raw-needed": (
        "an expression of GitHub Actions would be read as the template's own; write "
        "{{% raw %}}{detail}{{% endraw %}}"
    ),
    "syntax": "Jinja cannot read this: {detail}",
    "forbidden-expression": (
        "an expression reaches for something that templates may not use (attributes with "
        "underscores, changing a value in place, `**`, a very long repetition, "
        "a `regex_pattern` of slugify)"
    ),
    "not-repeatable": (
        "the result would differ from one render to the next (`now`, `uuid4`, "
        "`random_ascii_string`, `random`, `lipsum`); declare a variable for it, or let the "
        "platform team allow the extension"
    ),
    "failed-expression": "an expression failed{detail}",
    "include-not-found": "an included or imported file is not in the template",
    "not-utf8": "the file is text in an encoding other than UTF-8; save it as UTF-8",
    "path-outside": (
        "the name leads outside its folder (absolute, `..`, an empty part or a backslash)"
    ),
    "odd-name": (
        "the name holds invisible or control characters, ends in a dot or a space, is reserved "
        "on Windows, or has a part of more than 255 bytes"
    ),
    "braces-in-name": "the rendered name still holds a brace",
    "git-name": "the name means something to git (.git, .gitmodules, .lfsconfig)",
    "git-attributes": ".gitattributes may not use export-ignore, export-subst or filter",
    "collision": (
        "two files or folders get the same name, or names that differ only in case or in the "
        "way characters are composed"
    ),
    "folder-by-answer": "a slash in an answer would put the file into another folder",
    "symlink": "links and special files are not allowed, regular files and folders are",
    "too-large": "it is larger than the limit",
    "too-many-files": "there are more files than the limit",
    "too-deep": "folders, values or macros are nested more deeply than the limit",
    "too-many-variables": "more variables are declared than the limit",
    "json": "the file is not an object of JSON, or names a key twice",
    "no-variables": "the template has no cookiecutter.json",
    "forbidden-key": "the key {variable} is not allowed",
    "extension-not-allowed": "the Jinja extension {variable} is not allowed by the platform team",
    "extension-not-found": "a Jinja extension could not be loaded",
    "hook-not-allowed": "hooks are not allowed here (pre_prompt hooks never are)",
    "isolation-needed": (
        "hooks and extensions run only in a sandbox, which this machine does not offer; "
        "install bubblewrap"
    ),
    "hook-failed": "the hook failed",
    "unsafe-hook-value": (
        "a value is pasted into the hook's code; in Python write {{{{ value | tojson }}}}, and "
        "in shell paste only what is made of letters, digits and dashes"
    ),
    "unknown-variable": "an answer was given for {variable}, which the template does not ask for",
    "not-a-choice": "the answer for {variable} is not among its choices",
    "wrong-type": "the value of {variable} is of the wrong kind",
    "top-folder": (
        "a template has exactly one folder named after a variable, such as "
        "{{{{cookiecutter.project_slug}}}}, and its name becomes letters, digits, dots and dashes"
    ),
    "timeout": "rendering took longer than the limit",
    "memory": "rendering needed more memory than the limit",
    "crashed": "rendering ended without a result",
}


class RenderError(Exception):
    """The template or the answers cannot be rendered, and repeating it will not help.

    ``rule`` is a stable code, ``message`` a sentence for people without any
    answer's value in it. ``path`` is a path of the template (of the output for
    what a hook made), ``line`` counts from 1; each is None where it is not known.
    """

    def __init__(
        self,
        rule: str,
        message: str,
        *,
        path: str | None = None,
        line: int | None = None,
        variable: str | None = None,
    ) -> None:
        super().__init__(message)
        self.rule, self.message = rule, message
        self.path, self.line, self.variable = path, line, variable


class RendererUnavailable(Exception):
    """No render process could be started: our side, worth another attempt later."""


def describe(fault: Fault, template: Template, asked: Collection[str] = ()) -> RenderError:
    """The error that people see for ``fault``, which may come from hostile code.

    A path must be the template's own; a variable must be one of ``asked`` or stand,
    letter for letter, in the file that the fault names, so that no value can pass
    as a name. The message may quote the template: it is a stranger's text.
    """
    rule = fault.rule if fault.rule in _SENTENCES else "crashed"
    path = fault.path if fault.path and _is_of(template, fault.path) else None
    text = _text(template, path)
    lines = text.splitlines()
    line = fault.line if fault.line is not None and 1 <= fault.line <= len(lines) else None
    variable = _variable(fault.variable, f"{path}\n{text}", asked)
    detail = "".join(c for c in fault.detail if c.isprintable())[:300]
    source_line = lines[line - 1] if line is not None else ""
    if rule in {"undefined-variable", "syntax", "failed-expression"} and "${{" in source_line:
        rule, detail = "raw-needed", _actions_expression(source_line)
    if rule == "failed-expression":
        detail = f" with a {detail}" if detail else ""
    shown = f"`{variable}`" if variable else "a variable"
    sentence = _SENTENCES[rule].format(variable=shown, detail=detail).rstrip(".")
    where = _where(path, line)
    message = f"{where}{sentence}." if where else f"{sentence[0].upper()}{sentence[1:]}."
    return RenderError(rule, message, path=path, line=line, variable=variable)


def _is_of(template: Template, path: str) -> bool:
    """Whether it is a file or a folder of the template."""
    return any(f.path == path or f.path.startswith(f"{path}/") for f in template.files)


def _text(template: Template, path: str | None) -> str:
    for file in template.files:
        if file.path == path:
            return file.content.decode(errors="replace")
    return ""


def _variable(name: str | None, written: str, asked: Collection[str]) -> str | None:
    if name is None or not _IDENTIFIER.fullmatch(name):
        return None
    bare = name.removeprefix("cookiecutter.")
    if name in asked or re.search(rf"(?<!\w){re.escape(bare)}(?!\w)", written):
        return name
    return None


def _actions_expression(line: str) -> str:
    found = _EXPRESSION.search(line)
    return found.group() if found else "${{ … }}"


def _where(path: str | None, line: int | None) -> str:
    if path is None:
        return ""
    return f"{path}, line {line}: " if line is not None else f"{path}: "
