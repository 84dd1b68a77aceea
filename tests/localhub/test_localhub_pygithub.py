"""An independent client, PyGithub, finds the GitHub that it knows."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import github
import pytest
from github import Auth, Github, GithubIntegration, InputGitTreeElement

from tests.localhub.fixtures import Scene

T = TypeVar("T")


async def elsewhere(work: Callable[[], T]) -> T:
    """PyGithub blocks: it works in a thread while the hub answers here."""
    return await asyncio.to_thread(work)


def _as_installation(scene: Scene) -> Github:
    auth = Auth.AppAuth(scene.app.id, scene.app.private_key_pem)
    integration = GithubIntegration(
        auth=auth, base_url=scene.hub.api_url, seconds_between_writes=0, seconds_between_requests=0
    )
    return integration.get_github_for_installation(scene.installation.id)


async def test_an_app_builds_a_repository(scene: Scene) -> None:
    """Repository, tree, commit, ref, check run, team, topics: created and read back."""

    def work() -> None:
        client = _as_installation(scene)
        organization = client.get_organization("acme")
        made = organization.create_repo("money-kit", private=True, auto_init=True)
        element = InputGitTreeElement("src/Main.kt", "100644", "blob", content="fun main() {}\n")
        tree = made.create_git_tree([element])
        commit = made.create_git_commit("Begin", tree, [])
        made.get_git_ref("heads/main").edit(commit.sha, force=True)
        assert made.get_contents("src/Main.kt").decoded_content == b"fun main() {}\n"  # type: ignore[union-attr]  # one file, no list
        run = made.create_check_run(
            "Paved Road",
            commit.sha,
            status="in_progress",
            output={"title": "Working", "summary": "1 of 2"},
        )
        run.edit(status="completed", conclusion="success")
        assert [r.conclusion for r in made.get_commit(commit.sha).get_check_runs()] == ["success"]
        organization.get_team_by_slug("payments").update_team_repository(made, "push")
        made.replace_topics(["kotlin"])
        assert made.get_topics() == ["kotlin"]
        assert made.get_commit("main").commit.message == "Begin"

    await elsewhere(work)


async def test_an_issue_is_discussed(scene: Scene) -> None:
    """Issue, comment, edit, labels, reaction, close."""

    def work() -> None:
        catalog = _as_installation(scene).get_repo("acme/catalog")
        catalog.create_label("template:kotlin", "c0ffee", "Kotlin")
        issue = catalog.create_issue("Slow", "Very", labels=["template:kotlin"])
        comment = issue.create_comment("Working on it")
        comment.edit("Done")
        comment.create_reaction("rocket")
        issue.add_to_labels("bug")
        issue.edit(state="closed", state_reason="completed")
        again = catalog.get_issue(issue.number)
        assert (again.state, again.state_reason) == ("closed", "completed")
        assert {label.name for label in again.labels} == {"template:kotlin", "bug"}
        assert [c.body for c in again.get_comments()] == ["Done"]
        assert again.user.login == "paved-road[bot]"
        assert [i.number for i in catalog.get_issues(state="closed")] == [issue.number]

    await elsewhere(work)


async def test_a_person_opens_and_merges_a_pull_request(scene: Scene) -> None:
    """Branch, file, pull request, files and commits, merge."""

    def work() -> None:
        client = Github(
            auth=Auth.Token(scene.owner.token),
            base_url=scene.hub.api_url,
            seconds_between_writes=0,
            seconds_between_requests=0,
        )
        catalog = client.get_repo("acme/catalog")
        head = catalog.get_branch("main").commit.sha
        catalog.create_git_ref("refs/heads/topic", head)
        catalog.create_file("notes.md", "Add notes", "# Notes\n", branch="topic")
        pull = catalog.create_pull(title="Notes", body="See", head="topic", base="main")
        assert [file.filename for file in pull.get_files()] == ["notes.md"]
        assert [commit.commit.message for commit in pull.get_commits()] == ["Add notes"]
        assert pull.mergeable is True
        assert pull.merge().merged is True
        assert catalog.get_pull(pull.number).merged is True
        assert catalog.get_contents("notes.md").decoded_content == b"# Notes\n"  # type: ignore[union-attr]  # one file, no list
        assert catalog.compare(head, "main").ahead_by == 2
        assert client.get_user().login == "olga"

    await elsewhere(work)


async def test_limits_and_refusals_are_what_it_expects(scene: Scene) -> None:
    """Its own exceptions for 404 and 422, and the rate limit read from headers and route."""

    def work() -> None:
        client = _as_installation(scene)
        core = client.get_rate_limit().resources.core
        assert core.limit == 5000
        with pytest.raises(github.UnknownObjectException):
            client.get_repo("acme/nowhere")
        with pytest.raises(github.GithubException, match="name already exists"):
            client.get_organization("acme").create_repo("catalog")
        remaining, limit = client.rate_limiting
        assert remaining < limit == 5000

    await elsewhere(work)
