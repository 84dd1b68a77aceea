"""Apps as their owners see them: registered by a manifest, installed, and what they may do.

Source: GitHub docs, "Registering a GitHub App from a manifest", "Installing your own
GitHub App", "Reviewing and modifying installed GitHub Apps".
"""

from urllib.parse import urlencode, urlsplit

from aiohttp import web

from bot.localhub.operations.apps import RANKS
from bot.localhub.operations.registrations import LONGEST_NAME, Manifest, read_manifest
from bot.localhub.pages.page import POLICY, Page
from bot.localhub.refusal import Refused, not_found
from bot.localhub.routes.table import ROUTES
from bot.localhub.state.apps import App, Installation
from bot.localhub.state.repositories import Repository

NO_MANIFEST = (
    "This registration is not known here any more. Begin again at the page that sent you to GitHub."
)


async def bring(page: Page) -> web.Response:
    """Take a manifest from another site's form. Nothing is done before its button is pressed."""
    organization = page.hub.organization(page.part("organization")).login
    text = page.given("manifest")
    read_manifest(text)
    query = urlencode({"manifest": page.hub.keep_manifest(text), "state": page.asked("state")})
    return page.go(f"/organizations/{organization}/settings/apps/new?{query}")


async def confirm(page: Page) -> web.Response:
    """What will be registered, and the one button."""
    manifest, organization = _waiting(page, page.asked("manifest")), _own_organization(page)
    return _confirm(page, manifest, organization, name=manifest.name)


async def register(page: Page) -> web.Response:
    """The App is registered; its maker's site gets the code."""
    manifest, organization = _waiting(page, page.given("manifest")), _own_organization(page)
    name, state = page.given("name"), page.given("state")
    try:
        code = page.hub.register_app(page.actor, organization, manifest, name=name)
    except Refused as refused:
        if refused.status != 422:
            raise
        return _confirm(page, manifest, organization, name=name, problem=refused.message)
    page.hub.waiting_manifests.pop(page.given("manifest"), None)
    if not manifest.redirect_url:
        return page.go(f"/apps/{page.hub.world.apps[code.app_id].slug}")
    joint = "&" if urlsplit(manifest.redirect_url).query else "?"
    answer = {"code": code.code} | ({"state": state} if state else {})
    return page.go(f"{manifest.redirect_url}{joint}{urlencode(answer)}")


async def list_registered(page: Page) -> web.Response:
    """The Apps that the organisation has registered."""
    organization = _own_organization(page)
    own = [a for a in page.hub.world.apps if a.owner == organization and a.private_key_pem]
    return page.render("apps.html", organization=organization, apps=own)


def _confirm(
    page: Page, manifest: Manifest, organization: str, *, name: str, problem: str = ""
) -> web.Response:
    response = page.render(
        "app_new.html",
        status=422 if problem else 200,
        manifest=manifest,
        organization=organization,
        waiting=page.given("manifest") or page.asked("manifest"),
        state=page.given("state") or page.asked("state"),
        name=name,
        problem=problem,
        longest_name=LONGEST_NAME,
    )
    back = urlsplit(manifest.redirect_url)  # browsers hold a form's redirects to its policy, too
    policy = POLICY.replace(
        "form-action 'self'", f"form-action 'self' {back.scheme}://{back.netloc}"
    )
    response.headers["Content-Security-Policy"] = policy if back.netloc else POLICY
    return response


def _waiting(page: Page, name: str) -> Manifest:
    _ = page.actor
    text = page.hub.waiting_manifests.get(name)
    if text is None:
        raise Refused(404 if not name else 410, NO_MANIFEST)
    return read_manifest(text)


def _own_organization(page: Page) -> str:
    """The organisation of the address, whose owner looks. Raises Refused 403."""
    organization = page.part("organization")
    page.hub.require_owner(page.actor, organization)
    return page.hub.organization(organization).login


# Installing.


async def ask_where(page: Page) -> web.Response:
    """Where the App may be installed by whoever looks."""
    app = _app(page)
    return page.render(
        "app_install.html",
        app=app,
        places=[(login, _repositories(page, login)) for login in _places(page, app)],
        installed={i.account: i for i in page.hub.world.installations if i.app_id == app.id},
        problem="",
    )


async def install(page: Page) -> web.Response:
    """The App is installed on all repositories of the account, or on those that were chosen."""
    app, account = _app(page), page.given("account")
    if account not in _places(page, app):
        raise Refused(403, "Only an owner of the account may install an App on it.")
    chosen = None
    if page.given("which") == "selected":
        allowed = {str(each.id) for each in _repositories(page, account)}
        chosen = [int(each) for each in page.given_all("repository") if each in allowed]
        if not chosen:
            raise Refused(422, "Choose at least one repository, or all of them.")
    made = page.hub.install(app, account, repository_ids=chosen)
    if app.setup_url:
        joint = "&" if urlsplit(app.setup_url).query else "?"
        told = urlencode({"installation_id": made.id, "setup_action": "install"})
        return page.go(f"{app.setup_url}{joint}{told}")
    return page.go(f"/organizations/{account}/settings/installations/{made.id}")


def _places(page: Page, app: App) -> list[str]:
    """Organisations that the person owns and that the App lets itself be installed on."""
    user = page.actor.user
    owned = [o.login for o in page.hub.organizations_of(user) if o.members[user.id] == "admin"]
    return [login for login in owned if app.public or login.lower() == app.owner.lower()]


def _repositories(page: Page, login: str) -> list[Repository]:
    return sorted(page.hub.world.repositories.of(login.lower()), key=lambda each: each.name)


def _app(page: Page) -> App:
    _ = page.actor
    found = page.hub.world.apps.find(page.part("slug"))
    if found is None or not found.private_key_pem:
        raise not_found()
    return found


# What is installed, and what it may do.


async def list_installed(page: Page) -> web.Response:
    """The Apps of an organisation."""
    organization = _own_organization(page)
    found = page.hub.world.installations.of(organization.lower())
    return page.render(
        "installations.html",
        organization=organization,
        installations=[(one, page.hub.world.apps[one.app_id]) for one in found],
    )


async def show_installation(page: Page) -> web.Response:
    """What an App may do in the organisation, and what waits to be accepted."""
    organization, installation = _own_organization(page), _installation(page)
    app = page.hub.world.apps[installation.app_id]
    waiting = {
        name: level
        for name, level in app.permissions.items()
        if RANKS[level] > RANKS.get(installation.permissions.get(name, ""), 0)
    }
    reached = [each for each in _repositories(page, organization) if installation.reaches(each.id)]
    return page.render(
        "installation.html",
        organization=organization,
        installation=installation,
        app=app,
        waiting=waiting,
        repositories=reached,
    )


async def change_installation(page: Page) -> web.Response:
    """The owner accepts what the App asks for, or takes the App away."""
    organization, installation = _own_organization(page), _installation(page)
    if page.given("do") == "uninstall":
        page.hub.uninstall(installation)
        return page.go(f"/organizations/{organization}/settings/installations")
    page.hub.accept_permissions(page.actor, installation)
    return page.go(f"/organizations/{organization}/settings/installations/{installation.id}")


def _installation(page: Page) -> Installation:
    found = page.hub.world.installations.get(page.number())
    if found is None or found.account.lower() != page.part("organization").lower():
        raise not_found()
    return found


async def show_permissions(page: Page) -> web.Response:
    """What the App asks for, to be changed by its owner."""
    organization, app = _own_organization(page), _own_app(page)
    names = sorted({*_known_permissions(), *app.permissions})
    return page.render("app_permissions.html", organization=organization, app=app, names=names)


async def change_permissions(page: Page) -> web.Response:
    """The App asks for these from now on."""
    organization, app = _own_organization(page), _own_app(page)
    names = {*_known_permissions(), *app.permissions}
    chosen = {name: page.given(f"permission-{name}") for name in names}
    page.hub.change_permissions(app, {n: level for n, level in chosen.items() if level in RANKS})
    return page.go(f"/organizations/{organization}/settings/apps/{app.slug}/permissions")


def _known_permissions() -> set[str]:
    """Every permission that something here asks for."""
    groups = (group for route in ROUTES for group in route.alternatives)
    return {"workflows", *(name for group in groups for name in group)}


def _own_app(page: Page) -> App:
    app = _app(page)
    if app.owner.lower() != page.part("organization").lower():
        raise not_found()
    return app
