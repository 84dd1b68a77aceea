"""Where the @names and #numbers of a text lead for one reader."""

from dataclasses import dataclass

from bot.localhub.actor import Actor
from bot.localhub.hub import Hub
from bot.localhub.state.repositories import Repository


@dataclass(frozen=True, slots=True)
class HubLinks:
    """Looks names up in the hub; what the reader may not see stays text."""

    hub: Hub
    reader: Actor | None
    repository: Repository | None

    def mention(self, name: str) -> str | None:
        """A person's page, or a team's."""
        owner, _, slug = name.partition("/")
        if slug:
            team = self.hub.world.teams.find((owner.lower(), slug.lower()))
            return None if team is None else f"/orgs/{team.organization}/teams/{team.slug}"
        found = self.hub.world.users.find(name.lower())
        return None if found is None else f"/{found.login}"

    def issue(self, repository: str | None, number: int) -> str | None:
        """An issue's or pull request's page."""
        world = self.hub.world
        found = world.repositories.find(repository.lower()) if repository else self.repository
        if found is None or not self.hub.may_see(self.reader, found):
            return None
        issue = world.issues.find((found.id, number))
        if issue is None:
            return None
        return f"/{found.full_name}/{'pull' if issue.pull else 'issues'}/{number}"
