"""Issues: the list, *New issue* with its forms, and the conversation."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from bot.localhub.pages.conversation import FACES, address_of, conversation, may_change
from bot.localhub.pages.issue_forms.answers import body_of, field_name, problems_of
from bot.localhub.pages.issue_forms.chooser import FOLDER, read_chooser
from bot.localhub.pages.issue_forms.definition import Chooser, Element, IssueForm
from bot.localhub.pages.page import Page, home_of, whole_number
from bot.localhub.refusal import Refused, not_found
from bot.localhub.state.discussions import Issue, IssueState
from bot.localhub.state.people import Role
from bot.localhub.state.repositories import Label, Repository

PAGE_LENGTH = 40


# The list.


async def show_list(page: Page) -> web.Response:
    """Open or closed issues, newest first, of one label if one is asked for."""
    return listing(page, pulls=False)


def listing(page: Page, *, pulls: bool) -> web.Response:
    """The list of issues or of pull requests."""
    repository = page.repository()
    wanted = page.asked("label")
    every = [i for i in page.hub.world.issues.of(repository.id) if bool(i.pull) is pulls]
    if wanted:
        every = [i for i in every if wanted in (label.name for label in labels_of(page, i))]
    state = "closed" if page.asked("state") == "closed" else "open"
    chosen = [issue for issue in reversed(every) if issue.state == state]
    start = page.start()
    return page.render(
        "issues.html",
        repository=repository,
        tab="pulls" if pulls else "issues",
        pulls=pulls,
        state=state,
        label=wanted,
        open_count=sum(issue.state == "open" for issue in every),
        closed_count=sum(issue.state == "closed" for issue in every),
        issues=[_row(page, repository, i) for i in chosen[start : start + PAGE_LENGTH]],
        earlier=start + PAGE_LENGTH if len(chosen) > start + PAGE_LENGTH else None,
        live="" if start else f"{home_of(repository)}/live?t=repo",
    )


def _row(page: Page, repository: Repository, issue: Issue) -> dict[str, object]:
    return {
        "issue": issue,
        "address": address_of(repository, issue),
        "author": page.person(issue.author_id),
        "labels": labels_of(page, issue),
        "comments": page.hub.world.comments.count(issue.id),
    }


def labels_of(page: Page, issue: Issue) -> list[Label]:
    """The labels of an issue, those that are gone left out."""
    found = (page.hub.world.labels.get(label_id) for label_id in issue.label_ids)
    return [label for label in found if label is not None]


# New issue.


def chooser_of(page: Page, repository: Repository) -> Chooser:
    """What *New issue* offers, from the newest commit of the default branch."""
    git = page.hub.git(repository)
    head = git.branch(repository.default_branch)
    folder = git.find(git.commit(head).tree, FOLDER) if head else None
    if folder is None or folder.type != "tree":
        return Chooser()
    files = {e.path: git.blob(e.sha) for e in git.entries(folder.sha) if e.type == "blob"}
    return read_chooser(files)


async def choose(page: Page) -> web.Response:
    """The forms to choose from; straight to a blank issue where there is no choice."""
    repository = page.repository()
    _ = page.actor
    chooser = chooser_of(page, repository)
    if not chooser.forms and not chooser.links:
        return page.go(f"{home_of(repository)}/issues/new")
    return page.render(
        "choose.html",
        repository=repository,
        tab="issues",
        chooser=chooser,
        blank=chooser.blank_allowed or page.may(repository, Role.WRITE),
        live=f"{home_of(repository)}/live?t=repo",
    )


async def show_new(page: Page) -> web.Response:
    """The form of the address's ``template``, or a blank issue."""
    repository = page.repository()
    _ = page.actor
    form = _form(page, repository)
    if form is None:
        return _blank(page, repository, title=page.asked("title"), body=page.asked("body"))
    prefilled = {field_name(e): [page.asked(e.key)] for e in form.questions if page.asked(e.key)}
    return _ask(page, repository, form, prefilled, title=page.asked("title") or form.title)


def _form(page: Page, repository: Repository) -> IssueForm | None:
    """The form that is asked for; None for a blank issue, if that is allowed."""
    name = page.asked("template")
    chooser = chooser_of(page, repository)
    if name:
        found = next((form for form in chooser.forms if form.file_name == name), None)
        if not isinstance(found, IssueForm):
            raise not_found()
        return found
    if not chooser.blank_allowed and not page.may(repository, Role.WRITE):
        raise Refused(403, "Blank issues are not enabled here. Choose one of the forms.")
    return None


def _blank(
    page: Page, repository: Repository, *, title: str, body: str, problem: str = ""
) -> web.Response:
    return page.render(
        "blank_issue.html",
        status=422 if problem else 200,
        repository=repository,
        tab="issues",
        title=title,
        body=body,
        problem=problem,
    )


def _ask(
    page: Page,
    repository: Repository,
    form: IssueForm,
    answers: dict[str, list[str]],
    *,
    title: str,
    problems: dict[str, str] | None = None,
) -> web.Response:
    def start(element: Element) -> Sequence[str]:
        return answers.get(field_name(element), [] if problems else _default(element))

    return page.render(
        "issue_form.html",
        status=422 if problems else 200,
        repository=repository,
        tab="issues",
        form=form,
        title=title,
        answers={element.key: start(element) for element in form.questions},
        problems=problems or {},
        field_name=field_name,
        enforced=not repository.private,
    )


def _default(element: Element) -> list[str]:
    if element.kind == "dropdown" and element.default is not None:
        return [element.options[element.default].label]
    return [element.value] if element.value else []


async def create(page: Page) -> web.Response:
    """The issue is filed; a form that GitHub would refuse comes back with the reasons."""
    repository = page.repository()
    form = _form(page, repository)
    title = page.given("title")
    if form is None:
        return _create_blank(page, repository, title, page.given("body"))
    submitted = {field_name(e): page.given_all(field_name(e)) for e in form.questions}
    problems = dict(problems_of(form, submitted, enforce=not repository.private))
    if not title.strip():
        problems["title"] = "Title can't be blank."
    if not problems:
        try:
            made = page.hub.create_issue(
                page.actor,
                repository,
                title,
                body_of(form, submitted),
                form.labels,
                assignees=form.assignees,
                from_form=True,
            )
            return page.go(address_of(repository, made))
        except Refused as refused:
            problems[""] = words_of(refused)
    return _ask(page, repository, form, submitted, title=title, problems=problems)


def _create_blank(page: Page, repository: Repository, title: str, body: str) -> web.Response:
    if not title.strip():
        return _blank(page, repository, title=title, body=body, problem="Title can't be blank.")
    try:
        made = page.hub.create_issue(page.actor, repository, title, body)
    except Refused as refused:
        return _blank(page, repository, title=title, body=body, problem=words_of(refused))
    return page.go(address_of(repository, made))


def words_of(refused: Refused) -> str:
    """A refusal with its reasons, as a sentence."""
    reasons = [
        str(error.get("message") or f"{error.get('field')}: {error.get('code')}")
        if not isinstance(error, str)
        else error
        for error in refused.errors
    ]
    return ": ".join([refused.message, "; ".join(reasons)]) if reasons else refused.message


# One issue.


async def show(page: Page) -> web.Response:
    """The conversation, kept current; a pull request's number leads to its own page."""
    repository = page.repository()
    issue = page.hub.issue(repository, page.number())
    if issue.pull is not None:
        return page.go(address_of(repository, issue))
    return page.render("issue.html", tab="issues", **discussion(page, repository, issue))


def discussion(page: Page, repository: Repository, issue: Issue) -> dict[str, Any]:
    """What the pages of issues and pull requests have in common."""
    triages = page.may(repository, Role.TRIAGE)
    free = page.may(repository, Role.WRITE) or not issue.locked
    return {
        "repository": repository,
        "issue": issue,
        "address": address_of(repository, issue),
        "author": page.person(issue.author_id),
        "said": conversation(page, repository, issue),
        "labels": labels_of(page, issue),
        "every_label": page.hub.world.labels.of(repository.id) if triages else [],
        "assignees": [page.person(user_id) for user_id in issue.assignee_ids],
        "closed_by": page.person(issue.closed_by_id),
        "may_change": may_change(page, repository, issue),
        "may_comment": page.may(repository, Role.READ) and free,
        "faces": FACES,
        "live": f"{home_of(repository)}/live?t=issue:{issue.number}",
    }


def _issue(page: Page) -> tuple[Repository, Issue]:
    repository = page.repository()
    return repository, page.hub.issue(repository, page.number())


async def comment(page: Page) -> web.Response:
    """The comment is said, and with *Close* or *Reopen* the state changed after it."""
    repository, issue = _issue(page)
    body, wish = page.given("body"), page.given("wish")
    place = ""
    if body.strip():
        made = page.hub.add_comment(page.actor, repository, issue.number, body)
        place = f"#issuecomment-{made.id}"
    elif wish not in {"close", "reopen"}:
        raise Refused(422, "There is nothing to send: write a comment first.")
    if wish in {"close", "reopen"}:
        _set_state(page, repository, issue, "closed" if wish == "close" else "open")
    return page.go(address_of(repository, issue) + place)


def _set_state(page: Page, repository: Repository, issue: Issue, state: IssueState) -> None:
    if issue.pull is None:
        page.hub.update_issue(page.actor, repository, issue.number, state=state)
    else:
        page.hub.update_pull_request(page.actor, repository, issue.number, state=state)


async def edit(page: Page) -> web.Response:
    """Title and opening text are as given; a field that was not sent stays."""
    repository, issue = _issue(page)
    sent = page.form or ()
    title = page.given("title") if "title" in sent else None
    body = page.given("body") if "body" in sent else None
    change = page.hub.update_issue if issue.pull is None else page.hub.update_pull_request
    change(page.actor, repository, issue.number, title=title, body=body)
    return page.go(address_of(repository, issue))


async def edit_comment(page: Page) -> web.Response:
    """The comment has the given text, or is gone."""
    repository, issue = _issue(page)
    comment_id = page.number("comment")
    found = page.hub.comment(repository, comment_id)
    if found.issue_id != issue.id:
        raise not_found()
    if page.given("wish") == "delete":
        page.hub.delete_comment(page.actor, repository, comment_id)
        return page.go(address_of(repository, issue))
    page.hub.edit_comment(page.actor, repository, comment_id, page.given("body"))
    return page.go(f"{address_of(repository, issue)}#issuecomment-{comment_id}")


async def react(page: Page) -> web.Response:
    """The face is given, or taken back if it was there."""
    repository, issue = _issue(page)
    actor, content = page.actor, page.given("content")
    comment_id = whole_number(page.given("comment"))
    place = f"#issuecomment-{comment_id}" if comment_id else ""
    if comment_id and page.hub.comment(repository, comment_id).issue_id != issue.id:
        raise not_found()
    reaction, new = page.hub.react(actor, repository, issue.number, content, comment_id=comment_id)
    if not new:
        page.hub.unreact(actor, repository, reaction.id)
    return page.go(address_of(repository, issue) + place)


async def set_labels(page: Page) -> web.Response:
    """The issue has exactly the labels that are ticked."""
    repository, issue = _issue(page)
    page.hub.set_labels(page.actor, repository, issue.number, page.given_all("label"))
    return page.go(address_of(repository, issue))
