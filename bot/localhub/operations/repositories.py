"""Repositories: made, found again after a rename, changed."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bot.localhub.actor import Actor, Who, acting
from bot.localhub.operations.deletions import DeletionOperations
from bot.localhub.refusal import Refused, invalid
from bot.localhub.state.people import Organization, PropertyDefinition, Role
from bot.localhub.state.repositories import Label, Redirect, Repository, Visibility
from bot.localhub.webhooks.payloads import emit

LONGEST_NAME = 100
# The labels of every new repository on GitHub.
DEFAULT_LABELS = (
    ("bug", "d73a4a", "Something isn't working"),
    ("documentation", "0075ca", "Improvements or additions to documentation"),
    ("duplicate", "cfd3d7", "This issue or pull request already exists"),
    ("enhancement", "a2eeef", "New feature or request"),
    ("good first issue", "7057ff", "Good for newcomers"),
    ("help wanted", "008672", "Extra attention is needed"),
    ("invalid", "e4e669", "This doesn't seem right"),
    ("question", "d876e3", "Further information is requested"),
    ("wontfix", "ffffff", "This will not be worked on"),
)
TOPIC = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
MOST_TOPICS = 20


class RepositoryOperations(DeletionOperations):
    """What is done with repositories as a whole."""

    def create_repository(
        self,
        actor: Who,
        organization: str,
        name: str,
        *,
        description: str = "",
        homepage: str = "",
        visibility: Visibility = "public",
        auto_init: bool = False,
        properties: Mapping[str, str | list[str] | None] | None = None,
        flags: Mapping[str, bool] | None = None,
        team_id: int | None = None,
    ) -> Repository:
        """A new repository of the organisation, under the name GitHub makes of ``name``."""
        owner, who = self.organization(organization), acting(actor)
        if who.app is None and who.user.id not in owner.members:
            raise Refused(403, "You need to be a member of the organization.")
        clean = self.free_name(owner.login, name)
        if visibility == "internal" and owner.plan != "enterprise":
            raise _creation_failed(
                "visibility",
                "Only organizations associated with an enterprise can set visibility to internal",
            )
        values = self.checked_properties(owner, properties or {})
        if who.app is None and values and owner.members.get(who.user.id) != "admin":
            raise Refused(403, "You need to be an owner to set custom properties.")
        made = Repository(
            id=self.world.next_id(),
            owner=owner.login,
            name=clean,
            visibility=visibility,
            description=description,
            homepage=homepage,
            properties=_with_defaults(owner, {n: v for n, v in values.items() if v is not None}),
            flags=dict(flags or {}),
            created_at_s=self.now_s(),
            updated_at_s=self.now_s(),
            pushed_at_s=self.now_s(),
        )
        self.git_repositories.create(made.id, default_branch=made.default_branch)
        self.add_made(who, made, team_id)
        emit(self, "repository", "created", {}, sender=who, repository=made)
        if auto_init:
            text = f"# {clean}\n" + (f"{description}\n" if description else "")
            self.commit_files(
                who,
                made,
                made.default_branch,
                {"README.md": text.encode()},
                message="Initial commit",
            )
        self.changes.publish(f"repo:{made.full_name}", "created")
        return made

    def add_made(self, who: Actor, made: Repository, team_id: int | None = None) -> None:
        """A repository whose git objects are there has its maker, labels and team."""
        if who.app is None:
            made.collaborators[who.user.id] = "admin"
        old_name = self.world.redirects.find(made.full_name.lower())
        if old_name is not None:  # the name is used again: it leads here from now on
            self.world.redirects.drop(old_name)
        self.world.repositories.put(made)
        for name, color, text in DEFAULT_LABELS:
            self.world.labels.put(
                Label(
                    id=self.world.next_id(),
                    repository_id=made.id,
                    name=name,
                    color=color,
                    description=text,
                )
            )
        team = self.world.teams.get(team_id) if team_id else None
        if team is not None:
            team.repositories[made.id] = "pull"
            self.world.teams.put(team)

    def free_name(self, owner: str, name: str, *, but: int | None = None) -> str:
        """The name GitHub makes of ``name``. Raises Refused 422 for one the owner has already."""
        clean = normalised_name(name)
        if not clean or len(clean) > LONGEST_NAME:
            raise _creation_failed("name", "name is too long (maximum is 100 characters)")
        taken = self.world.repositories.find(f"{owner}/{clean}".lower())
        if taken is not None and taken.id != but:
            raise _creation_failed("name", "name already exists on this account")
        return clean

    def add_repository(
        self,
        full_name: str,
        files: Mapping[str, bytes] | None = None,
        private: bool = True,
        *,
        executables: Collection[str] = (),
    ) -> Repository:
        """A repository with these files in one first commit, as the scene of a test.

        It belongs to nobody in particular and no webhook is sent for the files.
        ``executables`` are the paths that may be run.
        """
        owner, _, name = full_name.partition("/")
        bot = self.add_user("localhub[bot]", kind="Bot")
        organization = self.add_organization(owner)
        organization.members[bot.id] = "admin"
        visibility: Visibility = "private" if private else "public"
        made = self.create_repository(bot, owner, name, visibility=visibility)
        made.collaborators.clear()
        if files:
            send, self.send = self.send, lambda _outgoing: None
            self.starts_workflows = False
            try:
                self.commit_files(
                    bot,
                    made,
                    made.default_branch,
                    dict(files),
                    message="Initial commit",
                    executables=executables,
                )
            finally:
                self.send, self.starts_workflows = send, True
        organization.members.pop(bot.id)
        self.world.organizations.put(organization)
        return self.world.repositories.put(made)

    def update_repository(
        self, actor: Who, repository: str | Repository, changes: Mapping[str, Any]
    ) -> Repository:
        """The repository with what ``changes`` (the API's words) says. Raises Refused."""
        found, who = self.repository(repository), acting(actor)
        if found.archived and changes.get("archived") is not False:
            raise Refused(403, "Repository was archived so is read-only.")
        if not found.archived:
            self.require(who, found, Role.ADMIN)
        before = (found.name, found.visibility, found.archived)
        if "name" in changes and changes["name"] != found.name:
            self._rename(found, changes["name"])
        if "default_branch" in changes:
            self._set_default_branch(found, changes["default_branch"])
        found.description = changes.get("description", found.description) or ""
        found.homepage = changes.get("homepage", found.homepage) or ""
        found.archived = changes.get("archived", found.archived)
        found.visibility = self._visibility(found, changes)
        known = {"has_issues", "has_projects", "has_wiki", "is_template"}
        found.flags |= {k: v for k, v in changes.items() if k in known or k.startswith("allow_")}
        if "delete_branch_on_merge" in changes:
            found.flags["delete_branch_on_merge"] = changes["delete_branch_on_merge"]
        found.updated_at_s = self.now_s()
        self.world.repositories.put(found)
        self._tell_update(who, found, *before)
        return found

    def _visibility(self, repository: Repository, changes: Mapping[str, Any]) -> Visibility:
        if "visibility" in changes:
            wanted: Visibility = changes["visibility"]
            owner = self.world.organizations.find(repository.owner.lower())
            if wanted == "internal" and (owner is None or owner.plan != "enterprise"):
                raise invalid("Repository", "visibility", "invalid")
            return wanted
        if "private" in changes and changes["private"] != repository.private:
            return "private" if changes["private"] else "public"
        return repository.visibility

    def _rename(self, repository: Repository, name: str) -> None:
        old = repository.full_name
        clean = self.free_name(repository.owner, name, but=repository.id)
        back = self.world.redirects.find(f"{repository.owner}/{clean}".lower())
        if back is not None:
            self.world.redirects.drop(back)
        repository.name = clean
        self.world.repositories.put(repository)
        self.world.redirects.put(
            Redirect(id=self.world.next_id(), full_name=old, repository_id=repository.id)
        )

    def _set_default_branch(self, repository: Repository, branch: str) -> None:
        if self.git(repository).branch(branch) is None:
            problem = f"The branch {branch} was not found. Please push that ref first."
            raise invalid("Repository", "default_branch", "invalid", problem)
        repository.default_branch = branch
        self.git(repository).set_head(branch)

    def _tell_update(
        self, who: Actor, found: Repository, name: str, visibility: str, archived: bool
    ) -> None:
        action: str | None = None
        about: dict[str, Any] = {}
        if name != found.name:
            action, about = "renamed", {"changes": {"repository": {"name": {"from": name}}}}
        elif archived != found.archived:
            action = "archived" if found.archived else "unarchived"
        elif visibility != found.visibility:
            action = "privatized" if found.private else "publicized"
        else:
            action, about = "edited", {"changes": {}}
        emit(self, "repository", action, about, sender=who, repository=found)
        self.tell(found, action)

    def moved_to(self, full_name: str) -> Repository | None:
        """The repository that an old name leads to, or None."""
        redirect = self.world.redirects.find(full_name.lower())
        return None if redirect is None else self.world.repositories.get(redirect.repository_id)

    def set_topics(
        self, actor: Who, repository: str | Repository, names: Sequence[str]
    ) -> Repository:
        """The topics are exactly these, in lower case. Raises Refused."""
        found = self.repository(repository)
        self.require(acting(actor), found, Role.ADMIN)
        topics = list(dict.fromkeys(name.lower() for name in names))
        if len(topics) > MOST_TOPICS:
            raise invalid(
                "Repository", "topics", "custom", "A repository cannot have more than 20 topics."
            )
        if not all(TOPIC.fullmatch(topic) for topic in topics):
            raise invalid(
                "Repository",
                "topics",
                "custom",
                "Topics must start with a lowercase letter or number, consist of 50 "
                "characters or less, and can include hyphens.",
            )
        found.topics, found.updated_at_s = topics, self.now_s()
        self.world.repositories.put(found)
        self.tell(found, "topics")
        return found

    def set_properties(
        self,
        actor: Who,
        repository: str | Repository,
        values: Mapping[str, str | list[str] | None],
    ) -> Repository:
        """The custom properties have these values; None unsets. Raises Refused."""
        found = self.repository(repository)
        self.require(acting(actor), found, Role.ADMIN)
        owner = self.organization(found.owner)
        for name, value in self.checked_properties(owner, values).items():
            if value is None:
                found.properties.pop(name, None)
            else:
                found.properties[name] = value
        found.properties = _with_defaults(owner, found.properties)
        found.updated_at_s = self.now_s()
        self.world.repositories.put(found)
        emit(
            self,
            "custom_property_values",
            "updated",
            {
                "old_property_values": [],
                "new_property_values": [
                    {"property_name": n, "value": v} for n, v in sorted(values.items())
                ],
            },
            sender=acting(actor),
            repository=found,
        )
        self.tell(found, "properties")
        return found

    @staticmethod
    def checked_properties(
        owner: Organization, values: Mapping[str, str | list[str] | None]
    ) -> Mapping[str, str | list[str] | None]:
        """``values`` when each is defined and fits its definition. Raises Refused 422."""
        for name, value in values.items():
            definition = owner.properties.get(name)
            if definition is None:
                raise Refused(422, f"Property '{name}' is not defined on the organization.")
            if value is not None and not _fits(definition, value):
                raise Refused(422, f"Property '{name}' has an invalid value.")
        return values

    def visible_repositories(self, actor: Actor | None) -> list[Repository]:
        """The repositories that the actor may know of."""
        return [r for r in self.world.repositories if self.may_see(actor, r)]


def normalised_name(name: str) -> str:
    """The name that GitHub makes of it: other characters become hyphens, no ``.git``."""
    clean = re.sub(r"[^A-Za-z0-9._-]+", "-", name.strip()).removesuffix(".git")
    return "" if clean in {".", "..", "-"} else clean


def _creation_failed(field: str, message: str) -> Refused:
    error = {"resource": "Repository", "code": "custom", "field": field, "message": message}
    return Refused(422, "Repository creation failed.", errors=[error])


def _with_defaults(
    owner: Organization, values: Mapping[str, str | list[str]]
) -> dict[str, str | list[str]]:
    filled = {
        name: definition.default_value
        for name, definition in owner.properties.items()
        if definition.required and definition.default_value is not None
    }
    return filled | dict(values)


def _fits(definition: PropertyDefinition, value: str | list[str]) -> bool:
    allowed = definition.allowed_values or []
    if definition.value_type == "multi_select":
        return isinstance(value, list) and set(value) <= set(allowed)
    if not isinstance(value, str):
        return False
    if definition.value_type == "single_select":
        return value in allowed
    if definition.value_type == "true_false":
        return value in {"true", "false"}
    if definition.value_type == "url":
        return value.startswith(("http://", "https://"))
    return len(value) <= 75
