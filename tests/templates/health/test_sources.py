"""What happens is observed, once however often it is told, and nothing else is."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import RetryLater
from bot.github.port import File, Forbidden, Job, RepositoryName
from bot.projects import Project, ProjectRecords
from bot.runs import RunRecords, RunState
from bot.templates.check.known_verdict import Verdicts, Verified
from bot.templates.folder import read_folder
from bot.templates.health.evidence import EvidenceRecords, Source
from bot.templates.health.from_projects import OnFirstBuild
from bot.templates.health.observe import Observe
from bot.templates.health.watch import Watch
from bot.work.events import Person, WorkflowRunEnded
from tests.bot_in_memory import CATALOG, FOLDER, open_bot_world
from tests.requests_in_memory import form
from tests.store.memory import MemoryDocuments
from tests.templates.health.world import HealthWorld

README = "templates/greeter/{{cookiecutter.project_slug}}/README.md"


# --- projects are made ---------------------------------------------------------------


async def test_a_project_that_is_made_counts_once_however_often_its_run_is_looked_at(
    world: HealthWorld,
) -> None:
    project = await world.a_project()
    (run,) = await world.bot.runs.of_subject(f"{CATALOG}#1")
    assert await world.counts() == {"generation": (1, 0)}
    for _ in range(2):  # an edit of the issue makes the bot show the run again
        await world.bot.engine.advance(run.id)
    assert await world.counts() == {"generation": (1, 0)}
    assert project.template_version_id == (await world.version()).id
    (evidence,) = await world.evidence.of_version(project.template_version_id)
    assert evidence.url == f"https://github.test/{CATALOG}/issues/1"


async def test_a_template_that_cannot_render_has_failed_once_a_person(tmp_path: Path) -> None:
    """Whatever that person tries: other requests, and ``/retry``."""
    broken = File(path=README, content=b"{{ cookiecutter.nobody }}\n")
    good = {file.path: file for file in read_folder(FOLDER)}
    async with open_bot_world(tmp_path, catalog=[*(good | {README: broken}).values()]) as opened:
        world = HealthWorld(opened.github, opened.bot)
        for name in ("money-kit", "other-kit"):
            number = await world.file(form(**{"Repository name": name}))
            await world.idle()
            assert await world.run_of(number) is RunState.FAILED
        await world.comment(number, "/retry")
        await world.idle()
        assert await world.counts() == {"generation": (0, 1)}
        assert len(await world.evidence.of_version((await world.version()).id)) == 2


async def test_a_failure_that_is_not_the_templates_says_nothing(world: HealthWorld) -> None:
    def refuse(call: str) -> None:
        if call == "repositories.set_topics":
            raise Forbidden("administration:write is missing")

    world.github.before = refuse
    number = await world.file(form())
    await world.idle()
    assert await world.run_of(number) is RunState.FAILED
    assert await world.counts() == {}


async def test_undoing_a_project_takes_nothing_back(world: HealthWorld) -> None:
    """It was made all the same."""
    await world.a_project()
    await world.comment(1, "/undo confirm")
    await world.idle()
    assert await world.run_of(1) is RunState.UNDONE
    assert await world.counts() == {"generation": (1, 0)}


# --- the verify commands -------------------------------------------------------------


async def test_the_commands_of_merged_content_count_by_their_newest_end(
    world: HealthWorld,
) -> None:
    """They ran before the merge; the version is known by its content."""
    number = await world.open_pull([_commands(world)])
    await world.idle()
    await commands_end(world, "success")
    world.merge(number)
    await world.tell_push()
    await world.idle()
    version = await world.version()
    assert version.version == "1.1.0"
    assert await world.counts() == {"verify": (1, 0)}

    verdicts = Verdicts(world.bot.store.documents)
    known = await verdicts.get("greeter", version.tree)
    assert known is not None
    failed = replace(known.verification, state=Verified.FAILED)
    await verdicts.verified("greeter", version.tree, failed)
    checks = [each for each in await world.bot.runs.page(limit=99) if each.kind == "check"]
    (check,) = [each for each in checks if each.subject == f"{CATALOG}#{number}"]
    await world.bot.engine.advance(check.id)
    assert await world.counts() == {"verify": (0, 1)}


# --- first builds ----------------------------------------------------------------------


async def test_a_first_build_counts_once_and_by_its_first_end(world: HealthWorld) -> None:
    """What somebody had to mend before a re-run passed is not the template's doing."""
    project = await world.a_project()
    for _ in range(2):
        await world.built(project, "failure", at_s=100)
    await world.built(project, "success", at_s=200)
    assert (await world.counts())["first-build"] == (0, 1)


async def test_a_first_build_that_is_told_late_still_is_the_first(world: HealthWorld) -> None:
    """GitHub promises no order."""
    project = await world.a_project()
    await world.built(project, "failure", at_s=200)
    await world.built(project, "success", at_s=100)
    assert (await world.counts())["first-build"] == (1, 0)


async def test_every_workflow_of_the_first_commit_has_to_pass(world: HealthWorld) -> None:
    project, other = await world.a_project(), await world.a_project("other-kit")
    await world.built(project, "success", at_s=100)
    await world.built(project, "timed_out", workflow=".github/workflows/docs.yml", at_s=101)
    await world.built(other, "success", at_s=100)
    assert (await world.counts())["first-build"] == (1, 1)


@pytest.mark.parametrize(
    "build",
    [
        pytest.param({"conclusion": "cancelled"}, id="cancelled"),
        pytest.param({"conclusion": "skipped"}, id="skipped"),
        pytest.param({"conclusion": "failure", "commit": "b" * 40}, id="a-later-commit"),
        pytest.param({"conclusion": "failure", "branch": "mine"}, id="another-branch"),
        pytest.param({"conclusion": "failure", "event": "schedule"}, id="by-the-clock"),
    ],
)
async def test_what_is_no_first_build_says_nothing(
    world: HealthWorld, build: dict[str, str]
) -> None:
    await world.built(await world.a_project(), **build)  # type: ignore[arg-type]  # all of them are text
    assert "first-build" not in await world.counts()


async def test_a_build_faster_than_the_registration_comes_back(world: HealthWorld) -> None:
    """Its project is still being made; where nobody makes one, there is nothing to wait for."""
    project = await world.a_project()
    (run,) = await world.bot.runs.of_subject(f"{CATALOG}#1")
    documents = MemoryDocuments()
    runs, projects = RunRecords(documents), ProjectRecords(documents)
    evidence = EvidenceRecords(documents)
    handler = OnFirstBuild(
        observe=Observe(evidence, Watch(documents)), projects=projects, runs=runs
    )
    event = a_build(project)
    await handler(event)
    await runs.add(replace(run, state=RunState.RUNNING))
    with pytest.raises(RetryLater):
        await handler(event)
    await projects.put(project)
    await handler(event)
    assert len(await evidence.of_version(project.template_version_id)) == 1


def a_build(project: Project) -> WorkflowRunEnded:
    return WorkflowRunEnded(
        guid="g",
        repository=RepositoryName.of(project.full_name),
        run_id=1,
        workflow=".github/workflows/ci.yml",
        event="push",
        branch="main",
        on_default_branch=True,
        head_sha=project.first_commit,
        conclusion="success",
        ended_at="2026-01-01T00:00:00Z",
        url="u",
        sender=Person(id=1, login="github-actions[bot]", is_person=False),
    )


async def test_builds_of_other_peoples_repositories_cost_no_request(world: HealthWorld) -> None:
    project = await world.a_project()
    world.github.calls.clear()
    await world.built(replace(project, full_name="acme/nobodys"), "failure")
    await world.deployed(replace(project, full_name="acme/nobodys"), "failure")
    assert world.github.calls == []
    assert await world.counts() == {"generation": (1, 0)}


# --- deployments -------------------------------------------------------------------------


async def test_of_each_project_the_newest_deployment_counts(world: HealthWorld) -> None:
    project, other = await world.a_project(), await world.a_project("other-kit")
    for number in range(20):
        await world.deployed(project, "failure", deployment=number, at_s=100 + number)
    await world.deployed(other, "success", at_s=100)
    assert (await world.counts())["deployment"] == (1, 1)
    await world.deployed(project, "success", deployment=30, at_s=200)
    await world.deployed(project, "error", deployment=29, at_s=150)  # told late
    for state in ("pending", "in_progress", "queued", "inactive"):
        await world.deployed(project, state, deployment=31, at_s=300)
    assert (await world.counts())["deployment"] == (2, 0)


async def test_a_new_project_of_an_old_name_is_told_from_it(world: HealthWorld) -> None:
    """The first was undone; its repository is gone and its record stays."""
    first = await world.a_project()
    await world.comment(1, "/undo confirm")
    await world.idle()
    second = await world.a_project()
    assert first.id != second.id
    await world.deployed(second, "success", at_s=100)
    found = await world.evidence.of_version(second.template_version_id)
    assert [each.about for each in found if each.source is Source.DEPLOYMENT] == [second.id]


async def commands_end(world: HealthWorld, conclusion: str) -> None:
    """The workflow run that runs the verify commands completes, each of its jobs alike."""
    (run_id,) = world.github.workflow_runs
    run = replace(world.github.workflow_runs[run_id], status="completed", conclusion=conclusion)
    world.github.workflow_runs[run_id] = run
    world.github.jobs[run_id] = [
        Job(id=n, name=case["project"], status="completed", conclusion=conclusion, html_url="u")
        for n, case in enumerate(json.loads(world.github.dispatched[run_id]["cases"]))
    ]
    await world.tell_verify_ended(run_id)
    await world.idle()


def _commands(world: HealthWorld) -> File:
    """The greeter's manifest with a verify command, and a higher version."""
    manifest = world.at_head("templates/greeter/template.yml")
    text = manifest.content.decode().replace("version: 1.0.0", "version: 1.1.0")
    return replace(manifest, content=f'{text}\nverify: ["cat README.md"]\n'.encode())
