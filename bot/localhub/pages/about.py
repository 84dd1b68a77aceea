"""What is configured on a repository: teams, people, properties, environments, rulesets."""

from aiohttp import web

from bot.localhub.pages.page import Page, home_of
from bot.localhub.state.actions import Setting
from bot.localhub.state.people import Role
from bot.localhub.state.repositories import Environment, Repository


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
        settings=_settings(page, repository) if page.may(repository, Role.WRITE) else [],
        labels=sorted(world.labels.of(repository.id), key=lambda label: label.name.lower()),
        mine=page.role(repository).word if page.role(repository) is not Role.NONE else "none",
        live=f"{home_of(repository)}/live?t=repo",
    )


def _settings(page: Page, repository: Repository) -> list[tuple[Setting, str]]:
    """What workflows read: variables with their values, secrets by name, each with its place."""
    scopes = {f"organization:{repository.owner.lower()}": "organization"}
    scopes[f"repository:{repository.id}"] = "repository"
    for environment in page.hub.world.environments.of(repository.id):
        scopes[page.hub.scope(repository, environment.name)] = environment.name
    return [
        (one, place)
        for scope, place in scopes.items()
        for secret in (False, True)
        for one in page.hub.world.settings.of((scope, secret))
    ]


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
