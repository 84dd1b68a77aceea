"""Issues, their comments, labels and assignees."""

from collections.abc import Sequence

from bot.localhub.actor import Actor, Who, acting
from bot.localhub.operations.labels import LabelOperations
from bot.localhub.refusal import Refused, invalid
from bot.localhub.shapes.basics import Json
from bot.localhub.shapes.issues import comment as comment_shape
from bot.localhub.shapes.issues import issue as issue_shape
from bot.localhub.shapes.people import simple_user
from bot.localhub.shapes.pulls import pull as pull_shape
from bot.localhub.shapes.repositories import DEFAULT_FLAGS
from bot.localhub.shapes.repositories import label as label_shape
from bot.localhub.state.discussions import Comment, Issue, IssueState
from bot.localhub.state.people import Role
from bot.localhub.state.repositories import Label, Repository
from bot.localhub.webhooks.payloads import emit

LONGEST_BODY = 65_536  # characters; GitHub answers 422 "body is too long" beyond
LONGEST_TITLE = 256
MOST_ASSIGNEES = 10


class IssueOperations(LabelOperations):
    """What people and Apps do in the conversations of a repository."""

    def create_issue(
        self,
        actor: Who,
        repository: str | Repository,
        title: str,
        body: str = "",
        labels: Sequence[str] = (),
        *,
        assignees: Sequence[str] = (),
        from_form: bool = False,
    ) -> Issue:
        """A new issue. Raises Refused.

        Labels of an issue form count whoever files it, as far as they exist; labels
        given otherwise count only from those who may triage, and are made when missing.
        """
        found, who = self.repository(repository), acting(actor)
        self.require(who, found, Role.READ)
        if found.archived:
            raise Refused(403, "Repository was archived so is read-only.")
        if not found.flags.get("has_issues", DEFAULT_FLAGS["has_issues"]):
            raise Refused(410, "Issues are disabled for this repo")
        triages = who.app is not None or self.role(who.user, found) >= Role.TRIAGE
        chosen: list[Label] = []
        if from_form:
            chosen = [known for name in labels if (known := self.find_label(found, name))]
        elif triages:
            chosen = self.labels_or_new(found, labels)
        made = Issue(
            id=self.world.next_id(),
            repository_id=found.id,
            number=self.next_number(found),
            title=checked_title(title),
            body=checked_body(body, "Issue"),
            author_id=who.user.id,
            app_id=who.app.id if who.app else None,
            label_ids=list(dict.fromkeys(label.id for label in chosen)),
            assignee_ids=self._assignable(found, assignees) if triages else [],
            created_at_s=self.now_s(),
            updated_at_s=self.now_s(),
        )
        self.world.issues.put(made)
        self.tell_issue(who, found, made, "opened")
        for label in chosen:
            self.tell_issue(who, found, made, "labeled", label=label_shape(self, found, label))
        return made

    def next_number(self, repository: Repository) -> int:
        """The next number of the sequence that issues and pull requests share."""
        repository.last_number += 1
        self.world.repositories.put(repository)
        return repository.last_number

    def update_issue(
        self,
        actor: Who,
        repository: str | Repository,
        number: int,
        *,
        title: str | None = None,
        body: str | None = None,
        state: IssueState | None = None,
        state_reason: str | None = None,
        labels: Sequence[str] | None = None,
        assignees: Sequence[str] | None = None,
    ) -> Issue:
        """The issue with what is given (None: as it was). Raises Refused."""
        found, who = self.repository(repository), acting(actor)
        issue = self.issue(found, number)
        self._require_author(who, found, issue.author_id)
        changes: Json = {}
        if title is not None and title != issue.title:
            changes["title"] = {"from": issue.title}
            issue.title = checked_title(title)
        if body is not None and body != issue.body:
            changes["body"] = {"from": issue.body or ""}
            issue.body = checked_body(body, "Issue")
        if changes:
            issue.edited_at_s = self.now_s()
            self._touch(issue)
            self.tell_issue(who, found, issue, "edited", changes=changes)
        if labels is not None:
            self.set_labels(who, found, number, labels)
        if assignees is not None:
            self._set_assignees(who, found, issue, self._assignable(found, assignees))
        if state is not None and state != issue.state:
            self._set_state(who, found, issue, state, state_reason)
        return issue

    def _set_state(
        self,
        who: Actor,
        repository: Repository,
        issue: Issue,
        state: IssueState,
        reason: str | None,
    ) -> None:
        if issue.pull is not None and issue.pull.merged and state == "open":
            raise invalid("PullRequest", "state", "custom", "state cannot be changed. Merged.")
        issue.state = state
        if state == "closed":
            issue.state_reason = None if issue.pull else (reason or "completed")
            issue.closed_at_s, issue.closed_by_id = self.now_s(), who.user.id
        else:
            issue.state_reason = None if issue.pull else "reopened"
            issue.closed_at_s = issue.closed_by_id = None
        self._touch(issue)
        self.tell_issue(who, repository, issue, "closed" if state == "closed" else "reopened")

    def _require_author(self, who: Actor, repository: Repository, author_id: int) -> None:
        """People change what is their own; what others wrote needs the triage role."""
        self.require(who, repository, Role.READ)
        if who.app is None and who.user.id != author_id:
            self.require(who, repository, Role.TRIAGE)

    def _touch(self, issue: Issue) -> None:
        issue.updated_at_s = self.now_s()
        self.world.issues.put(issue)

    def tell_issue(
        self, who: Actor, repository: Repository, issue: Issue, action: str, **about: object
    ) -> None:
        """Apps and open pages hear what happened to an issue or pull request."""
        if issue.pull is None:
            payload: Json = {"issue": issue_shape(self, repository, issue)}
            event = "issues"
        else:
            shape = pull_shape(self, repository, issue)
            payload = {"number": issue.number, "pull_request": shape}
            event = "pull_request"
        emit(self, event, action, payload | about, sender=who, repository=repository)
        self.tell(repository, action, issue=issue)
        if issue.pull is not None:
            self.after_pull(who, repository, issue, action)

    # Comments.

    def add_comment(
        self, actor: Who, repository: str | Repository, number: int, body: str
    ) -> Comment:
        """A new comment. Raises Refused, also for a locked conversation."""
        found, who = self.repository(repository), acting(actor)
        issue = self.issue(found, number)
        self.require(who, found, Role.READ)
        writes = who.app is not None or self.role(who.user, found) >= Role.WRITE
        if issue.locked and not writes:
            raise Refused(403, "Unable to create comment because issue is locked.")
        if found.archived:
            raise Refused(403, "Repository was archived so is read-only.")
        now_s = self.now_s()  # read once: two readings would look like an edit
        made = Comment(
            id=self.world.next_id(),
            repository_id=found.id,
            issue_id=issue.id,
            author_id=who.user.id,
            body=checked_comment(body),
            app_id=who.app.id if who.app else None,
            created_at_s=now_s,
            updated_at_s=now_s,
        )
        self.world.comments.put(made)
        self._touch(issue)
        self._tell_comment(who, found, made, "created")
        return made

    def comments_of(self, repository: Repository) -> list[Comment]:
        """The comments of every issue and pull request."""
        issues = self.world.issues.of(repository.id)
        return [comment for issue in issues for comment in self.world.comments.of(issue.id)]

    def edit_comment(
        self, actor: Who, repository: str | Repository, comment_id: int, body: str
    ) -> Comment:
        """The comment has that text. Raises Refused."""
        found, who = self.repository(repository), acting(actor)
        comment = self.comment(found, comment_id)
        self._require_comment(who, found, comment)
        before = comment.body
        comment.body = checked_comment(body)
        # An edit within the clock's grain still counts as one.
        comment.updated_at_s = max(self.now_s(), comment.created_at_s + 0.001)
        self.world.comments.put(comment)
        changes = {"body": {"from": before}}
        self._tell_comment(who, found, comment, "edited", changes=changes)
        return comment

    def delete_comment(self, actor: Who, repository: str | Repository, comment_id: int) -> None:
        """The comment is gone."""
        found, who = self.repository(repository), acting(actor)
        comment = self.comment(found, comment_id)
        self._require_comment(who, found, comment)
        self._tell_comment(who, found, comment, "deleted")
        for reaction in self.world.reactions.of((comment.issue_id, comment.id)):
            self.world.reactions.drop(reaction)
        self.world.comments.drop(comment)

    def _require_comment(self, who: Actor, repository: Repository, comment: Comment) -> None:
        """A person's own comment, or the write role; an App changes any (GitHub's way)."""
        self.require(who, repository, Role.READ)
        if who.app is None and who.user.id != comment.author_id:
            self.require(who, repository, Role.WRITE)

    def _tell_comment(
        self,
        who: Actor,
        repository: Repository,
        comment: Comment,
        action: str,
        **about: object,
    ) -> None:
        issue = self.world.issues[comment.issue_id]
        payload: Json = {
            "issue": issue_shape(self, repository, issue),
            "comment": comment_shape(self, repository, comment),
        }
        emit(self, "issue_comment", action, payload | about, sender=who, repository=repository)
        self.changes.publish(f"issue:{repository.full_name}#{issue.number}", f"comment-{action}")

    # Labels and assignees of an issue.

    def add_labels(
        self, actor: Who, repository: str | Repository, number: int, names: Sequence[str]
    ) -> Issue:
        """The issue has these labels too."""
        found = self.repository(repository)
        issue = self.issue(found, number)
        held = [self.world.labels[i].name for i in issue.label_ids]
        return self.set_labels(actor, found, number, [*held, *names])

    def remove_label(
        self, actor: Who, repository: str | Repository, number: int, name: str
    ) -> Issue:
        """The issue does not have the label. Raises Refused 404 when it had not."""
        found = self.repository(repository)
        issue = self.issue(found, number)
        label = self.find_label(found, name)
        if label is None or label.id not in issue.label_ids:
            raise Refused(404, "Label does not exist")
        kept = [self.world.labels[i].name for i in issue.label_ids if i != label.id]
        return self.set_labels(actor, found, number, kept)

    def set_labels(
        self, actor: Who, repository: str | Repository, number: int, names: Sequence[str]
    ) -> Issue:
        """The issue has exactly these labels; one that is missing is made."""
        found, who = self.repository(repository), acting(actor)
        issue = self.issue(found, number)
        self.require(who, found, Role.TRIAGE)
        wanted = {label.id: label for label in self.labels_or_new(found, names)}
        before = set(issue.label_ids)
        issue.label_ids = list(wanted)
        self._touch(issue)
        for label_id in sorted(before ^ wanted.keys()):
            action = "unlabeled" if label_id in before else "labeled"
            shape = label_shape(self, found, self.world.labels[label_id])
            self.tell_issue(who, found, issue, action, label=shape)
        return issue

    def _assignable(self, repository: Repository, logins: Sequence[str]) -> list[int]:
        """Ids of those who may be assigned; others are dropped silently, as on GitHub."""
        users = [self.world.users.find(login.lower()) for login in logins[:MOST_ASSIGNEES]]
        able = [u for u in users if u and self.role(u, repository) >= Role.READ]
        return list(dict.fromkeys(user.id for user in able))

    def assign(
        self,
        actor: Who,
        repository: str | Repository,
        number: int,
        *,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
    ) -> Issue:
        """People are assigned or not any more."""
        found, who = self.repository(repository), acting(actor)
        issue = self.issue(found, number)
        self.require(who, found, Role.TRIAGE)
        gone = {user.id for login in remove if (user := self.world.users.find(login.lower()))}
        wanted = [i for i in issue.assignee_ids if i not in gone]
        wanted += [i for i in self._assignable(found, add) if i not in wanted]
        self._set_assignees(who, found, issue, wanted)
        return issue

    def _set_assignees(
        self, who: Actor, repository: Repository, issue: Issue, wanted: list[int]
    ) -> None:
        before = set(issue.assignee_ids)
        issue.assignee_ids = wanted
        self._touch(issue)
        for user_id in sorted(before ^ set(wanted)):
            action = "unassigned" if user_id in before else "assigned"
            assignee = simple_user(self, self.world.users[user_id])
            self.tell_issue(who, repository, issue, action, assignee=assignee)

    def lock(
        self,
        actor: Who,
        repository: str | Repository,
        number: int,
        *,
        locked: bool,
        reason: str | None = None,
    ) -> None:
        """Only those with the write role may comment, or everybody again."""
        found, who = self.repository(repository), acting(actor)
        issue = self.issue(found, number)
        self.require(who, found, Role.TRIAGE)
        issue.locked, issue.lock_reason = locked, reason if locked else None
        self._touch(issue)
        self.tell_issue(who, found, issue, "locked" if locked else "unlocked")


def checked_title(title: str) -> str:
    """The title, trimmed. Raises Refused 422 for none or one beyond 256 characters."""
    clean = title.strip()
    if not clean:
        raise invalid("Issue", "title", "missing_field")
    if len(clean) > LONGEST_TITLE:
        raise invalid("Issue", "title", "custom", "title is too long (maximum is 256 characters)")
    return clean


def checked_body(body: str, resource: str) -> str:
    """The text. Raises Refused 422 "body is too long" beyond 65,536 characters."""
    if len(body) > LONGEST_BODY:
        raise invalid(resource, "body", "custom", "body is too long (maximum is 65536 characters)")
    return body


def checked_comment(body: str) -> str:
    """A comment's text. Raises Refused 422 when blank or beyond 65,536 characters."""
    if not body.strip():
        raise invalid("IssueComment", "data", "unprocessable", "Body cannot be blank")
    if len(body) > LONGEST_BODY:
        raise invalid(
            "IssueComment",
            "data",
            "unprocessable",
            "Body is too long (maximum is 65536 characters)",
        )
    return body
