"""Lets a call through to its repository, or says no as GitHub does."""

from bot.localhub.actor import Actor
from bot.localhub.auth import Caller
from bot.localhub.hub import Hub
from bot.localhub.refusal import DOCS, Refused, not_found
from bot.localhub.routes.call import Answer
from bot.localhub.routes.table import Route
from bot.localhub.state.repositories import Repository


class Moved(Exception):
    """The repository has another name now; ``answer`` leads there."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.headers["Location"])
        self.answer = answer


class Gate:
    """Finds the repository a call is about and checks the caller's permission."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def repository(
        self, caller: Caller, route: Route, params: dict[str, str], path: str
    ) -> Repository | None:
        """The repository of the path, None for a path without one.

        Raises Refused 404 for what the caller may not see, Moved after a rename.
        """
        if "repo" not in params or route.needs == "app":
            return None
        full_name = f"{params['owner']}/{params['repo']}"
        found = self._hub.world.repositories.find(full_name.lower())
        if found is not None and self._hub.may_see(caller.actor, found):
            return found
        moved = self._hub.moved_to(full_name) if found is None else None
        if moved is None or not self._hub.may_see(caller.actor, moved):
            raise not_found()
        rest = path.removeprefix(f"/repos/{full_name}")
        url = f"{self._hub.api_url}/repositories/{moved.id}{rest}"
        permanent = route.method == "GET"
        body = {
            "message": "Moved Permanently" if permanent else "Temporary Redirect",
            "url": url,
            "documentation_url": DOCS,
        }
        status = 301 if permanent else 307
        raise Moved(Answer(status=status, body=body, headers={"Location": url}))

    def require(
        self,
        caller: Caller,
        route: Route,
        params: dict[str, str],
        repository: Repository | None,
    ) -> None:
        """Raise Refused unless the caller may use the route."""
        if route.needs == "app":
            if caller.app is None:
                raise Refused(401, "A JSON web token could not be decoded")
            return
        if caller.app is not None:
            raise Refused(401, "Bad credentials")
        if not route.needs:
            return
        if caller.actor is None:
            public = repository is not None and route.method == "GET"
            if not public:
                raise Refused(401, "Requires authentication")
            return
        if caller.actor.app is not None:
            self._require_permission(caller.actor, route, params, repository)
        elif "org" in params:
            self._require_member(caller.actor, route, params["org"])

    def _require_permission(
        self,
        actor: Actor,
        route: Route,
        params: dict[str, str],
        repository: Repository | None,
    ) -> None:
        if "org" in params:
            account = actor.installation.account if actor.installation else ""
            if account.lower() != params["org"].lower():
                raise not_found()
        public_read = route.method == "GET" and repository is not None and not repository.private
        if public_read or not route.alternatives:
            return
        reached = repository is None or self._hub.in_scope(actor, repository)
        allowed = any(
            all(actor.may(name, level) for name, level in group.items())
            for group in route.alternatives
        )
        if not (reached and allowed):
            raise Refused(
                403,
                "Resource not accessible by integration",
                headers={"X-Accepted-GitHub-Permissions": route.accepted},
            )

    def _require_member(self, actor: Actor, route: Route, login: str) -> None:
        """People outside an organisation learn nothing of its teams and settings."""
        role = self._hub.organization(login).members.get(actor.user.id)
        if route.template == "/orgs/{org}/repos" and route.method == "GET":
            return
        if role is None:
            raise not_found()
        if route.owner and role != "admin":
            raise Refused(403, "You must be an admin to perform this action.")
