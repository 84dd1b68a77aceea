"""Workflow files are read as GitHub reads them: what starts them, what they ask, which jobs."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.localhub.actions.calls import with_called_jobs
from bot.localhub.actions.definition import WorkflowFile
from bot.localhub.actions.inputs import checked_inputs
from bot.localhub.actions.patterns import chosen, matches
from bot.localhub.actions.read_workflow import job_name, read_workflow, token_permissions
from bot.localhub.actions.triggers import (
    starts_on_dispatch,
    starts_on_pull_request,
    starts_on_push,
)
from bot.localhub.refusal import Refused

JOB = "jobs: {a: {runs-on: ubuntu-latest, steps: [{run: make}]}}"


def read(text: str, path: str = ".github/workflows/ci.yml") -> WorkflowFile:
    return read_workflow(path, text.encode())


def sound(text: str) -> WorkflowFile:
    file = read(text)
    assert file.problem == ""
    return file


# Patterns.


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        pytest.param("main", "main", True, id="exact"),
        pytest.param("main", "main2", False, id="whole-name-only"),
        pytest.param("release/*", "release/1.0", True, id="star"),
        pytest.param("release/*", "release/1/0", False, id="star-stops-at-slashes"),
        pytest.param("release/**", "release/1/0", True, id="two-stars-do-not"),
        pytest.param("**", "any/thing", True, id="everything"),
        pytest.param("*.js", "a.js", True, id="suffix-at-the-top"),
        pytest.param("*.js", "b/a.js", False, id="suffix-below"),
        pytest.param("**.js", "b/a.js", True, id="suffix-anywhere"),
        pytest.param("docs/**/*.md", "docs/a.md", True, id="no-folder-between"),
        pytest.param("docs/**/*.md", "docs/b/c/a.md", True, id="folders-between"),
        pytest.param("v[0-9]+.[0-9]+", "v12.3", True, id="ranges-and-plus"),
        pytest.param("v[0-9]+.[0-9]+", "v12a3", False, id="a-dot-is-a-dot"),
        pytest.param("colou?r", "color", True, id="question-mark-takes-zero-or-one"),
        pytest.param("[12]00", "300", False, id="list"),
        pytest.param("[", "[", True, id="lone-bracket"),
        pytest.param("a(b", "a(b", True, id="brackets-mean-nothing"),
        pytest.param("+", "+", False, id="nothing-to-repeat"),
    ],
)
def test_patterns_mean_what_githubs_cheat_sheet_says(pattern: str, name: str, fits: bool) -> None:
    """Stars stop at slashes, two do not; brackets list; ? and + follow a character."""
    assert matches(pattern, name) is fits


@pytest.mark.parametrize(
    ("patterns", "name", "picked"),
    [
        (["releases/**", "!releases/**-alpha"], "releases/1-alpha", False),
        (["releases/**", "!releases/**-alpha"], "releases/1", True),
        (["!main", "main"], "main", True),
        (["!main"], "other", False),
    ],
)
def test_the_last_pattern_that_fits_counts(patterns: list[str], name: str, picked: bool) -> None:
    """``!`` takes away what an earlier pattern chose."""
    assert chosen(patterns, name) is picked


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_pattern_breaks_anything(pattern: str, name: str) -> None:
    """Strangers write patterns; any text is one."""
    assert matches(pattern, name) in {True, False}


# Triggers.


@pytest.mark.parametrize(
    ("on", "ref", "changed", "starts"),
    [
        pytest.param("push", "refs/heads/x", {"a"}, True, id="any-branch"),
        pytest.param("push", "refs/tags/v1", None, True, id="any-tag"),
        pytest.param("[pull_request]", "refs/heads/x", {"a"}, False, id="another-event"),
        pytest.param("{push: {branches: [main]}}", "refs/heads/main", {"a"}, True, id="named"),
        pytest.param("{push: {branches: [main]}}", "refs/heads/x", {"a"}, False, id="unnamed"),
        pytest.param("{push: {branches: [main]}}", "refs/tags/v1", None, False, id="no-tags"),
        pytest.param("{push: {tags: ['v*']}}", "refs/heads/main", {"a"}, False, id="no-branches"),
        pytest.param("{push: {tags: ['v*']}}", "refs/tags/v1", None, True, id="tag"),
        pytest.param("{push: {branches-ignore: [x]}}", "refs/heads/x", {"a"}, False, id="ignored"),
        pytest.param("{push: {paths: ['src/**']}}", "refs/heads/x", {"src/a"}, True, id="path"),
        pytest.param("{push: {paths: ['src/**']}}", "refs/heads/x", {"a"}, False, id="other-path"),
        pytest.param("{push: {paths: ['src/**']}}", "refs/heads/x", None, True, id="new-branch"),
        pytest.param("{push: {paths-ignore: ['*.md']}}", "refs/heads/x", {"a.md"}, False, id="md"),
        pytest.param(
            "{push: {paths-ignore: ['*.md']}}", "refs/heads/x", {"a.md", "b"}, True, id="and-more"
        ),
        pytest.param(
            "{push: {paths: ['b']}}", "refs/tags/v1", {"a"}, True, id="tags-have-no-paths"
        ),
    ],
)
def test_a_push_starts_what_waits_for_it(
    on: str, ref: str, changed: set[str] | None, starts: bool
) -> None:
    """Branches, tags and paths, wanted and ignored."""
    assert starts_on_push(sound(f"on: {on}\n{JOB}"), ref, changed) is starts


@pytest.mark.parametrize(
    ("on", "action", "starts"),
    [
        ("pull_request", "opened", True),
        ("pull_request", "synchronize", True),
        ("pull_request", "labeled", False),
        ("{pull_request: {types: [labeled]}}", "labeled", True),
        ("{pull_request: {types: [labeled]}}", "opened", False),
        ("{pull_request: {branches: ['release/**']}}", "opened", False),
        ("{pull_request: {paths: [docs/*]}}", "opened", False),
        ("push", "opened", False),
    ],
)
def test_a_pull_request_starts_what_waits_for_it(on: str, action: str, starts: bool) -> None:
    """Three types unless others are named; branches are those merged into."""
    assert starts_on_pull_request(sound(f"on: {on}\n{JOB}"), action, "main", {"a"}) is starts


def test_a_dispatch_starts_what_waits_for_its_type() -> None:
    """Types are optional there."""
    some = sound(f"on: {{repository_dispatch: {{types: [nightly]}}}}\n{JOB}")
    assert (starts_on_dispatch(some, "nightly"), starts_on_dispatch(some, "x")) == (True, False)
    assert starts_on_dispatch(sound(f"on: repository_dispatch\n{JOB}"), "x")


# Jobs.


@pytest.mark.parametrize(
    ("strategy", "names"),
    [
        ("{}", ["a"]),
        ("{matrix: {v: [1, 2]}}", ["a (1)", "a (2)"]),
        ("{matrix: {v: [1, 2], os: [x]}}", ["a (1, x)", "a (2, x)"]),
        ("{matrix: {v: [1, 2], exclude: [{v: 1}]}}", ["a (2)"]),
        ("{matrix: {v: [1], include: [{v: 3}]}}", ["a (1)", "a (3)"]),
        ("{matrix: {v: [1, 2], include: [{v: 2, e: y}]}}", ["a (1)", "a (2, y)"]),
        ("{matrix: {include: [{v: 1}, {v: 2}]}}", ["a (1)", "a (2)"]),
        ("{matrix: '${{ fromJSON(x) }}'}", ["a"]),
        ("{matrix: {v: '${{ fromJSON(x) }}'}}", ["a"]),
    ],
)
def test_a_matrix_makes_jobs_with_githubs_names(strategy: str, names: list[str]) -> None:
    """As far as the file alone says what is in it."""
    (plan,) = sound(f"on: push\njobs: {{a: {{runs-on: x, strategy: {strategy}}}}}").jobs
    assert [job_name(plan, values) for values in plan.matrix or ({},)] == names


def test_a_name_of_its_own_takes_in_the_matrix() -> None:
    """Named values are put in; without any the values follow in brackets."""
    text = "on: push\njobs: {{a: {{runs-on: x, name: '{}'}}}}"
    (plain,) = sound(text.format("Build")).jobs
    (filled,) = sound(text.format("JDK ${{ matrix.v }}")).jobs
    assert job_name(plain, {"v": 1}) == "Build (1)"
    assert job_name(filled, {"v": 1}) == "JDK 1"


def test_a_huge_matrix_is_cut() -> None:
    """256 jobs are GitHub's limit."""
    axis = str(list(range(100)))
    (plan,) = sound(
        f"on: push\njobs: {{a: {{runs-on: x, strategy: {{matrix: {{v: {axis}, w: {axis}}}}}}}}}"
    ).jobs
    assert len(plan.matrix) == 256


def test_a_called_workflow_becomes_jobs_with_its_callers_name() -> None:
    """What needs the caller needs all that it calls."""
    caller = sound(
        "on: push\njobs:\n  build: {runs-on: x}\n"
        "  deploy: {needs: build, uses: ./.github/workflows/deploy.yml}\n"
        "  tell: {needs: deploy, runs-on: x}\n"
        "  gone: {uses: other/repo/.github/workflows/a.yml@v1}\n"
    )
    called = sound(
        "on: workflow_call\njobs: {plan: {runs-on: x}, apply: {needs: plan, runs-on: x}}"
    )
    found = {"./.github/workflows/deploy.yml": called}
    jobs = {one.key: one for one in with_called_jobs(caller, found.get)}
    assert {one.name or key: set(one.needs) for key, one in jobs.items()} == {
        "build": set(),
        "deploy / plan": {"build"},
        "deploy / apply": {"build", "deploy/plan"},
        "tell": {"deploy/plan", "deploy/apply"},
        "gone": set(),
    }


def test_a_workflow_that_calls_itself_ends() -> None:
    """GitHub allows ten levels."""
    itself = sound("on: workflow_call\njobs: {a: {uses: ./a.yml}}")
    assert len(with_called_jobs(itself, lambda _: itself)) == 1


# Inputs.

DISPATCH = f"""
on:
  workflow_dispatch:
    inputs:
      env: {{type: choice, options: [dev, prod], required: true}}
      count: {{type: number, default: 2}}
      dry: {{type: boolean}}
      note: {{description: Anything}}
{JOB}
"""


def test_inputs_have_their_defaults() -> None:
    """All that are declared are there, as text."""
    given_all = checked_inputs(sound(DISPATCH), {"env": "dev"})
    assert given_all == {"env": "dev", "count": "2", "dry": "false", "note": ""}


@pytest.mark.parametrize(
    ("given_inputs", "told"),
    [
        ({}, "Required input 'env' not provided"),
        ({"env": ""}, "Required input 'env' not provided"),
        ({"env": "moon"}, "Provided value 'moon' for input 'env' not in the list"),
        ({"env": "dev", "x": "1"}, 'Unexpected inputs provided: ["x"]'),
        ({"env": "dev", "count": "many"}, "not a number"),
        ({"env": "dev", "dry": "perhaps"}, "not a boolean"),
        ({"env": "dev", "note": "x" * 65_536}, "inputs are too large"),
        ({f"i{n}": "" for n in range(26)}, "up to 25 `inputs`"),
    ],
)
def test_wrong_inputs_are_refused_in_githubs_words(given_inputs: dict[str, str], told: str) -> None:
    """Clients show these messages to people."""
    with pytest.raises(Refused) as refused:
        checked_inputs(sound(DISPATCH), given_inputs)
    assert (refused.value.status, told in refused.value.message) == (422, True)


# Permissions and problems.


@pytest.mark.parametrize(
    ("permissions", "job", "may"),
    [
        ("", "{}", {"contents": "read"}),
        ("permissions: {}", "{}", {}),
        ("permissions: {contents: write, id-token: write}", "{}", {"contents": "write"}),
        ("permissions: {}", "{issues: write}", {"issues": "write"}),
        ("permissions: {contents: write}", "{contents: none}", {}),
        ("permissions: read-all", "{pull-requests: write}", {"pull_requests": "write"}),
    ],
)
def test_the_token_may_what_the_jobs_are_given(
    permissions: str, job: str, may: dict[str, str]
) -> None:
    """A job's own permissions replace the file's."""
    jobs = "jobs: {a: {runs-on: x}}"
    if job != "{}":
        jobs = f"jobs: {{a: {{runs-on: x, permissions: {job}}}}}"
    assert token_permissions(sound(f"on: push\n{permissions}\n{jobs}")) == may


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("on: push\njobs: {", "YAML cannot be read: line"),
        ("- a\n- b", "must be a mapping"),
        ("", "must be a mapping"),
        (JOB, "No event triggers"),
        ("on: push", "No jobs are defined"),
        ("on: push\njobs: {a: }", "must be a mapping"),
        ("on: push\njobs: {a: {steps: []}}", "has no `runs-on`"),
        ("on: push\njobs: {a: {runs-on: x, needs: b}}", "depends on unknown job `b`"),
        ("on: push\npermissions: all\n" + JOB, "`permissions` must be"),
        ("[" * 5000, "too many brackets"),
        ("a: " + "x" * 600_000, "too large"),
    ],
)
def test_a_broken_file_says_what_is_wrong(text: str, problem: str) -> None:
    """Nothing that a stranger writes raises."""
    assert problem in read(text).problem


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "on",
                        "jobs",
                        "push",
                        "needs",
                        "if",
                        "strategy",
                        "matrix",
                        "steps",
                        "name",
                        "x",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_yaml_at_all_is_read_or_refused(value: object) -> None:
    """Whatever is where a mapping or a list should be."""
    file = read(json.dumps(value))
    assert file.problem or file.jobs


def test_the_name_is_the_path_without_one() -> None:
    """As GitHub shows such workflows."""
    assert sound(f"on: push\n{JOB}").name == ".github/workflows/ci.yml"
    assert sound(f"name: CI\non: push\n{JOB}").name == "CI"


def test_one_need_may_be_a_word() -> None:
    """A list of one is written without brackets."""
    file = sound("on: push\njobs: {a: {runs-on: x, needs: b}, b: {runs-on: x}}")
    assert file.jobs[0].needs == ("b",)
