"""Which names may leave a render, whoever made them up."""

import posixpath
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.inside.fault import Fault
from bot.rendering.inside.names import check_git_attributes, check_path, check_together


@pytest.mark.parametrize(
    "path",
    [
        ".gitignore",
        ".github/x",
        "a b/c",
        "naïve.md",
        "日本.txt",
        "git",
        "a.git",
        "console",
        "x" * 255,
    ],
)
def test_ordinary_names_pass(path: str) -> None:
    check_path(path, depth=20)


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("", "path-outside"),
        ("/a", "path-outside"),
        ("a/", "path-outside"),
        ("a/./b", "path-outside"),
        ("a/../b", "path-outside"),
        ("C:\\x", "path-outside"),
        ("a\x00b", "odd-name"),
        ("a\u2066b", "odd-name"),
        ("a\ufeffb", "odd-name"),
        ("a\u2800b", "odd-name"),
        ("a\u3164b", "odd-name"),
        ("a\u2028b", "odd-name"),
        ("\udc80", "odd-name"),
        ("lpt1.txt", "odd-name"),
        ("a/.git /b", "git-name"),
        ("{{x}}", "braces-in-name"),
        ("a}", "braces-in-name"),
        ("/".join("a" * 21), "too-deep"),
    ],
)
def test_a_harmful_name_is_refused(path: str, rule: str) -> None:
    with pytest.raises(Fault) as caught:
        check_path(path, depth=20)
    assert caught.value.rule == rule


def test_a_template_may_have_braces_in_names() -> None:
    check_path("{{cookiecutter.x}}/{% if cookiecutter.y %}a{% endif %}", depth=20, braces=True)


@given(st.text())
def test_whatever_passes_stays_below_its_folder(path: str) -> None:
    """For any text: it is refused, or it is a relative path that means what it says."""
    try:
        check_path(path, depth=20)
    except Fault:
        return
    assert posixpath.normpath(posixpath.join("/of/repo", path)) == f"/of/repo/{path}"
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs"} for c in path)
    assert ".git" not in {part.lower() for part in path.split("/")}


@given(st.lists(st.text("aAé./", min_size=1), max_size=5))
def test_together_means_apart_on_every_file_system(paths: list[str]) -> None:
    """Names that passed stay different when case and composition are forgotten."""
    try:
        check_together(paths)
    except Fault:
        return
    plain = [unicodedata.normalize("NFC", path).lower() for path in paths]
    assert len(set(plain)) == len(paths)
    assert not any(b.startswith(f"{a}/") for a in plain for b in plain if a != b)


@pytest.mark.parametrize(
    "text", ["*.sh eol=lf", "*.png binary", "# nothing here", "*.filters text"]
)
def test_harmless_attributes_pass(text: str) -> None:
    check_git_attributes(text.encode())
