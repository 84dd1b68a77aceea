"""``/report``: the owners hear what is wrong, once, and nothing that is not theirs to hear."""

from dataclasses import replace

import pytest

from bot.audit import AuditLog
from bot.clock import ManualClock
from bot.github.port import Role
from bot.organization import Organization
from bot.progress.health_view import LABEL as UNHEALTHY
from bot.progress.notices import Notices
from bot.progress.report_view import LABEL, report_issue, without_name
from bot.projects import Project, ProjectRecords, RequestRecords
from bot.projects.request_record import Request
from bot.templates.health.report_record import ReportRecords
from bot.templates.health.report_template import ReportTemplate
from bot.templates.health.thread_version import ThreadVersion
from bot.templates.health.watch import Watch
from bot.templates.version_record import TemplateVersion, TemplateVersions
from bot.work.events import CommentMade, Person
from tests.bot_in_memory import CATALOG, NAME, person
from tests.fake_github import FakeGitHub
from tests.progress.test_sticky import Killed
from tests.store.memory import MemoryDocuments
from tests.templates.health.world import HealthWorld

TOM, SAM = person("tom"), person("sam")


async def in_project(world: HealthWorld, visibility: str = "private") -> Project:
    """A project whose repository dana and tom may read."""
    project = await world.a_project()
    repository = world.github.repositories[project.full_name]
    world.github.repositories[project.full_name] = replace(repository, visibility=visibility)
    for login in ("dana", "tom"):
        world.github.roles[project.full_name, login] = Role.READ
    return project


def answer(world: HealthWorld, where: str, number: int = 1) -> str:
    """The newest comment of a thread."""
    return world.github.texts(where, number)[-1]


async def reporters(world: HealthWorld) -> int:
    return (await world.health()).reporters


async def test_a_report_is_thanked_for_and_reaches_the_owners(world: HealthWorld) -> None:
    project = await in_project(world)
    await world.say("/report the README lies about `make test`", where=project.full_name)
    (issue,) = world.labelled(LABEL)
    assert issue.title == "Report on `greeter` 1.0.0"
    assert set(issue.labels) == {LABEL, "team:platform"}
    assert issue.body.startswith("@acme/platform: somebody reports on `greeter` 1.0.0\n")
    assert "```text\nthe README lies about `make test`\n```" in issue.body
    assert "Reported by @dana in [acme/money-kit](" in issue.body
    said = answer(world, project.full_name)
    assert said.startswith("@dana Thank you. Your report on `greeter` 1.0.0 is with `platform`")
    assert f"[{CATALOG}#{issue.number}]({issue.html_url})" in said
    assert await reporters(world) == 1
    actions = await world.bot.audit.for_subject(f"{project.full_name}#1")
    assert [each.action for each in actions] == ["template.reported"]


async def test_a_report_is_no_request(world: HealthWorld) -> None:
    """Its issue carries no label of a form, and nobody answers in it."""
    project = await in_project(world)
    await world.say("/report broken", where=project.full_name)
    (issue,) = world.labelled(LABEL)
    await world.turn(issue.number, "closed")
    await world.turn(issue.number, "reopened")
    assert world.texts(issue.number) == []


async def test_a_request_is_a_place_to_report_before_anything_is_made(world: HealthWorld) -> None:
    """Here its answers wait for a correction."""
    number = await world.file("### Repository name\n\n!")
    await world.idle()
    await world.comment(number, "/report its form asks for nonsense")
    await world.idle()
    assert "Your report on `greeter` 1.0.0" in world.texts(number)[-1]
    (issue,) = world.labelled(LABEL)
    assert f"in [{CATALOG}](" in issue.body


async def test_a_thread_without_a_template_says_so(world: HealthWorld) -> None:
    number = await world.file("Hello", label="question")
    await world.idle()
    await world.comment(number, "/report broken")
    await world.idle()
    assert "This thread is about no template" in world.texts(number)[-1]
    assert world.labelled(LABEL) == []


async def test_strangers_report_nothing(world: HealthWorld) -> None:
    """Who may not use the template is answered by silence."""
    project = await in_project(world)
    await world.say("/report broken", where=project.full_name, by=SAM)
    assert world.labelled(LABEL) == []
    assert world.github.texts(project.full_name, 1) == []


async def test_a_comment_that_is_told_twice_is_one_report(world: HealthWorld) -> None:
    project = await in_project(world)
    id_ = await world.say("/report broken", where=project.full_name)
    await world.say("/report broken", where=project.full_name, id_=id_)
    assert len(world.labelled(LABEL)) == 1
    assert len(world.github.texts(project.full_name, 1)) == 1
    assert await reporters(world) == 1


async def test_a_comment_makes_one_report(world: HealthWorld) -> None:
    project = await in_project(world)
    await world.say("/report one\n\n/report two", where=project.full_name)
    assert len(world.labelled(LABEL)) == 1
    assert "the first of these lines did" in answer(world, project.full_name)


async def test_closing_the_issue_closes_the_report_and_reopening_opens_it(
    world: HealthWorld,
) -> None:
    project = await in_project(world)
    await world.say("/report broken", where=project.full_name)
    (issue,) = world.labelled(LABEL)
    await world.turn(issue.number, "closed")
    assert await reporters(world) == 0
    await world.turn(issue.number, "reopened")
    assert await reporters(world) == 1


async def test_a_lost_event_is_made_good_once_a_day(world: HealthWorld) -> None:
    """GitHub does not repeat by itself what it could not deliver."""
    project = await in_project(world)
    await world.say("/report broken", where=project.full_name)
    (issue,) = world.labelled(LABEL)
    await world.job("health-daily")
    await world.turn(issue.number, "closed", tell=False)
    await world.job("health-daily")
    assert await reporters(world) == 1  # that was today's turn already
    world.later(24 * 3600)
    await world.job("health-daily")
    assert await reporters(world) == 0
    await world.turn(issue.number, "reopened", tell=False)
    world.later(24 * 3600)
    await world.job("health-daily")
    assert await reporters(world) == 1


async def test_a_day_without_reports_costs_nothing(world: HealthWorld) -> None:
    world.github.calls.clear()
    await world.job("health-daily")
    assert world.github.calls == []


async def test_one_person_is_one_voice_and_is_slowed_down(world: HealthWorld) -> None:
    project = await in_project(world)
    for number in range(5):
        await world.say(f"/report broken {number}", where=project.full_name)
    assert len(world.labelled(LABEL)) == 3
    assert "3 times within a day; this one was not kept" in answer(world, project.full_name)
    assert await reporters(world) == 1
    await world.say("/report me too", where=project.full_name, by=TOM)
    assert await reporters(world) == 2
    world.later(24 * 3600 + 1)
    await world.say("/report still broken", where=project.full_name)
    assert len(world.labelled(LABEL)) == 5


HOSTILE = [
    pytest.param("``` @acme/payments fixes #1 ```", id="fence"),
    pytest.param("~~~ ```` </details> <img src=x>", id="longer-fence"),
    pytest.param("<!-- paved-road:report:7 --> [x](https://evil.test)", id="marker"),
    pytest.param("<script>alert(1)</script> | a | table \u202e", id="html"),
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_strangers_text_does_nothing_where_it_is_shown(hostile: str) -> None:
    _title, body = report_issue(
        "`greeter` 1.0.0",
        team="@acme/platform",
        text=hostile,
        login="dana",
        repository="acme/money-kit",
        url="u",
        named=True,
    )
    inside, outside = in_the_fence(body)
    assert inside.replace("\u200b", "").replace("⟨U+202E⟩", "\u202e") == hostile
    assert "<!--" not in inside
    assert hostile[:12] not in outside


async def test_a_mention_in_a_report_calls_nobody(world: HealthWorld) -> None:
    """The way from the comment to the issue leaves it in the fence, too."""
    project = await in_project(world)
    hostile = "``a```b`` @acme/payments fixes #1 https://evil.test"
    await world.say(f"/report {hostile}", where=project.full_name)
    (issue,) = world.labelled(LABEL)
    inside, outside = in_the_fence(issue.body)
    assert inside == hostile
    assert "payments" not in outside
    assert "evil" not in outside + issue.title + answer(world, project.full_name)


def in_the_fence(body: str) -> tuple[str, str]:
    """What GitHub shows as code, and the rest."""
    lines = body.splitlines()
    (start,) = [n for n, line in enumerate(lines) if line.endswith("`text")]
    ticks = lines[start].removesuffix("text")
    end = lines.index(ticks, start + 1)
    inside = "\n".join(lines[start + 1 : end])
    assert ticks not in inside
    return inside, "\n".join([*lines[:start], *lines[end + 1 :]])


# --- who may know ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("project_is", "catalog_is", "named"),
    [
        ("private", "private", True),
        ("internal", "private", True),
        ("public", "internal", True),
        ("private", "internal", False),
        ("private", "public", False),
        ("internal", "public", False),
    ],
)
async def test_a_project_that_few_can_see_is_not_named_before_many(
    world: HealthWorld, project_is: str, catalog_is: str, named: bool
) -> None:
    project = await in_project(world, project_is)
    catalog = world.github.repositories[CATALOG]
    world.github.repositories[CATALOG] = replace(catalog, visibility=catalog_is)
    if project_is == "public":
        world.github.roles[project.full_name, "dana"] = Role.TRIAGE
    await world.say(
        "/report acme/money-kit and Money_Kit do not build",
        where=project.full_name,
        visibility=project_is,
    )
    (issue,) = world.labelled(LABEL)
    whole = (issue.title + issue.body).lower()
    assert ("money" in whole) == named
    assert ("dana" in whole) == named
    if not named:
        assert "(this project) and (this project) do not build" in issue.body
        assert "neither your name nor this repository's" in answer(world, project.full_name)
        assert world.labelled(UNHEALTHY) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("moneykit, MONEY KIT, acme/money.kit", "(this project), (this project), (this project)"),
        ("https://github.com/acme/money-kit/pull/3", "https://github.com/(this project)/pull/3"),
        ("money", "money"),
    ],
)
def test_a_name_is_taken_out_however_it_is_written(text: str, shown: str) -> None:
    assert without_name(text, "acme/money-kit") == shown


# --- kills -----------------------------------------------------------------------------


COMMENT = CommentMade(
    guid="g",
    repository=NAME,
    number=7,
    on_pull_request=False,
    comment_id=70,
    body="",
    sender=Person(id=7, login="dana", is_person=True),
    author=Person(id=7, login="dana", is_person=True),
    url="u",
    visibility="private",
)


async def about(version: TemplateVersion) -> ThreadVersion:
    """The thread of ``COMMENT`` is about that version; nobody dies yet."""
    documents = MemoryDocuments()
    requests, versions = RequestRecords(documents), TemplateVersions(documents)
    await versions.add(version)
    await requests.save(_request(version))
    return ThreadVersion(requests=requests, projects=ProjectRecords(documents), versions=versions)


def _request(version: TemplateVersion) -> Request:
    return Request(id=f"{CATALOG}#7", author_id=7, author="dana", version_id=version.id)


async def report(github: FakeGitHub, documents: MemoryDocuments, version_of: ThreadVersion) -> str:
    """A new process each time: nothing is remembered but the store and GitHub."""

    async def organization() -> Organization:
        return Organization(
            organization="acme", platform_team="platform", business_units=(), teams=()
        )

    clock = ManualClock()
    bundle = github.bundle()
    service = ReportTemplate(
        version_of=version_of,
        reports=ReportRecords(documents),
        watch=Watch(documents),
        organization=organization,
        github=bundle,
        notices=Notices(bundle.issues, documents),
        audit=AuditLog(documents, clock=clock),
        clock=clock,
        catalog=NAME,
    )
    return await service(COMMENT, ["broken"])


async def test_killed_at_any_write_there_is_one_report_and_one_issue(world: HealthWorld) -> None:
    version_of = await about(await world.version())
    for write in range(1, 9):
        github, written = FakeGitHub(), 0

        def die() -> None:
            nonlocal written
            written += 1
            if written == write:  # noqa: B023 - called within this turn alone
                raise Killed

        documents = MemoryDocuments(before_write=die)
        try:
            said = await report(github, documents, version_of)
        except Killed:
            said = await report(github, documents, version_of)
        assert "is with `platform`" in said
        assert len(github.issues[CATALOG]) == 1
        (kept,) = await ReportRecords(documents).everything()
        assert (kept.issue, kept.open) == (1, True)
        version = await world.version()
        assert await Watch(documents).to_look_at() == [version.id]
        assert len(await documents.find("audit", {})) == 1


@pytest.mark.parametrize("call", ["issues.create"])
async def test_killed_after_the_issue_was_opened_it_is_found_again(
    world: HealthWorld, call: str
) -> None:
    version_of = await about(await world.version())
    github, documents = FakeGitHub(), MemoryDocuments()

    def die(called: str) -> None:
        if called == call:
            github.after = lambda _call: None
            raise Killed

    github.after = die
    with pytest.raises(Killed):
        await report(github, documents, version_of)
    await report(github, documents, version_of)
    assert len(github.issues[CATALOG]) == 1


async def test_an_issue_that_was_closed_before_its_number_was_noted_counts_as_closed(
    world: HealthWorld,
) -> None:
    """Its event found no report; the repeat of the command asks how it stands."""
    version_of = await about(await world.version())
    github, documents = FakeGitHub(), MemoryDocuments()
    github.before = lambda call: _die_at("issues.get", call)
    with pytest.raises(Killed):
        await report(github, documents, version_of)
    github.before = lambda _call: None
    issues = github.issues[CATALOG]
    issues[1] = replace(issues[1], state="closed")
    await report(github, documents, version_of)
    (kept,) = await ReportRecords(documents).everything()
    assert (kept.issue, kept.open) == (1, False)


def _die_at(call: str, called: str) -> None:
    if called == call:
        raise Killed
