"""Settings as people meet them: shown and changed by comment, checked when edited by hand.

The bot is the real one; GitHub is in memory.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bot.deploy_settings import PATH, new_file, rules_for
from bot.errors import RetryLater
from bot.github.port import File, Forbidden, Rejected, Role
from bot.projects import Project, ProjectState
from bot.projects.record import Author, Tags
from bot.projects.settings.propose import BRANCH
from bot.templates.folder import read_folder
from bot.templates.version_record import TemplateVersions
from tests.bot_in_memory import CATALOG, FOLDER, IDS, BotWorld, open_bot_world, person

SHOP = "acme/shop"
CHECK = "Paved Road: settings"
SETTINGS = rules_for().complete({"cloud_provider": "aws", "region": "eu-central-1"})


@dataclass
class Shop(BotWorld):
    """A project that is deployed, whose team's members are dana (maintain) and tom (write)."""

    comments: int = 500
    thread: int = 3

    async def say(self, text: str, *, by: str = "dana", again: int = 0) -> str:
        """A comment in the project; returns the bot's answer, empty where it is silent."""
        self.comments += 1
        id_ = again or self.comments
        url = f"https://github.test/{SHOP}/issues/3#c{id_}"
        await self.deliver(
            "issue_comment",
            SHOP,
            {
                "action": "created",
                "issue": {
                    "number": self.thread,
                    "title": "Talk",
                    "user": person("dana"),
                    "html_url": f"https://github.test/{SHOP}/issues/3",
                },
                "comment": {"id": id_, "html_url": url, "user": person(by), "body": text},
                "repository": {"full_name": SHOP},
                "sender": person(by),
            },
        )
        await self.idle()
        marker = f"answer-{id_} "
        texts = [each for each in self.github.texts(SHOP, self.thread) if marker in each]
        assert len(texts) <= 1
        return texts[0] if texts else ""

    def file_at(self, commit: str) -> Any:
        """What the settings file says at a commit."""
        return json.loads(self.github.trees[commit][PATH].content)

    @property
    def on_main(self) -> Any:
        return self.file_at(self.github.heads[SHOP])

    @property
    def proposed(self) -> Any:
        return self.file_at(self.github.branch_heads[SHOP, BRANCH])

    def edit(self, content: bytes, *, also: str = "") -> str:
        """Somebody commits another file on top of the default branch; not told yet."""
        head = self.github.heads[SHOP]
        files = {**self.github.trees[head], PATH: File(path=PATH, content=content)}
        if also:
            files[also] = File(path=also, content=b"x")
        return self.github.put(SHOP, list(files.values()), parent=head)

    async def pushed(self, commit: str, *paths: str, branch: str = "main", by: str = "tom") -> None:
        """The webhook of a push whose commits modify these paths."""
        await self.deliver(
            "push",
            SHOP,
            {
                "ref": f"refs/heads/{branch}",
                "after": commit,
                "commits": [{"added": [], "modified": list(paths), "removed": []}],
                "repository": {"full_name": SHOP, "default_branch": "main"},
                "sender": person(by),
            },
        )
        await self.idle()

    async def pull_request(self, head: str, base: str, action: str = "opened") -> None:
        """The webhook of somebody's pull request."""
        await self.deliver(
            "pull_request",
            SHOP,
            {
                "action": action,
                "pull_request": {
                    "number": 8,
                    "html_url": f"https://github.test/{SHOP}/pull/8",
                    "head": {"sha": head, "ref": "edit"},
                    "base": {"sha": base, "ref": "main"},
                    "user": person("tom"),
                },
                "repository": {"full_name": SHOP, "default_branch": "main"},
                "sender": person("tom"),
            },
        )
        await self.idle()

    def checks_at(self, commit: str) -> list[Any]:
        """The settings checks of a commit."""
        found = self.github.checks.values()
        return [each for each in found if (each.head_sha, each.name) == (commit, CHECK)]

    async def project(self) -> Project:
        found = await self.bot.projects.of_repository(SHOP)
        assert found is not None
        return found


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_bot_world(tmp_path, retry_s=0.001) as opened:
        shop = Shop(opened.github, opened.bot)
        await _made(shop)
        yield shop


async def _made(shop: Shop) -> None:
    content = new_file(SETTINGS)
    repository = shop.github.add_repository(SHOP, [File(path=PATH, content=content)])
    version = await TemplateVersions(shop.bot.store.documents).offered("pinger")
    assert version is not None
    project = Project(
        id=str(repository.id),
        name="shop",
        full_name=SHOP,
        description="Sells",
        organization="acme",
        author=Author(id=IDS["dana"], login="dana"),
        tags=Tags(application="shop", product="P", organization="acme", cost_center="CC-100"),
        team="payments",
        business_unit="Payments",
        template="pinger",
        template_version=version.version,
        template_commit=version.commit,
        template_version_id=version.id,
        first_commit=shop.github.heads[SHOP],
        repository_url=f"https://github.test/{SHOP}",
        visibility="private",
        cloud_provider="aws",
        image="",
        last_deployment=None,
        state=ProjectState.ACTIVE,
        request=f"{CATALOG}#1",
        created_at_s=1.0,
        updated_at_s=1.0,
        settings=SETTINGS,
    )
    await shop.bot.projects.put(project)
    shop.github.roles |= {
        (SHOP, "dana"): Role.MAINTAIN,
        (SHOP, "tom"): Role.WRITE,
        (SHOP, "sam"): Role.READ,
    }


# --- shown --------------------------------------------------------------------------------


async def test_readers_see_what_each_environment_has_and_costs(shop: Shop) -> None:
    shop.edit(new_file({**SETTINGS, "environments": {"dev": {"min_replicas": 1}}}))
    text = await shop.say("/settings", by="sam")
    assert text.startswith("@sam Settings of `acme/shop` on `main`\n\n| | dev | staging |")
    assert "| `min_replicas` | `1` | `2` | `2` |" in text
    assert "| Cost a month (estimate) | $34 to $89 | $52 to $89 | $52 to $89 |" in text
    assert "An estimate at list prices" in text


async def test_strangers_are_told_nothing(shop: Shop) -> None:
    assert await shop.say("/settings", by="petra") == ""


async def test_a_budget_that_does_not_suffice_is_said(shop: Shop) -> None:
    environments = {"dev": {"monthly_budget_usd": 60}, "staging": {"monthly_budget_usd": 9}}
    shop.edit(new_file({**SETTINGS, "environments": environments}))
    text = await shop.say("/settings")
    assert "`dev` may cost $89 a month under load, more than its budget of $60." in text
    assert "`staging` may cost $52 a month even with the fewest replicas" in text


async def test_a_broken_file_is_told_by_line(shop: Shop) -> None:
    shop.edit(b'{\n"cloud_provider": "aws",\n"<!-- x -->@sam": 1\n}')
    text = await shop.say("/settings")
    assert "is not in order" in text
    assert "- line 1: The key `region` is missing." in text
    assert "- line 3: " in text
    assert text.count("<!--") == 1  # our own marker


async def test_a_missing_file_is_told(shop: Shop) -> None:
    shop.github.put(SHOP, [], parent=shop.github.heads[SHOP])
    assert "`deploy/settings.json` is missing on `main`" in await shop.say("/settings")


async def test_a_project_that_is_not_deployed_has_none(shop: Shop) -> None:
    await shop.bot.projects.put(replace(await shop.project(), cloud_provider="", settings={}))
    shop.github.calls.clear()
    assert "`acme/shop` has no settings" in await shop.say("/settings")
    assert "contents.read_file" not in shop.github.calls


# --- changed by command ----------------------------------------------------------------------


async def test_a_change_becomes_a_pull_request_with_its_cost(shop: Shop) -> None:
    text = await shop.say("/settings set memory=2048 replicas=2-6 dev.replicas=1")
    ((number, pull),) = shop.github.pulls.items()
    assert f"Proposed in pull request [#{number}]({pull.html_url})." in text
    assert pull.title == (
        "Change settings: memory, dev.min_replicas, dev.max_replicas, staging.max_replicas and "
        "production.max_replicas"
    )
    body = shop.github.pull_bodies[number]
    assert f"Asked for by @dana in [a comment](https://github.test/{SHOP}/issues/3#c501)" in body
    assert "| `memory` | every environment | `1024` | `2048` |" in body
    assert "| `max_replicas` | dev | `4` | `1` |" in body
    assert "| dev | $52 to $89 | $38 | -$14 to -$51 |" in body
    assert "| staging | $52 to $89 | $59 to $144 | +$7 to +$55 |" in body
    assert "`plan.yml` comments the Terraform plan" in body
    assert "`/deploy dev`" in body
    assert shop.proposed["environments"] == {"dev": {"min_replicas": 1, "max_replicas": 1}}
    assert shop.on_main["memory_mib"] == 1024
    entries = await shop.bot.audit.for_subject(f"{CATALOG}#1")
    assert [each.action for each in entries] == ["settings.proposed"]
    assert "dev.min_replicas=1" in str(entries[0].details["changes"])


async def test_the_same_request_twice_is_one_pull_request(shop: Shop) -> None:
    first = await shop.say("/settings set memory=2048")
    commit = shop.github.branch_heads[SHOP, BRANCH]
    assert await shop.say("/settings set memory=2048", again=501) == first
    assert "Proposed in pull request" in await shop.say("/settings set memory=2048")
    assert len(shop.github.pulls) == 1
    assert shop.github.branch_heads[SHOP, BRANCH] == commit


async def test_an_open_pull_request_is_added_to(shop: Shop) -> None:
    await shop.say("/settings set memory=2048")
    await shop.say("/settings set staging.canary=20", by="dana")
    ((number, pull),) = shop.github.pulls.items()
    assert pull.title == "Change settings: memory and staging.canary"
    assert "| `canary` | staging | `10` | `20` |" in shop.github.pull_bodies[number]
    assert shop.proposed["memory_mib"] == 2048


async def test_after_a_merge_the_next_change_begins_anew(shop: Shop) -> None:
    await shop.say("/settings set memory=2048")
    ((number, pull),) = shop.github.pulls.items()
    shop.github.pulls[number] = replace(pull, state="closed", merged=True)
    shop.edit(new_file({**SETTINGS, "memory_mib": 2048, "health_failures": 5}))
    await shop.say("/settings set canary=20")
    assert len(shop.github.pulls) == 2
    assert (shop.proposed["canary_percent"], shop.proposed["health_failures"]) == (20, 5)


async def test_what_is_so_already_makes_nothing(shop: Shop) -> None:
    text = await shop.say("/settings set memory=1024")
    assert "These are the settings of `main` already" in text
    assert not shop.github.pull_branches


REFUSED = [
    ("memory=$(id)", "is one word of at most 200 Latin letters"),
    ("memory=\u0663", "is one word of at most 200 Latin letters"),
    ("memory=" + "9" * 10_000, "is one word of at most 200 Latin letters"),
    ("memory=1e99", "`memory` must be one of `512`, `1024`"),
    ("memory=3 canary=99", "`canary` must be a whole number from 1 to 50"),
    ("memory=512 memory=1024", "`memory_mib` is given twice"),
    ("constructor=1", "`constructor` is not a setting"),
    ("memory=8192", "Allowed is from 1 to 4 GiB (1024 to 4096 MiB) for 0.5 vCPU"),
    ("min_replicas=9", "Allowed is a whole number from 9 on"),
    ("cloud=google", "stays as it was when the project was made"),
    ("", "`NAME=VALUE...` is missing"),
]


async def test_wrong_values_are_refused_with_what_is_allowed(shop: Shop) -> None:
    for command, said in REFUSED:
        text = await shop.say(f"/settings set {command}".strip())
        assert said in text
        assert len(text) < 2_000
    assert not shop.github.pull_branches
    assert not shop.github.branch_heads


async def test_only_maintainers_set(shop: Shop) -> None:
    text = await shop.say("/settings set memory=2048", by="tom")
    assert (
        "Changing settings needs the role *maintain* in this repository (you have *write*)" in text
    )
    assert not shop.github.pull_branches


async def test_a_repair_of_a_wrong_value_is_possible_by_command(shop: Shop) -> None:
    shop.edit(new_file({**SETTINGS, "memory_mib": 3}))
    text = await shop.say("/settings set memory=1024")
    assert "Proposed in pull request" in text
    assert "| dev | not known | $52 to $89 | not known |" in text


async def test_a_file_that_is_no_json_is_not_touched(shop: Shop) -> None:
    shop.edit(b"{ cpu: 1 }")
    assert "This is not JSON" in await shop.say("/settings set memory=1024")
    assert not shop.github.pull_branches


async def test_a_missing_permission_is_told(shop: Shop) -> None:
    def refuse(call: str) -> None:
        if call == "contents.point_branch":
            raise Forbidden("contents: write")

    shop.github.before = refuse
    text = await shop.say("/settings set memory=2048")
    assert "GitHub does not permit the App" in text
    assert "`paved-road doctor`" in text


@pytest.mark.parametrize("call", ["contents.commit", "pull_requests.create", "issues.comment"])
async def test_a_lost_answer_doubles_nothing(shop: Shop, call: str) -> None:
    """GitHub did it and the answer never came: the delivery comes back and finds it done."""
    lost: list[str] = []

    def lose(name: str) -> None:
        if name == call and not lost:
            lost.append(name)
            raise RetryLater("The answer was lost.", wait_s=0.0)

    shop.github.after = lose
    text = await shop.say("/settings set memory=2048")
    assert lost
    assert "Proposed in pull request" in text
    assert len(shop.github.pulls) == 1
    assert shop.proposed["memory_mib"] == 2048


async def test_a_template_that_allows_less_is_obeyed(tmp_path: Path) -> None:
    catalog = [
        replace(file, content=file.content + b"settings:\n  max_replicas: {max: 4}\n")
        if file.path == "templates/pinger/template.yml"
        else file
        for file in read_folder(FOLDER)
    ]
    async with open_bot_world(tmp_path, catalog=catalog, retry_s=0.001) as opened:
        shop = Shop(opened.github, opened.bot)
        await _made(shop)
        assert "a whole number from 1 to 4" in await shop.say("/settings set max_replicas=5")


# --- committed at once -----------------------------------------------------------------------


@pytest.fixture
async def direct(shop: Shop) -> None:
    """Policy lets teams commit the settings of dev."""
    said = shop.at_head("organization.yml")
    policy = b"  deployments: {settings_direct: [dev]}\n"
    await shop.let_in([replace(said, content=said.content + policy)])


@pytest.mark.usefixtures("direct")
async def test_where_policy_allows_a_change_is_committed_at_once(shop: Shop) -> None:
    text = await shop.say("/settings set dev.canary=20")
    assert "Committed to `main`; it takes effect with the next deployment." in text
    assert shop.on_main["environments"] == {"dev": {"canary_percent": 20}}
    assert not shop.github.pull_branches
    assert "already" in await shop.say("/settings set dev.canary=20")


@pytest.mark.usefixtures("direct")
async def test_other_environments_still_need_a_pull_request(shop: Shop) -> None:
    for changes in ("canary=20", "dev.canary=20 staging.canary=20"):
        assert "Proposed in pull request" in await shop.say(f"/settings set {changes}")
    assert "environments" not in shop.on_main


@pytest.mark.usefixtures("direct")
async def test_rules_of_the_branch_lead_to_a_pull_request(shop: Shop) -> None:
    def refuse(call: str) -> None:
        if call == "contents.commit" and not shop.github.branch_heads:
            raise Rejected("Repository rule violations found", status=422)

    shop.github.before = refuse
    text = await shop.say("/settings set dev.canary=20")
    assert "the branch's rules do not let the App make one" in text
    assert "Proposed in pull request" in text


# --- edited by hand ----------------------------------------------------------------------------


async def test_an_edit_on_a_branch_is_checked_at_its_lines(shop: Shop) -> None:
    main = shop.github.heads[SHOP]
    commit = shop.edit(new_file({**SETTINGS, "memory_mib": 3, "nonsense": 1}))
    shop.github.heads[SHOP] = main
    shop.github.calls.clear()
    await shop.pushed(commit, PATH, branch="edit")
    await shop.pull_request(commit, main)
    (check,) = shop.checks_at(commit)
    assert (check.conclusion, check.title) == ("failure", "2 problems to mend")
    assert [(each.path, each.line) for each in check.annotations] == [(PATH, 6), (PATH, 15)]
    assert "one of `512`" in check.annotations[0].message
    assert shop.github.calls.count("checks.create") == 1
    assert shop.github.calls.count("contents.read_file") <= 3


async def test_a_good_edit_is_green_and_shows_the_cost(shop: Shop) -> None:
    main = shop.github.heads[SHOP]
    commit = shop.edit(new_file({**SETTINGS, "memory_mib": 2048}))
    shop.github.heads[SHOP] = main
    await shop.pull_request(commit, main, "synchronize")
    (check,) = shop.checks_at(commit)
    assert (check.conclusion, check.title) == ("success", "The settings are in order")
    assert "Cost a month" in check.summary


async def test_what_does_not_touch_the_file_costs_no_request(shop: Shop) -> None:
    main = shop.github.heads[SHOP]
    commit = shop.edit(shop.github.trees[main][PATH].content, also="README.md")
    shop.github.calls.clear()
    await shop.pushed(commit, "README.md")
    assert shop.github.calls == []
    await shop.pull_request(commit, main)
    assert shop.github.calls == ["contents.read_file"] * 2
    assert not shop.github.checks


async def test_a_file_that_was_removed_is_told(shop: Shop) -> None:
    commit = shop.github.put(SHOP, [], parent=shop.github.heads[SHOP])
    await shop.pushed(commit, PATH)
    (check,) = shop.checks_at(commit)
    assert (check.conclusion, check.title) == ("failure", f"{PATH} is missing")
    assert (await shop.project()).settings == SETTINGS


async def test_a_merge_brings_the_record_in_line(shop: Shop) -> None:
    commit = shop.edit(new_file({**SETTINGS, "memory_mib": 2048}))
    await shop.pushed(commit, PATH)
    await shop.pushed(commit, PATH)
    assert (await shop.project()).settings == {**SETTINGS, "memory_mib": 2048}
    entries = await shop.bot.audit.for_subject(f"{CATALOG}#1")
    assert [(each.action, each.actor) for each in entries] == [("settings.changed", "tom")]


async def test_a_late_push_does_not_bring_old_settings_back(shop: Shop) -> None:
    old = shop.edit(new_file({**SETTINGS, "memory_mib": 2048}))
    shop.edit(new_file({**SETTINGS, "memory_mib": 4096}))
    await shop.pushed(old, PATH)
    assert (await shop.project()).settings["memory_mib"] == 4096


async def test_a_broken_file_on_the_default_branch_leaves_the_record(shop: Shop) -> None:
    commit = shop.edit(b"{")
    await shop.pushed(commit, PATH)
    assert shop.checks_at(commit)[0].conclusion == "failure"
    assert (await shop.project()).settings == SETTINGS
