"""Which files have a format that can be checked, by their name."""

import re
from pathlib import PurePosixPath
from typing import Final, Literal

Format = Literal["yaml", "json", "jsonc", "toml"]

# Read with comments and commas at the end by the programs that they are for.
_WITH_COMMENTS: Final = re.compile(
    r"(tsconfig|jsconfig)[^/]*\.json|\.(eslintrc|babelrc|swcrc|jshintrc|hintrc|auto-changelog)(\.json)?"
    r"|devcontainer\.json|\.devcontainer\.json|(api-extractor|angular|nx|turbo|deno|renovate|biome)\.json"
    r"|.+\.(jsonc|code-workspace|code-snippets|sublime-project)"
)
_EDITORS: Final = frozenset({".vscode", ".devcontainer", ".zed"})
_SUFFIXES: Final[dict[str, Format]] = {
    ".yml": "yaml",
    ".yaml": "yaml",
    ".json": "json",
    ".ipynb": "json",
    ".webmanifest": "json",
    ".toml": "toml",
}
_TOML_NAMES: Final = frozenset({"Pipfile", "Cargo.lock", "poetry.lock", "uv.lock", "pdm.lock"})
# Files for tests may be broken on purpose.
_SAMPLES: Final = frozenset(
    {"fixtures", "__fixtures__", "testdata", "test-data", "test_data", "__snapshots__", "snapshots"}
)


def format_of(path: str) -> Format | None:
    """The format that whoever reads the file expects; None where nobody can say."""
    name = PurePosixPath(path)
    if _SAMPLES & set(name.parts[:-1]):
        return None
    if _WITH_COMMENTS.fullmatch(name.name):
        return "jsonc"
    if name.name in _TOML_NAMES:
        return "toml"
    found = _SUFFIXES.get(name.suffix.lower())
    if found == "json" and _EDITORS & set(name.parts[:-1]):
        return "jsonc"
    return found


_OTHER_BRACES: Final = re.compile(r"(?<!\$)\{\{|\{%|<%[-=]?|\{\{-")


def is_another_template(text: str) -> bool:
    """Whether another program fills in this text before anybody reads its format.

    Helm, Go, Handlebars, Ansible, ERB; GitHub's ``${{ }}`` stands inside valid YAML.
    """
    return _OTHER_BRACES.search(text) is not None
