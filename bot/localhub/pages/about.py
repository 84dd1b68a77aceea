"""What is configured on a repository: teams, people, properties, environments, rulesets."""

from aiohttp import web

from bot.localhub.pages.page import Page, home_of
from bot.localhub.state.people import Role
from bot.localhub.state.repositories import Environment


async def show(page: Page) -> web.Response:
    """Everything that is set, to be read; it is changed through the API."""
    repository = page.repository()
    world = page.hub.world
    people = [(page.person(i), word) for i, word in repository.collaborators.items()]
    teams = page.hub.teams_of(repository)
    return page.render(
        "about.html",
        repository=repository,
        tab="about",
        people=people,
        teams=[(team, team.repositories[repository.id]) for team in teams],
        environments=[(e, _reviewers(page, e)) for e in world.environments.of(repository.id)],
        rulesets=world.rulesets.of(repository.id),
        labels=sorted(world.labels.of(repository.id), key=lambda label: label.name.lower()),
        mine=page.role(repository).word if page.role(repository) is not Role.NONE else "none",
        live=f"{home_of(repository)}/live?t=repo",
    )


def _reviewers(page: Page, environment: Environment) -> list[str]:
    world = page.hub.world
    names = []
    for reviewer in environment.reviewers:
        if reviewer["type"] == "Team":
            team = world.teams.get(reviewer["id"])
            names.append(f"@{team.organization}/{team.slug}" if team else "a team that is gone")
        else:
            names.append(f"@{page.person(reviewer['id']).login}")
    return names
