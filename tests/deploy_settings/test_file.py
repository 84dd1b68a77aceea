"""``deploy/settings.json`` is read whole, or everything wrong is told at its line."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bot.deploy_settings import (
    ENVIRONMENTS,
    SETTINGS,
    Narrowing,
    Rules,
    clashes,
    new_file,
    read_settings,
    rules_for,
    settings_schema,
)
from bot.deploy_settings.options_table import options_page
from bot.deploy_settings.rules import narrowing_problems
from bot.deploy_settings.table import CLOUDS
from bot.deploy_settings.values import fits
from bot.problems import ProblemsFound
from bot.templates.manifest import schema as manifest_schema

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
INFRA = Path(__file__).parents[2] / "infra" / "service"
AWS = rules_for(cloud="aws")
GOOD = AWS.complete({"cloud_provider": "aws", "region": "eu-central-1"})


def told(content: bytes, rules: Rules = AWS) -> list[tuple[int, str]]:
    try:
        read_settings(content, rules)
    except ProblemsFound as found:
        return [(each.line, each.message) for each in found.problems]
    return []


def file(**changed: Any) -> bytes:
    return new_file({**GOOD, **changed})


def test_an_environment_overrides_and_the_rest_has_its_default() -> None:
    content = b'{"cloud_provider": "aws", "region": "eu-west-1", "max_replicas": 9,'
    content += b' "environments": {"dev": {"min_replicas": 1}}}'
    found = read_settings(content, AWS)
    assert found.in_environment("dev")["min_replicas"] == 1
    assert found.in_environment("production")["min_replicas"] == 2
    assert found.in_environment("dev")["max_replicas"] == 9
    assert found.in_environment("dev")["health_path"] == "/health/ready"


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        pytest.param(b"", 1, "This is not JSON", id="empty"),
        pytest.param(b"cpu: 500", 1, "This is not JSON", id="yaml"),
        pytest.param(b"[]", 1, "must be a JSON object", id="list"),
        pytest.param(b"null", 1, "must be a JSON object", id="null"),
        pytest.param(b"\xff\xfe{}", 1, "not UTF-8", id="utf-16"),
        pytest.param(b"\xef\xbb\xbf{}", 1, "byte order mark", id="byte-order-mark"),
        pytest.param(b'{\n"a": 1,\n"a": 2}', 3, "stands here twice", id="duplicate-key"),
        pytest.param(b'{\n"a": NaN}', 1, "a number that JSON does not allow", id="nan"),
        pytest.param(b'{\n// no\n"a": 1}', 2, "JSON has no comments", id="comment"),
        pytest.param(b"[" * 50_000, 1, "nested too deeply", id="deep"),
        pytest.param(b" " * 60_000, 1, "larger than 50 kB", id="large"),
        pytest.param(file(memory_mib=3), 6, "`memory_mib` must be one of `512`", id="value"),
        pytest.param(file(memory_mib="1024"), 6, "`memory_mib` must be one of", id="text"),
        pytest.param(file(memory_mib=True), 6, "`memory_mib` must be one of", id="true"),
        pytest.param(file(max_replicas=4.0), 8, "a whole number from 1 to 50", id="float"),
        pytest.param(file(max_replicas=1e99), 8, "a whole number from 1 to 50", id="1e99"),
        pytest.param(file(health_path="/a?b"), 11, "without a query", id="query"),
        pytest.param(file(cloud_provider="google"), 3, "must be `aws`", id="another-cloud"),
        pytest.param(file(memmory=3), 15, "Did you mean `memory_mib`?", id="unknown-key"),
        pytest.param(file(__proto__=3), 15, "`__proto__` is not a setting", id="proto"),
        pytest.param(file(max_replicas=1), 8, "Allowed is a whole number from 2 on", id="order"),
        pytest.param(file(memory_mib=8192), 6, "from 1 to 4 GiB", id="memory-with-cpu"),
        pytest.param(
            file(environments={"prod": {}}), 16, "Did you mean `production`?", id="environment"
        ),
        pytest.param(file(environments=[]), 15, "a map of environments", id="environments-list"),
        pytest.param(file(environments={"dev": 1}), 16, "a map of settings", id="no-map"),
        pytest.param(
            file(environments={"dev": {"region": "eu-west-1"}}),
            17,
            "the same in every environment",
            id="region-of-one",
        ),
        pytest.param(
            file(environments={"dev": {"max_replicas": 1}}),
            17,
            "`max_replicas` in `dev`: It is smaller than the fewest replicas.",
            id="clash-of-one",
        ),
        pytest.param(
            file(environments={"dev": {"cpu_millicores": 4000}}),
            17,
            "`memory_mib` in `dev`",
            id="clash-told-at-what-is-there",
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_line(content: bytes, line: int, said: str) -> None:
    ((found, message),) = told(content)
    assert found == line
    assert said in message
    assert len(message) < 1_000


def test_everything_is_told_at_once() -> None:
    content = b'{"cloud_provider": "aws", "memory_mib": 1, "x": 2}'
    assert [message.partition("`")[2][:6] for _, message in told(content)] == [
        "region",
        "memory",
        "x` is ",
    ]


def test_a_default_of_the_template_stands_in_the_file() -> None:
    """The project's Terraform knows only the defaults of the table."""
    rules = rules_for({"memory_mib": Narrowing(default=2048)}, cloud="aws", via="deployment")
    value = {"cloud_provider": "aws", "region": "eu-central-1"}
    assert told(json.dumps(value).encode()) == []
    assert [said for _, said in told(json.dumps(value).encode(), rules)] == [
        "The key `memory_mib` is missing.",
        "The key `via` is missing.",
    ]
    assert told(new_file(rules.complete({**value})), rules) == []


def test_a_clash_that_is_the_same_everywhere_is_told_once() -> None:
    content = file(max_replicas=1, environments={"dev": {"canary_percent": 5}})
    assert len(told(content)) == 1


def test_crlf_is_read_as_any_other() -> None:
    assert told(file(memory_mib=3).replace(b"\n", b"\r\n"))[0][0] == 6


# --- the table, the schema and the check agree --------------------------------------------

SCHEMAS = {
    rules: Draft202012Validator(settings_schema(rules))
    for rules in (
        AWS,
        rules_for(cloud="azure"),
        rules_for({"max_replicas": Narrowing(max=3), "cpu_millicores": Narrowing(min=1000)}),
    )
}
NAMES = [each.name for each in SETTINGS]
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 20_000),
    st.sampled_from([250, 500, 512, 1000, 1024, 2048, "aws", "azure", "eu-central-1", "actions"]),
    st.floats(allow_nan=False).filter(lambda number: not number.is_integer()),
    st.from_regex(r"(/[a-z.]{0,3}){1,3}", fullmatch=True),
    st.text("/a.-?é", max_size=4),
)


@given(
    st.sampled_from(list(SCHEMAS)),
    st.dictionaries(st.sampled_from([*NAMES, "extra"]), ANYTHING, max_size=4),
    st.dictionaries(
        st.sampled_from([*ENVIRONMENTS, "prod"]),
        st.dictionaries(st.sampled_from([*NAMES, "extra"]), ANYTHING, max_size=2),
        max_size=2,
    ),
)
@settings(max_examples=300, deadline=None)
def test_the_schema_takes_what_the_check_takes(
    rules: Rules, changed: dict[str, Any], environments: dict[str, Any]
) -> None:
    """An editor is content with exactly the files that the check is, but for what clashes."""
    base = {"cloud_provider": rules.settings[0].options[0], "region": "eastus"}
    value = {**rules.complete({**base}), **changed, "environments": environments}
    problems = told(json.dumps(value).encode(), rules)
    alone = [said for _, said in problems if "Allowed is" not in said]
    assert SCHEMAS[rules].is_valid(value) == (not alone), problems


@pytest.mark.parametrize("cloud", ["aws", "google", "azure"])
def test_the_defaults_go_together_in_every_cloud(cloud: str) -> None:
    assert clashes(rules_for(cloud=cloud).complete({"cloud_provider": cloud})) == []


def test_every_row_has_one_kind_of_range_and_a_good_default() -> None:
    for row in SETTINGS:
        assert (bool(row.options), bool(row.pattern), bool(row.most)).count(True) == 1, row.name
        assert re.fullmatch("[a-z_]+", row.name)
        assert row.default is None or fits(row, row.default)


@pytest.mark.parametrize("cloud", list(CLOUDS))
def test_the_projects_terraform_has_the_same_defaults(cloud: str) -> None:
    """A key that a file leaves out counts the same for the bot and in the cloud."""
    text = (INFRA / cloud / "settings" / "main.tf").read_text(encoding="utf-8")
    found = dict(re.findall(r"(\w+) += optional\(\w+, (.+)\)\n", text))
    assert found == {
        row.name: json.dumps(row.default)
        for row in SETTINGS
        if row.per_environment and row.default is not None
    }


# --- what templates say ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "narrowing", "said"),
    [
        ("memory_mib", Narrowing(default=2048, min=1024), ""),
        ("cpu_millicores", Narrowing(options=(500, 1000)), ""),
        ("health_path", Narrowing(default="/healthz"), ""),
        ("memory_mib", Narrowing(min=2048), "Its default must be one of `2048`"),
        ("memory_mib", Narrowing(default=3), "Its default must be"),
        ("memory_mib", Narrowing(min=99_999), "No value is left"),
        ("memory_mib", Narrowing(options=(3,)), "`options` may name"),
        ("max_replicas", Narrowing(max=51), "within a whole number from 1 to 50"),
        ("max_replicas", Narrowing(min=9, max=3, default=4), "`min` is larger than `max`"),
        ("max_replicas", Narrowing(options=(3,)), "It has no options"),
        ("health_path", Narrowing(min=3), "It is no number"),
        ("health_path", Narrowing(default=3), "Its default must be a path"),
        ("region", Narrowing(default="eu-west-1"), "does not decide"),
        ("via", Narrowing(default="actions"), "does not decide"),
        ("__proto__", Narrowing(), "does not decide"),
    ],
)
def test_a_template_narrows_within_the_table(name: str, narrowing: Narrowing, said: str) -> None:
    problems = narrowing_problems(name, narrowing)
    assert (said in " ".join(problems)) if said else problems == []


def test_the_schema_of_templates_names_what_they_may_narrow() -> None:
    names = manifest_schema()["properties"]["settings"]["propertyNames"]["enum"]
    assert names == [each.name for each in SETTINGS if each.by_template]


def test_the_page_is_the_tables() -> None:
    """Run ``make docs`` when this fails."""
    assert PAGE.read_text(encoding="utf-8") == options_page()
