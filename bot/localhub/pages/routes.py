"""Every page, in one table: method, address, handler. Of two that fit, the first counts."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from bot.localhub.hub import Hub
from bot.localhub.pages import (
    about,
    actions,
    apps,
    checks,
    code,
    deployments,
    editor,
    forks,
    home,
    issues,
    live,
    logs,
    pulls,
    registrations,
)
from bot.localhub.pages.issues import words_of
from bot.localhub.pages.page import HEADERS, Form, Moved, Page, SignInNeeded
from bot.localhub.pages.session import COOKIE, Sessions
from bot.localhub.refusal import Refused

Act = Callable[[Page], Awaitable[web.StreamResponse]]
ASSETS = Path(__file__).parent / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
R = "/{owner}/{name}"
N = r"{number:\d{1,15}}"
OF_ORGANIZATION = "/organizations/{organization}/settings"
# Forms that come from other sites; they only open a page, whose own form has its token.
FROM_ELSEWHERE = frozenset({registrations.bring})
JOB = r"{job:\d{1,15}}"

TABLE: tuple[tuple[str, str, Act], ...] = (
    ("GET", "/", home.show),
    ("GET", "/signin", home.ask_who),
    ("POST", "/signin", home.sign_in),
    ("POST", "/signout", home.sign_out),
    ("GET", "/orgs/{organization}/teams/{slug}", home.show_team),
    ("GET", "/apps/{slug}", apps.show),
    ("GET", "/apps/{slug}/live", live.app_changes),
    ("GET", f"/apps/{{slug}}/deliveries/{N}", apps.show_delivery),
    ("POST", f"/apps/{{slug}}/deliveries/{N}", apps.redeliver),
    ("GET", "/apps/{slug}/installations/new", registrations.ask_where),
    ("POST", "/apps/{slug}/installations/new", registrations.install),
    ("GET", f"{OF_ORGANIZATION}/apps/new", registrations.confirm),
    ("POST", f"{OF_ORGANIZATION}/apps/new", registrations.bring),
    ("GET", f"{OF_ORGANIZATION}/apps", registrations.list_registered),
    ("POST", f"{OF_ORGANIZATION}/apps", registrations.register),
    ("GET", f"{OF_ORGANIZATION}/apps/{{slug}}/permissions", registrations.show_permissions),
    ("POST", f"{OF_ORGANIZATION}/apps/{{slug}}/permissions", registrations.change_permissions),
    ("GET", f"{OF_ORGANIZATION}/installations", registrations.list_installed),
    ("GET", f"{OF_ORGANIZATION}/installations/{N}", registrations.show_installation),
    ("POST", f"{OF_ORGANIZATION}/installations/{N}", registrations.change_installation),
    ("GET", r"/_logs/jobs/{number:\d{1,15}}.txt", logs.job_text),
    ("GET", r"/_logs/runs/{number:\d{1,15}}.zip", logs.run_archive),
    ("GET", "/{owner}", home.show_owner),
    ("GET", R, code.show_repository),
    ("GET", R + "/live", live.repository_changes),
    ("GET", R + "/tree/{rest:.+}", code.show_folder),
    ("GET", R + "/blob/{rest:.+}", code.show_file),
    ("GET", R + "/raw/{rest:.+}", code.show_raw),
    ("GET", R + "/commits/{rest:.+}", code.show_commits),
    ("GET", R + "/commit/{sha:[0-9a-f]{4,40}}", code.show_commit),
    ("GET", R + "/branches", code.show_branches),
    ("GET", R + "/fork", forks.show),
    ("POST", R + "/fork", forks.create),
    ("GET", R + "/about", about.show),
    ("GET", R + "/settings{rest:.*}", about.show),  # where GitHub's own addresses lead
    ("GET", R + "/rules{rest:.*}", about.show),
    ("GET", R + "/deployments{rest:(?:/.*)?}", deployments.show),
    ("GET", R + "/new/{rest:.+}", editor.show_new),
    ("POST", R + "/new/{rest:.+}", editor.save),
    ("GET", R + "/edit/{rest:.+}", editor.show_edit),
    ("POST", R + "/edit/{rest:.+}", editor.save),
    ("GET", R + "/issues", issues.show_list),
    ("GET", R + "/issues/new/choose", issues.choose),
    ("GET", R + "/issues/new", issues.show_new),
    ("POST", R + "/issues/new", issues.create),
    ("GET", f"{R}/issues/{N}", issues.show),
    *(
        row
        for kind in ("issues", "pull")
        for row in (
            ("POST", f"{R}/{kind}/{N}", issues.comment),
            ("POST", f"{R}/{kind}/{N}/edit", issues.edit),
            ("POST", f"{R}/{kind}/{N}/labels", issues.set_labels),
            ("POST", f"{R}/{kind}/{N}/reactions", issues.react),
            ("POST", rf"{R}/{kind}/{N}/comments/{{comment:\d{{1,15}}}}", issues.edit_comment),
        )
    ),
    ("GET", R + "/pulls", pulls.show_list),
    ("POST", R + "/pulls", pulls.open_pull),
    ("GET", R + "/compare", pulls.choose_branches),
    ("GET", R + "/compare/{spec:.+}", pulls.compare),
    ("GET", f"{R}/pull/{N}", pulls.show),
    ("GET", f"{R}/pull/{N}/commits", pulls.show_commits),
    ("GET", f"{R}/pull/{N}/checks", pulls.show_checks),
    ("GET", f"{R}/pull/{N}/files", pulls.show_files),
    ("POST", f"{R}/pull/{N}/merge", pulls.merge),
    ("POST", f"{R}/pull/{N}/reviews", pulls.review),
    ("GET", R + "/actions", actions.show_list),
    ("POST", R + "/actions/dispatches", actions.dispatch),
    ("GET", f"{R}/actions/runs/{N}", actions.show_run),
    ("POST", f"{R}/actions/runs/{N}", actions.act),
    ("POST", f"{R}/actions/runs/{N}/conclude", actions.conclude),
    ("GET", f"{R}/actions/runs/{N}/job/{JOB}", actions.show_run),
    ("GET", f"{R}/actions/runs/{N}/job/{JOB}/raw", actions.show_raw_log),
    ("GET", f"{R}/runs/{N}", checks.show),
    ("POST", f"{R}/runs/{N}/rerequest", checks.rerun),
    ("POST", f"{R}/runs/{N}/actions", checks.act),
    # Everything else is a page that says so; git and the API have addresses of their own.
    ("GET", r"/{rest:(?!api/)(?!.+\.git/).+}", home.not_here),
)


def routes(hub: Hub) -> list[web.RouteDef]:
    """The pages of ``hub`` to be mounted at the root, after git's and the API's routes."""
    sessions = Sessions(hub.folder / "pages-key")
    made = [web.get("/assets/{file}", _asset)]
    for method, address, act in TABLE:
        handler = _handler(hub, sessions, act)
        made.append(
            web.get(
                address, handler, allow_head=act not in {live.app_changes, live.repository_changes}
            )
            if method == "GET"
            else web.post(address, handler)
        )
    return made


async def _asset(request: web.Request) -> web.StreamResponse:
    path = ASSETS / request.match_info["file"]
    if path.parent != ASSETS or path.suffix not in TYPES or not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(
        path,
        headers={**HEADERS, "Cache-Control": "no-cache", "Content-Type": TYPES[path.suffix]},
    )


def _handler(
    hub: Hub, sessions: Sessions, act: Act
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        known = sessions.read(request.cookies.get(COOKIE))
        page = Page(
            hub=hub,
            request=request,
            sessions=sessions,
            session=known or sessions.start(),
        )
        response = await _answer(page, act)
        if not response.prepared:
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            if known is None and COOKIE not in response.cookies:
                page.sign(response, page.session)
        return response

    return handle


async def _form(request: web.Request) -> Form:
    """The submitted fields. Raises Refused 400 for what no browser sends."""
    try:
        return await request.post()
    except (ValueError, LookupError) as malformed:
        raise Refused(400, "The form cannot be read.") from malformed


async def _answer(page: Page, act: Act) -> web.StreamResponse:
    """What the handler answers, or the page that tells why it did not."""
    try:
        if page.request.method == "POST":
            page.form = await _form(page.request)
            if act not in FROM_ELSEWHERE:
                page.check_form()
        return await act(page)
    except SignInNeeded:
        back = page.request.path_qs if page.request.method in {"GET", "HEAD"} else "/"
        return page.go(f"/signin?next={quote(back, safe='/')}")
    except Moved as moved:
        return page.go(moved.location)
    except Refused as refused:
        return page.error(refused.status, words_of(refused))
