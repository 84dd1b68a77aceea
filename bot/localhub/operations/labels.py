"""The labels that a repository has."""

from collections.abc import Mapping, Sequence

from bot.localhub.actor import Who, acting
from bot.localhub.operations.forks import ForkOperations
from bot.localhub.refusal import invalid, not_found
from bot.localhub.shapes.repositories import label as label_shape
from bot.localhub.state.people import Role
from bot.localhub.state.repositories import Label, Repository
from bot.localhub.webhooks.payloads import emit

LONGEST_LABEL = 50


class LabelOperations(ForkOperations):
    """Make, find, change and delete labels."""

    def create_label(
        self,
        actor: Who,
        repository: str | Repository,
        name: str,
        *,
        color: str = "",
        description: str | None = None,
    ) -> Label:
        """A new label. Raises Refused 422 for a name that exists."""
        found, who = self.repository(repository), acting(actor)
        self.require(who, found, Role.TRIAGE)
        checked_label(name)
        if self.find_label(found, name) is not None:
            raise invalid("Label", "name", "already_exists")
        made = Label(
            id=self.world.next_id(),
            repository_id=found.id,
            name=name,
            color=checked_color(color or "ededed"),
            description=description,
        )
        self.world.labels.put(made)
        about = {"label": label_shape(self, found, made)}
        emit(self, "label", "created", about, sender=who, repository=found)
        self.tell(found, "labels")
        return made

    def label(self, repository: str | Repository, name: str) -> Label:
        """The label of that name, without regard to case. Raises Refused 404."""
        found = self.find_label(self.repository(repository), name)
        if found is None:
            raise not_found()
        return found

    def update_label(
        self,
        actor: Who,
        repository: str | Repository,
        name: str,
        changes: Mapping[str, str | None],
    ) -> Label:
        """The label with ``new_name``, ``color`` and ``description`` as far as given."""
        found, who = self.repository(repository), acting(actor)
        self.require(who, found, Role.TRIAGE)
        label = self.label(found, name)
        new_name = changes.get("new_name") or label.name
        other = self.find_label(found, new_name)
        if other is not None and other.id != label.id:
            raise invalid("Label", "name", "already_exists")
        checked_label(new_name)
        before = {"name": {"from": label.name}} if new_name != label.name else {}
        label.name = new_name
        label.color = checked_color(changes.get("color") or label.color)
        label.description = changes.get("description", label.description)
        self.world.labels.put(label)
        about = {"label": label_shape(self, found, label), "changes": before}
        emit(self, "label", "edited", about, sender=who, repository=found)
        self.tell(found, "labels")
        return label

    def delete_label(self, actor: Who, repository: str | Repository, name: str) -> None:
        """The label is gone, from the issues that had it too."""
        found, who = self.repository(repository), acting(actor)
        self.require(who, found, Role.TRIAGE)
        label = self.label(found, name)
        for issue in self.world.issues.of(found.id):
            if label.id in issue.label_ids:
                issue.label_ids.remove(label.id)
                self.world.issues.put(issue)
        self.world.labels.drop(label)
        about = {"label": label_shape(self, found, label)}
        emit(self, "label", "deleted", about, sender=who, repository=found)
        self.tell(found, "labels")

    def find_label(self, repository: Repository, name: str) -> Label | None:
        """The label of that name, without regard to case, or None."""
        return self.world.labels.find((repository.id, name.lower()))

    def labels_or_new(self, repository: Repository, names: Sequence[str]) -> list[Label]:
        """The labels of these names; those that are missing are made."""
        return [self.find_label(repository, n) or self._new_label(repository, n) for n in names]

    def _new_label(self, repository: Repository, name: str) -> Label:
        checked_label(name)
        made = Label(id=self.world.next_id(), repository_id=repository.id, name=name)
        return self.world.labels.put(made)


def checked_label(name: str) -> str:
    """A label's name: 1 to 50 characters."""
    if not name.strip():
        raise invalid("Label", "name", "missing_field")
    if len(name) > LONGEST_LABEL:
        raise invalid("Label", "name", "custom", "name is too long (maximum is 50 characters)")
    return name


def checked_color(color: str) -> str:
    """Six hexadecimal digits without a leading #."""
    if len(color) != 6 or any(c not in "0123456789abcdefABCDEF" for c in color):
        raise invalid("Label", "color", "invalid")
    return color.lower()
