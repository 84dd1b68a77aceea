"""What a reader sees of Markdown that others wrote, harmless whatever they meant."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.localhub.pages.markdown import Addresses, Place, render
from bot.localhub.pages.markdown.sanitise import ALLOWED, VOID


class EverybodyKnown:
    def mention(self, name: str) -> str | None:
        return None if name == "stranger" else f"/people/{name}"

    def issue(self, repository: str | None, number: int) -> str | None:
        return f"/{repository or 'acme/catalog'}/issues/{number}"


PLACE = Place(
    links=EverybodyKnown(),
    addresses=Addresses(files="/acme/shop/blob/main/", raw="/acme/shop/raw/main/"),
)


def shown(text: str) -> str:
    return str(render(text, PLACE)).strip()


@pytest.mark.parametrize(
    ("text", "html"),
    [
        pytest.param("~~old~~", "<p><s>old</s></p>", id="strikethrough"),
        pytest.param("a\nb", "<p>a<br>\nb</p>", id="line-breaks-count-in-comments"),
        pytest.param(
            "- [x] done",
            '<ul>\n<li class="task-list-item">'
            '<input type="checkbox" disabled checked> done</li>\n</ul>',
            id="task",
        ),
        pytest.param(
            "Hi @bob and @acme/web!",
            '<p>Hi <a href="/people/bob" class="mention">@bob</a> and '
            '<a href="/people/acme/web" class="mention">@acme/web</a>!</p>',
            id="mentions",
        ),
        pytest.param("Hi @stranger", "<p>Hi @stranger</p>", id="nobody-of-that-name"),
        pytest.param("`@bob` a@bob.io", "<p><code>@bob</code> a@bob.io</p>", id="no-mention"),
        pytest.param(
            "See #7 and acme/shop#8, not x#9",
            '<p>See <a href="/acme/catalog/issues/7">#7</a> and '
            '<a href="/acme/shop/issues/8">acme/shop#8</a>, not x#9</p>',
            id="issues",
        ),
        pytest.param(
            "(https://a.example/b_(c)).",
            '<p>(<a href="https://a.example/b_(c)" rel="nofollow noopener noreferrer">'
            "https://a.example/b_(c)</a>).</p>",
            id="address-in-prose",
        ),
        pytest.param(":rocket: :nothing:", "<p>🚀 :nothing:</p>", id="emoji"),
        pytest.param("a <!-- marker --> b", "<p>a  b</p>", id="comment-is-invisible"),
        pytest.param(
            "<details><summary>More</summary>\n\n**inner**\n\n</details>\n\nafter",
            "<details><summary>More</summary>\n<p><strong>inner</strong></p>\n</details>\n<p>after</p>",
            id="fold",
        ),
        pytest.param(
            "<details>\n\nleft open", "<details>\n<p>left open</p>\n</details>", id="unclosed-fold"
        ),
        pytest.param(
            "> [!WARNING]\n> Mind the gap",
            '<blockquote class="alert alert-warning">\n<p>'
            '<strong class="alert-title">Warning</strong><br>'
            "\nMind the gap</p>\n</blockquote>",
            id="alert",
        ),
        pytest.param(
            "![diagram](docs/a.png)",
            '<p><img src="/acme/shop/raw/main/docs/a.png" alt="diagram"></p>',
            id="own-picture",
        ),
        pytest.param(
            "![logo](https://evil.example/track.png)",
            '<p><a href="https://evil.example/track.png" rel="nofollow noopener noreferrer">'
            "logo</a></p>",
            id="foreign-picture-is-a-link",
        ),
        pytest.param(
            "[guide](docs/guide.md)",
            '<p><a href="/acme/shop/blob/main/docs/guide.md">guide</a></p>',
            id="file",
        ),
    ],
)
def test_markdown_reads_as_on_github(text: str, html: str) -> None:
    """Lists, folds, alerts, mentions and links come out as a reader expects them."""
    assert shown(text) == html


def test_a_table_keeps_its_alignment() -> None:
    """Numbers stand to the right when the author asked for it."""
    assert '<td align="right">1</td>' in shown("| n |\n|--:|\n| 1 |")


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "text <script>alert(1)",
        "<img src=x onerror=alert(1)>",
        "<IMG SRC=\"jav&#x09;ascript:alert('x')\">",
        "[a](javascript:alert(1))",
        "<a href='java\tscript:alert(1)'>a</a>",
        "<a href=' &#14; javascript:alert(1)'>a</a>",
        "<a href=data:text/html,<script>alert(1)</script>>a</a>",
        "<a href='vbscript:x' onclick='alert(1)'>a</a>",
        "<svg onload=alert(1)><style><img src=x onerror=alert(1)></style></svg>",
        "<math><mtext></table><mglyph><style><img src onerror=alert(1)>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<form action=/signin><input name=a><button>x</button></form>",
        "<div style='position:fixed;inset:0' class='flash header'>over everything</div>",
        "<base href=//evil.example><meta http-equiv=refresh content='0;url=//evil.example'>",
        "<a title='\"onmouseover=alert(1) x=\"'>a</a>",
        "<a title=\"'><script>alert(1)</script>\">a</a>",
        "</div></main></body><h1>outside</h1>",
        "<b><i></b></i><table><td>",
        "<!--><img src=x onerror=alert(1)>-->",
        "<![CDATA[<script>alert(1)</script>]]><?php x ?>",
        "```\n<script>alert(1)</script>\n```",
        "<a href=//evil.example>a</a><img src=//evil.example/x>",
        "<a id=signed-in name=x href=#top>a</a>",
        "<" * 2000 + "<b>" * 2000,
    ],
)  # fmt: skip
def test_nothing_hostile_gets_through(hostile: str) -> None:
    """Only listed elements come out, balanced, without handlers or foreign pictures."""
    assert_harmless(shown(hostile))


PIECES = [
    *("<", ">", '"', "'", "=", "/", "!--", "--", "a", " href", "img", "src", "onerror", "script"),
    *("svg", "details", "javascript:", "&#x3c;", "&lt;", "\n", "\n\n", "`", "*", "[x](", ")", "p"),
    *("table", "td", " ", "- [ ] ", "//evil.example"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_no_mixture_of_markup_gets_through(text: str) -> None:
    """Whatever pieces are put together, the result stays harmless."""
    assert_harmless(shown(text))


HARMLESS = {
    *("href", "class", "rel", "src", "alt", "title", "id", "align", "type", "disabled", "checked"),
    *("open", "width", "height", "dir", "lang", "start", "colspan", "rowspan"),
}


class Inspector(HTMLParser):
    """Follows finished HTML as a browser would and notes what must not be there."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED
        values = {name: value or "" for name, value in attrs}
        assert set(values) <= HARMLESS
        assert values.get("id", "user-content-").startswith("user-content-")
        target = values.get("href", "/")
        assert target.startswith(("/", "#user-content-", "http://", "https://", "mailto:"))
        assert not target.startswith("//")
        assert values.get("src", "/").startswith("/")
        assert not values.get("src", "/").startswith("//")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)


def assert_harmless(html: str) -> None:
    inspector = Inspector()
    inspector.feed(html)
    inspector.close()
    assert inspector.open == []


CHART = """\
```mermaid
%%{init: {"xyChart": {"height": 260}}}%%
xychart-beta

    title "Changes <b>a week"
    x-axis ["24 Nov", "@dana, #1", plain]
    y-axis "Changes" 0 --> 48
    bar [2, 48, 0]
    line [1, 0, 2.5]
```"""


def test_a_chart_is_a_table_with_bars_of_text() -> None:
    assert shown(CHART) == (
        "<table><caption>Changes &lt;b&gt;a week</caption>"
        "<tr><th></th><th>bars</th><th>line</th></tr>"
        "<tr><th>24 Nov</th><td>█ 2</td><td>1</td></tr>"
        '<tr><th><a href="/people/dana" class="mention">@dana</a>, '
        '<a href="/acme/catalog/issues/1">#1</a></th><td>' + "█" * 16 + " 48</td><td>0</td></tr>"
        "<tr><th>plain</th><td> 0</td><td>2.5</td></tr></table>"
    )
    without_line = shown(CHART.replace("    line [1, 0, 2.5]\n", ""))
    assert "<th>24 Nov</th><td>█ 2</td></tr>" in without_line
    assert "bars" not in without_line


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("xychart-beta", "graph TD", id="another-diagram"),
        pytest.param("bar [2, 48, 0]", "bar [2, 48]", id="too-few-bars"),
        pytest.param("line [1, 0, 2.5]", "line [1]", id="too-short-a-line"),
        pytest.param("line [1, 0, 2.5]", "bar [2, 48, 0]", id="two-rows-of-bars"),
        pytest.param("bar [2, 48, 0]", "bar [2, 4.8.0, 0]", id="no-number"),
        pytest.param("bar [2, 48, 0]", "bar []", id="no-bars"),
        pytest.param("    bar [2, 48, 0]\n", "", id="no-row-of-bars"),
        pytest.param("bar [2, 48, 0]", "click bar", id="something-else"),
    ],
)
def test_any_other_diagram_stays_code(old: str, new: str) -> None:
    assert old in CHART
    assert shown(CHART.replace(old, new)).startswith('<pre><code class="language-mermaid">')
