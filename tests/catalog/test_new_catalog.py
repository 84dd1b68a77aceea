"""A new catalog: what a platform team starts with has nothing to mend."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.linting import Linters
from bot.organization import parse_organization
from bot.rendering import Renderer
from bot.templates import offline
from bot.written import Pattern
from bot.written.plain_text import forbidden_character, normal
from tests.catalog.cases import CATALOG, HOSTILE, KOTLIN_CASES, TEMPLATES, computed, read_yaml

LINES = (
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=60)
    | st.text(string.punctuation + "1a ", min_size=1, max_size=12)
).map(normal)


@pytest.mark.parametrize("template", TEMPLATES)
async def test_the_bot_finds_nothing_to_mend_in_a_template(template: str) -> None:
    """``paved-road template check`` says *fine*, warnings included."""
    async with Renderer() as renderer, Linters() as linters:
        verdict = await offline.check(CATALOG / "templates" / template, renderer, linters)
    assert verdict.problems == ()
    assert not [each for each in verdict.left_out if "not installed" not in each]


def test_the_organization_is_one_that_the_bot_accepts() -> None:
    organization = parse_organization((CATALOG / "organization.yml").read_text())

    assert organization.organization == "acme"
    assert [team.slug for team in organization.teams] == ["platform", "payments", "lending"]


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_has_an_owner_who_is_asked_to_review(template: str) -> None:
    owner = read_yaml(CATALOG / "templates" / template / "template.yml")["owner"]
    owners = (CATALOG / ".github" / "CODEOWNERS").read_text().splitlines()

    assert f"/templates/{template}/ @acme/{owner}" in owners


def test_people_come_in_by_the_forms() -> None:
    """An issue without a form would be a request that nobody answers."""
    config = read_yaml(CATALOG / ".github" / "ISSUE_TEMPLATE" / "config.yml")

    assert config["blank_issues_enabled"] is False


@pytest.mark.parametrize("template", sorted({case.template for case in KOTLIN_CASES}))
@given(
    organization=st.from_regex(r"[A-Za-z0-9](-?[A-Za-z0-9]){0,38}", fullmatch=True),
    slug=st.from_regex(r"[a-z][a-z0-9]{2,9}(-[a-z0-9]{1,9}){0,3}", fullmatch=True),
)
def test_a_package_left_empty_is_always_a_good_one(
    template: str, organization: str, slug: str
) -> None:
    """Organisations such as ``3m-labs`` begin with a digit, which a package may not."""
    rules = read_yaml(CATALOG / "templates" / template / "template.yml")["variables"]["package"]
    package = computed(template, "package", organization=organization, project_slug=slug)

    assert Pattern(rules["pattern"]).covers(package)


@pytest.mark.parametrize("template", TEMPLATES)
@given(description=LINES.filter(lambda line: line and not forbidden_character(line)))
def test_a_description_reads_in_markdown_as_it_was_typed(template: str, description: str) -> None:
    assert shown(computed(template, "__description_in_markdown", description=description)) == (
        description
    )


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_description_full_of_markup_is_text_in_markdown(template: str) -> None:
    assert shown(computed(template, "__description_in_markdown", description=HOSTILE)) == HOSTILE


def shown(markdown: str) -> str:
    """The text of a single paragraph; fails for anything that is not text."""
    opening, inline, closing = MarkdownIt("commonmark").enable("table").parse(markdown)
    assert (opening.type, closing.type) == ("paragraph_open", "paragraph_close")
    children = inline.children or []
    assert {child.type for child in children} == {"text"}
    return "".join(child.content for child in children)
