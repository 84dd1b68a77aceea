"""The first page, signing in and out, and the pages of people, organisations and teams."""

from aiohttp import web

from bot.localhub.core import HubCore
from bot.localhub.pages.page import Page
from bot.localhub.refusal import Refused, not_found
from bot.localhub.state.people import Organization, Team, User
from bot.localhub.state.repositories import Repository


async def show(page: Page) -> web.Response:
    """Organisations and repositories of whoever asks; catalogs first."""
    hub = page.hub
    repositories = hub.visible_repositories(page.viewer)
    return page.render(
        "home.html",
        organizations=list(hub.world.organizations),
        repositories=catalogs_first(repositories),
        people=len(_people(hub)),
    )


def catalogs_first(repositories: list[Repository]) -> list[Repository]:
    """Catalogs are where work starts; the others by what was touched last."""
    return sorted(repositories, key=lambda r: (r.name != "catalog", -r.updated_at_s, r.full_name))


async def ask_who(page: Page) -> web.Response:
    """The accounts that a person can sign in as."""
    roles = {user.id: _where(page, user) for user in _people(page.hub)}
    return page.render(
        "signin.html",
        people=_people(page.hub),
        where=roles,
        next=local_address(page.asked("next", "/")),
    )


async def sign_in(page: Page) -> web.Response:
    """This browser acts as the chosen person from now on."""
    user = page.hub.world.users.find(page.given("login").lower())
    if user is None or user.type != "User":
        raise Refused(422, "There is no such account. Choose one from the list.")
    response = page.go(local_address(page.given("next")))
    page.sign(response, page.sessions.start(user.login))
    return response


async def sign_out(page: Page) -> web.Response:
    """This browser acts as nobody."""
    response = page.go("/")
    page.sign(response, page.sessions.start())
    return response


def _people(hub: HubCore) -> list[User]:
    people = [user for user in hub.world.users if user.type == "User"]
    return sorted(people, key=lambda user: user.login.lower())


def _where(page: Page, user: User) -> list[str]:
    """What a person is, in words: owner of which organisation, member of which teams."""
    world = page.hub.world
    words = [
        f"{'owner' if role == 'admin' else 'member'} of {organization.login}"
        for organization in world.organizations
        if (role := organization.members.get(user.id))
    ]
    return words + [f"team {team.slug}" for team in world.teams if user.id in team.members]


def local_address(address: str) -> str:
    """An address of this site, or its first page: nobody is led away after signing in."""
    away = not address.startswith("/") or address.startswith(("//", "/\\", "/signin"))
    return "/" if away else address


async def show_owner(page: Page) -> web.Response:
    """The page of an organisation or a person."""
    login = page.part("owner")
    organization = page.hub.world.organizations.find(login.lower())
    if organization is not None:
        return _show_organization(page, organization)
    user = page.hub.user(login)
    if user.type == "Bot":
        return page.go(f"/apps/{user.login.removesuffix('[bot]')}")
    mine = {team.id: team for team in page.hub.world.teams if user.id in team.members}
    return page.render(
        "person.html",
        person=user,
        organizations=page.hub.organizations_of(user),
        teams=list(mine.values()),
        repositories=_owned(page, user.login),
    )


def _show_organization(page: Page, organization: Organization) -> web.Response:
    members = [(page.person(i), role) for i, role in organization.members.items()]
    teams = page.hub.world.teams.of(organization.login.lower())
    return page.render(
        "organization.html",
        organization=organization,
        members=sorted(members, key=lambda member: member[0].login.lower()),
        teams=sorted(teams, key=lambda team: team.slug),
        repositories=_owned(page, organization.login),
        apps=_installed(page, organization.login),
    )


def _owned(page: Page, login: str) -> list[Repository]:
    visible = page.hub.visible_repositories(page.viewer)
    return catalogs_first([r for r in visible if r.owner.lower() == login.lower()])


def _installed(page: Page, login: str) -> list[object]:
    world = page.hub.world
    return [world.apps[i.app_id] for i in world.installations.of(login.lower())]


async def show_team(page: Page) -> web.Response:
    """Who is in a team and what it may do where."""
    world = page.hub.world
    team = page.hub.team(page.part("organization"), page.part("slug"))
    granted = [(world.repositories.get(i), word) for i, word in team.repositories.items()]
    return page.render(
        "team.html",
        team=team,
        members=[(page.person(i), role) for i, role in team.members.items()],
        children=[t for t in world.teams.of(team.organization.lower()) if t.parent_id == team.id],
        granted=[(r, word) for r, word in granted if r and page.hub.may_see(page.viewer, r)],
        parent=_parent(page, team),
    )


def _parent(page: Page, team: Team) -> Team | None:
    return page.hub.world.teams.get(team.parent_id) if team.parent_id else None


async def not_here(_page: Page) -> web.Response:
    """No page has this address."""
    raise not_found()
