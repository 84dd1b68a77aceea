"""Filing, reading and discussing issues in the browser."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.localhub.pages_scene import FORM, Scene, scene

NEW = "/acme/catalog/issues/new?template=new-kotlin-library.yml"


@pytest.fixture
async def acme(tmp_path: Path) -> AsyncIterator[Scene]:
    async with scene(tmp_path) as made:
        yield made


async def test_new_issue_offers_the_forms_of_the_default_branch(acme: Scene) -> None:
    """Forms with name and description, then other places to ask; no blank issue for readers."""
    async with acme.browser("wim") as browser:
        page = await browser.see("/acme/catalog/issues/new/choose")
        assert "New Kotlin library" in page
        assert "A published JVM library" in page
        assert "https://chat.example/platform" in page
        assert "blank issue" not in page
        await browser.see("/acme/catalog/issues/new")
        assert browser.status == 403
    async with acme.browser("petra") as browser:
        assert "blank issue" in await browser.see("/acme/catalog/issues/new/choose")


async def test_a_broken_form_is_listed_with_its_error(acme: Scene) -> None:
    """The author sees why nobody else is offered the form."""
    broken = FORM.replace("type: dropdown", "type: picker")
    petra = acme.hub.user("petra")
    files = {".github/ISSUE_TEMPLATE/broken.yml": broken.encode()}
    acme.hub.commit_files(petra, "acme/catalog", "main", files, message="Add a form")

    async with acme.browser("petra") as browser:
        page = await browser.see("/acme/catalog/issues/new/choose")
        assert "<code>picker</code> is not a valid input type" in page
        await browser.see("/acme/catalog/issues/new?template=broken.yml")
        assert browser.status == 404


async def test_a_form_is_asked_as_a_form(acme: Scene) -> None:
    """Each kind of question has its own control, with defaults, help and what is required."""
    async with acme.browser("wim") as browser:
        page = await browser.see(f"{NEW}&repository_name=prefilled")
        assert '<input id="title" name="title" value="[library] " required' in page
        assert "<strong>everything is checked</strong>" in page
        assert 'value="prefilled"' in page
        assert 'placeholder="money-kit"' in page
        assert "\n{}</textarea>" in page
        assert '<option value="payments">payments</option>' in page
        assert " multiple " in page
        assert 'type="checkbox" name="issue_form[promises]"' in page


async def test_a_filed_form_becomes_an_issue(acme: Scene) -> None:
    """The body is GitHub's to the byte; labels that do not exist are dropped silently."""
    fields: dict[str, str | list[str]] = {
        "title": "[library] money-kit",
        "issue_form[repository_name]": "money-kit",
        "issue_form[description]": "Sums\r\n& differences",
        "issue_form[settings]": '{"a": 1}',
        "issue_form[team]": "payments",
        "issue_form[clouds]": ["aws", "azure"],
        "issue_form[promises]": "I have read the `README`",
    }
    async with acme.browser("wim") as browser:
        page = await browser.send(NEW, NEW, **fields)
        assert browser.address == "/acme/catalog/issues/1"
        assert "[library] money-kit" in page

    issue = acme.hub.issue("acme/catalog", 1)
    assert issue.body == (
        "### Repository name\n\nmoney-kit\n\n### Description\n\nSums\r\n& differences\n\n"
        '### Settings\n\n```json\n{"a": 1}\n```\n\n### Team\n\npayments\n\n'
        "### Clouds\n\naws, azure\n\n"
        "### Promises\n\n- [x] I have read the `README`\n- [ ] Somebody answers questions"
    )
    labels = [acme.hub.world.labels[i].name for i in issue.label_ids]
    assert labels == ["template:kotlin-library"]


async def test_a_private_repository_takes_an_unanswered_form(acme: Scene) -> None:
    """GitHub insists on required answers in public repositories only; so the bot must check."""
    async with acme.browser("wim") as browser:
        await browser.send(NEW, NEW, title="[library]")
    body = acme.hub.issue("acme/catalog", 1).body or ""
    assert body.startswith("### Repository name\n\n_No response_\n\n### Description\n\n_No")


async def test_a_public_repository_sends_an_unanswered_form_back(acme: Scene) -> None:
    """Every missing answer is marked, and what was answered is kept."""
    petra = acme.hub.user("dana")
    files = {".github/ISSUE_TEMPLATE/form.yml": FORM.encode()}
    acme.hub.commit_files(petra, "acme/shop", "main", files, message="Add a form")
    address = "/acme/shop/issues/new?template=form.yml"

    async with acme.browser("sam") as browser:
        kept = {"title": " ", "issue_form[description]": "Kept <b>"}
        page = await browser.send(address, address, **kept)
        assert browser.status == 422
        assert page.count("This answer is required.") == 2
        assert "Required: I have read the" in page
        assert "Title can&#39;t be blank." in page
        assert "Kept &lt;b&gt;</textarea>" in page
    assert acme.hub.world.issues.of(acme.hub.repository("acme/shop").id) == []


async def test_an_option_made_up_is_refused(acme: Scene) -> None:
    """A hand-made request cannot choose what the form does not offer."""
    async with acme.browser("wim") as browser:
        page = await browser.send(NEW, NEW, title="x", **{"issue_form[team]": "admins"})
        assert browser.status == 422
        assert "Choose from the options" in page


async def test_people_talk_edit_react_close_and_reopen(acme: Scene) -> None:
    """The whole life of an issue by mouse and keyboard."""
    async with acme.browser("sam") as browser:
        new, issue = "/acme/shop/issues/new", "/acme/shop/issues/1"
        await browser.send(new, new, title="Lamp is out", body="**Dark**")
        page = await browser.send(
            issue, issue, body="It is @dana's lamp, see #1 <script>x</script>"
        )
        assert '<a href="/dana" class="mention">@dana</a>' in page
        assert '<a href="/acme/shop/issues/1">#1</a>' in page
        assert "<script>x" not in page
        comment = acme.hub.world.comments.of(acme.hub.issue("acme/shop", 1).id)[0]
        editing = await browser.see(f"{issue}?edit=issuecomment-{comment.id}")
        assert "It is @dana&#39;s lamp, see #1 &lt;script&gt;" in editing
        page = await browser.send(issue, f"{issue}/comments/{comment.id}", body="Mended")
        assert '<span class="edited">edited</span>' in page
        page = await browser.send(issue, f"{issue}/reactions", content="heart", comment="")
        assert 'title="sam"' in page
        page = await browser.send(issue, f"{issue}/reactions", content="heart", comment="")
        assert 'title="sam"' not in page
        page = await browser.send(issue, f"{issue}/edit", title="Lamp is on")
        assert "Lamp is on" in page
        assert "<strong>Dark</strong>" in page
        page = await browser.send(issue, issue, body="", wish="close")
        assert "closed this as completed" in page
        page = await browser.send(issue, issue, body="Again", wish="reopen")
        assert "closed this" not in page
        await browser.send(issue, f"{issue}/comments/{comment.id}", wish="delete")
    assert acme.hub.world.comments.get(comment.id) is None


async def test_only_a_comment_that_was_edited_is_marked_so(acme: Scene) -> None:
    petra = acme.hub.user("petra")
    issue = acme.hub.create_issue(petra, "acme/catalog", "Talk")
    comment = acme.hub.add_comment(petra, "acme/catalog", issue.number, "as written")
    async with acme.browser("petra") as browser:
        address = f"/acme/catalog/issues/{issue.number}"
        assert 'class="edited"' not in await browser.see(address)
        acme.hub.edit_comment(petra, "acme/catalog", comment.id, "changed")
        assert 'class="edited"' in await browser.see(address)


async def test_what_others_wrote_is_not_changed_by_readers(acme: Scene) -> None:
    """No edit button is shown, and a hand-made request is refused."""
    dana = acme.hub.user("dana")
    acme.hub.create_issue(dana, "acme/shop", "Mine", "original")
    comment = acme.hub.add_comment(dana, "acme/shop", 1, "also mine")
    async with acme.browser("sam") as browser:
        issue = "/acme/shop/issues/1"
        assert "Edit" not in await browser.see(issue)
        page = await browser.see(f"{issue}?edit=issuecomment-{comment.id}")
        assert "also mine</textarea>" not in page
        for action, fields in (
            (f"{issue}/edit", {"body": "taken over"}),
            (f"{issue}/comments/{comment.id}", {"body": "taken over"}),
            (f"{issue}/comments/{comment.id}", {"wish": "delete"}),
            (f"{issue}/labels", {"label": "bug"}),
            (issue, {"wish": "close"}),
        ):
            await browser.send(issue, action, **fields)
            assert browser.status in {403, 404}, action
    assert acme.hub.issue("acme/shop", 1).body == "original"
    assert acme.hub.issue("acme/shop", 1).state == "open"
    assert acme.hub.world.comments[comment.id].body == "also mine"


async def test_a_comment_is_reached_through_its_own_issue_alone(acme: Scene) -> None:
    """The number in the address and the comment must belong together."""
    dana = acme.hub.user("dana")
    acme.hub.create_issue(dana, "acme/shop", "One")
    acme.hub.create_issue(dana, "acme/shop", "Two")
    comment = acme.hub.add_comment(dana, "acme/shop", 1, "here")
    async with acme.browser("dana") as browser:
        two = "/acme/shop/issues/2"
        await browser.send(two, f"{two}/comments/{comment.id}", body="there")
        assert browser.status == 404


async def test_the_list_shows_open_and_closed_and_narrows_by_label(acme: Scene) -> None:
    """People find what is open, what is done, and what has a label."""
    petra = acme.hub.user("petra")
    acme.hub.create_issue(petra, "acme/catalog", "Open one", "", ["bug"])
    acme.hub.create_issue(petra, "acme/catalog", "Done one")
    acme.hub.update_issue(petra, "acme/catalog", 2, state="closed")
    async with acme.browser("petra") as browser:
        page = await browser.see("/acme/catalog/issues")
        assert "Open one" in page
        assert "Done one" not in page
        assert "Done one" in await browser.see("/acme/catalog/issues?state=closed")
        assert "No open issues" in await browser.see("/acme/catalog/issues?label=wontfix")
        assert "Open one" in await browser.see("/acme/catalog/issues?label=bug")


async def test_backticks_in_a_title_are_code_and_the_rest_of_it_is_text(acme: Scene) -> None:
    petra = acme.hub.user("petra")
    acme.hub.create_issue(petra, "acme/catalog", "`a<b` and <b>bold</b> ` alone")
    async with acme.browser("petra") as browser:
        for address in ("/acme/catalog/issues", "/acme/catalog/issues/1"):
            page = await browser.see(address)
            assert "<code>a&lt;b</code> and &lt;b&gt;bold&lt;/b&gt; ` alone" in page


async def test_a_long_comment_is_refused_with_words(acme: Scene) -> None:
    """Beyond 65,536 characters the person reads why, as GitHub says it."""
    acme.hub.create_issue(acme.hub.user("sam"), "acme/shop", "Long")
    async with acme.browser("sam") as browser:
        issue = "/acme/shop/issues/1"
        page = await browser.send(issue, issue, body="x" * 65_537)
        assert browser.status == 422
        assert "too long" in page
