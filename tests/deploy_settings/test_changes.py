"""What people type after ``/settings set`` becomes a change of the file, or a clear refusal."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.deploy_settings import (
    ENVIRONMENTS,
    SETTINGS,
    Change,
    Narrowing,
    Setting,
    Value,
    apply_changes,
    new_file,
    read_changes,
    read_settings,
    rules_for,
)
from bot.deploy_settings.change import ChangesInvalid
from bot.deploy_settings.read import parse_settings

AWS = rules_for(cloud="aws")
FILE = new_file(AWS.complete({"cloud_provider": "aws", "region": "eu-central-1"}))


@pytest.mark.parametrize(
    ("typed", "changes"),
    [
        ("cpu=1000", [("", "cpu_millicores", 1000)]),
        ("memory_mib=2048", [("", "memory_mib", 2048)]),
        ("staging.memory=512", [("staging", "memory_mib", 512)]),
        ("replicas=3", [("", "min_replicas", 3), ("", "max_replicas", 3)]),
        ("dev.replicas=2-6", [("dev", "min_replicas", 2), ("dev", "max_replicas", 6)]),
        ("canary=20", [("", "canary_percent", 20)]),
        ("health_path=/up", [("", "health_path", "/up")]),
        ("health_path=/", [("", "health_path", "/")]),
        ("budget=0", [("", "monthly_budget_usd", 0)]),
        ("region=eu-west-1", [("", "region", "eu-west-1")]),
        ("via=deployment", [("", "via", "deployment")]),
        ("cpu=1000 memory=4096", [("", "cpu_millicores", 1000), ("", "memory_mib", 4096)]),
    ],
)
def test_short_and_long_names_set_values(typed: str, changes: list[tuple[str, str, Value]]) -> None:
    assert read_changes(typed.split(), AWS) == tuple(Change(*each) for each in changes)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("memory=1000", "`memory` must be one of `512`, `1024`"),
        ("memory=1e99", "`memory` must be one of"),
        ("memory=-512", "`memory` must be one of"),
        ("memory=0512", "nothing"),
        ("memory=", "`memory` must be one of"),
        ("replicas=0", "`replicas` must be a whole number from 1 to 50, or two of them"),
        ("replicas=6-2", "gives the fewest first"),
        ("replicas=1-2-3", "`replicas` must be"),
        ("canary=51", "a whole number from 1 to 50 (percent)"),
        ("canary_minutes=61", "from 1 to 60"),
        ("health_path=up", "a path that starts with a slash"),
        ("health_path=/../etc", "without a query, a space or `..`"),
        ("health_path=//host/x", "a path that starts with a slash"),
        ("region=europe-west3", "a region of Amazon Web Services such as `eu-central-1`"),
        ("cloud=google", "stays as it was when the project was made"),
        ("cloud_provider=aws", "stays as it was"),
        ("staging.region=eu-west-1", "the same in every environment"),
        ("stagin.cpu=500", "`stagin` is no environment. Did you mean `staging`?"),
        ("memroy=512", "`memroy` is not a setting. Did you mean `memory`?"),
        ("__proto__=1", "`__proto__` is not a setting."),
        ("environments=1", "`environments` is not a setting."),
        ("cpu=500 cpu_millicores=500", "`cpu_millicores` is given twice"),
        ("replicas=2 min_replicas=1", "`min_replicas` is given twice"),
        ("cpu", "written `NAME=VALUE`"),
        ("a.b.cpu=500", "written `NAME=VALUE`"),
        ("memory=\u0661\u0660\u0662\u0664", "written `NAME=VALUE`"),
        ("memory=$(id)", "written `NAME=VALUE`"),
        ("memory=" + "9" * 10_000, "`memory` must be one of"),
        ("", "Name what to set"),
    ],
)
def test_what_is_not_allowed_is_refused_with_what_is(typed: str, said: str) -> None:
    """Nothing of a stranger's text comes back but names in a plain alphabet."""
    if said == "nothing":  # a zero in front changes no number
        assert read_changes(typed.split(), AWS)[0].value == 512
        return
    with pytest.raises(ChangesInvalid) as refused:
        read_changes(typed.split(), AWS)
    assert said in refused.value.problem
    assert len(refused.value.problem) < 500
    assert "$" not in refused.value.problem


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(ChangesInvalid) as refused:
        read_changes(["memory=3", "canary=0", "cpu=500"], AWS)
    assert "`memory` must be" in refused.value.problem
    assert "`canary` must be" in refused.value.problem


def test_only_the_organisations_environments_are_known() -> None:
    rules = rules_for(cloud="aws", environments=("staging", "production"))
    with pytest.raises(ChangesInvalid) as refused:
        read_changes(["dev.cpu=500"], rules)
    assert "`dev` is no environment. Known is one of `staging`, `production`." in (
        refused.value.problem
    )


def test_a_template_allows_less() -> None:
    rules = rules_for({"max_replicas": Narrowing(max=3), "memory_mib": Narrowing(min=2048)})
    with pytest.raises(ChangesInvalid) as refused:
        read_changes(["max_replicas=4", "memory=1024"], rules)
    assert "a whole number from 1 to 3" in refused.value.problem
    assert "one of `2048`, `4096`" in refused.value.problem


# --- into the file -----------------------------------------------------------------------


def test_one_value_changes_one_line() -> None:
    changed = apply_changes(FILE, read_changes(["memory=2048"], AWS))
    before, after = FILE.decode().splitlines(), changed.decode().splitlines()
    assert [line for line in after if line not in before] == ['  "memory_mib": 2048,']
    assert len(before) == len(after)


def test_an_environment_gets_a_place_of_its_own() -> None:
    changed = apply_changes(FILE, read_changes(["dev.cpu=250", "dev.memory=512"], AWS))
    assert changed.decode().endswith(
        '  "via": "actions",\n'
        '  "environments": {\n'
        '    "dev": {\n'
        '      "cpu_millicores": 250,\n'
        '      "memory_mib": 512\n'
        "    }\n"
        "  }\n"
        "}\n"
    )


@pytest.mark.parametrize(
    ("text", "typed", "changed"),
    [
        pytest.param(
            '{\r\n\t"canary_percent" : 5\r\n}\r\n',
            "canary=6 budget=9",
            '{\r\n\t"canary_percent" : 6,\r\n\t"monthly_budget_usd": 9\r\n}\r\n',
            id="crlf-and-tabs",
        ),
        pytest.param('{"a": 1}', "budget=9", '{"a": 1, "monthly_budget_usd": 9}', id="one-line"),
        pytest.param("{}", "budget=9", '{\n  "monthly_budget_usd": 9\n}', id="an-empty-one"),
        pytest.param(
            '{\n "environments": {}\n}',
            "dev.budget=9",
            '{\n "environments": {\n    "dev": {\n      "monthly_budget_usd": 9\n    }\n  }\n}',
            id="an-empty-map-inside",
        ),
        pytest.param(
            '{"environments": {"dev": null}, "x": "é"}',
            "dev.budget=9",
            '{"environments": {"dev": {"monthly_budget_usd": 9}}, "x": "é"}',
            id="what-is-no-map-becomes-one",
        ),
    ],
)
def test_the_rest_of_the_file_stays_as_it_was_written(text: str, typed: str, changed: str) -> None:
    assert apply_changes(text.encode(), read_changes(typed.split(), AWS)).decode() == changed


def test_what_is_said_already_changes_no_byte() -> None:
    untidy = FILE.replace(b": 10,", b" :\n\n10 ,")
    assert apply_changes(untidy, read_changes(["canary=10", "replicas=2-4"], AWS)) == untidy


def values(row: Setting) -> st.SearchStrategy[Value]:
    if row.options:
        return st.sampled_from(row.options)
    if row.pattern:
        return st.from_regex(row.pattern, fullmatch=True).filter(lambda t: len(t) <= row.longest)
    return st.integers(row.least, row.most)


@st.composite
def one_change(draw: st.DrawFn) -> Change:
    environment = draw(st.sampled_from(["", *ENVIRONMENTS]))
    rows = [each for each in AWS.settings if not each.fixed]
    row = draw(st.sampled_from([r for r in rows if r.per_environment or not environment]))
    return Change(environment, row.name, draw(values(row)))


LAYOUTS = st.sampled_from([None, 1, 4, "\t"])


@given(st.lists(one_change(), max_size=6), LAYOUTS, st.booleans())
def test_what_is_set_is_read_back_whatever_the_layout(
    changes: list[Change], indent: int | str | None, crlf: bool
) -> None:
    """Set, parse, print: the last word counts, everything else stays, twice is like once."""
    value = json.loads(FILE)
    text = json.dumps(value, indent=indent)
    start = (text.replace("\n", "\r\n") if crlf else text).encode()
    wanted = json.loads(FILE)
    for change in changes:
        place = wanted
        if change.environment:
            place = wanted.setdefault("environments", {}).setdefault(change.environment, {})
        place[change.name] = change.value

    changed = apply_changes(start, changes)

    assert parse_settings(changed).value == wanted
    assert (b"\r\n" in changed) == (b"\r\n" in start)
    assert apply_changes(changed, changes[-1:]) == changed


@given(one_change())
def test_every_value_that_is_allowed_can_be_typed(change: Change) -> None:
    row = next(each for each in SETTINGS if each.name == change.name)
    prefix = f"{change.environment}." if change.environment else ""
    for name in (row.name, row.short):
        assert read_changes([f"{prefix}{name}={change.value}"], AWS) == (change,)


@given(st.lists(st.text(max_size=30), max_size=3))
def test_no_text_breaks_it(words: list[str]) -> None:
    try:
        changes = read_changes(words, AWS)
    except ChangesInvalid:
        return
    parse_settings(apply_changes(FILE, changes))


def test_a_new_file_is_in_order() -> None:
    assert read_settings(FILE, AWS).in_environment("staging")["memory_mib"] == 1024
