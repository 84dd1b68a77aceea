"""The few pages of setting up: plain HTML, no script, nothing from elsewhere."""

import base64
import hashlib
import re
from collections.abc import Mapping
from html import escape
from typing import Final

_ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9._~/:-]*[A-Za-z0-9_~/-]")

STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 42rem; margin: 8vh auto; padding: 0 1rem;
  color: light-dark(#1f2328, #e6edf3); background: light-dark(#f6f8fa, #0d1117); }
header { font-weight: 600; margin: 0 0 1rem; color: light-dark(#1a7f37, #3fb950); }
main { padding: 1.5rem 2rem 2rem; border-radius: .75rem; background: light-dark(#fff, #151b23);
  border: 1px solid light-dark(#d1d9e0, #3d444d); }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; }
ol, ul { padding-left: 1.4rem; }
li { margin: .5rem 0; }
form { margin: 1.5rem 0 0; }
main > :last-child { margin-bottom: 0; }
button { font: inherit; font-weight: 600; padding: .6rem 1.2rem; border-radius: .4rem; border: 0;
  background: #1a7f37; color: #fff; cursor: pointer; }
button:focus-visible, a:focus-visible { outline: .2rem solid #0969da; outline-offset: .2rem; }
code { font: .9em ui-monospace, monospace; padding: .1rem .3rem; border-radius: .25rem;
  background: color-mix(in srgb, currentColor 10%, transparent); overflow-wrap: anywhere; }
a { color: light-dark(#0969da, #4493f8); }
"""


def security_headers(*, forms_to: str = "'none'") -> Mapping[str, str]:
    """Headers under which a page can load nothing and send its form to one place only."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action {forms_to}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


def register_page(organization: str, *, action: str, manifest: str, place: str) -> str:
    """One button that takes the manifest to GitHub."""
    return _page(
        f"Set up Paved Road for {organization}",
        f"""
<p>One button registers the GitHub App; its name, permissions and events are filled in.</p>
<ol>
<li>GitHub asks you, as an owner of <strong>{escape(organization)}</strong>, to confirm.</li>
<li>You come back here for a moment: the App's key and secrets are kept in
{escape(place)}. Nobody gets to see them.</li>
<li>GitHub asks where to install it: choose <em>all repositories</em>, because it must reach
those that it will create.</li>
</ol>
<form action="{escape(action)}" method="post">
<input type="hidden" name="manifest" value="{escape(manifest)}">
<button autofocus>Go on to GitHub</button>
</form>
""",
    )


def registered_page(name: str, *, install_url: str) -> str:
    """The App exists and its key is kept; browsers go on by themselves."""
    return _page(
        f"{name} is registered",
        f"""
<p>Its key and secrets are kept. What is left is to <a href="{escape(install_url)}">install it</a>
on <em>all repositories</em>: it must reach those that it will create.</p>
""",
    )


def locked_page() -> str:
    """Somebody came without the key, or with another one."""
    return _page(
        "Paved Road is not set up yet",
        """
<p>Setting it up needs a one-time key, so that only whoever runs it can do it.</p>
<p>The key is part of the address that <code>paved-road setup</code> printed when it started. Look
at its terminal or its log, and open that address whole, to the last character.</p>
""",
    )


def foreign_page() -> str:
    """An answer of GitHub that was not asked for by this browser."""
    return _page(
        "This is not the registration that began here",
        """
<p>GitHub's answer belongs to another browser or another attempt, or it came after more than an
hour. Nothing was changed.</p>
<p>Open the address with the key again, in this browser, and press the button.</p>
""",
    )


def failed_page(problem: str, *, fix: str) -> str:
    """It did not work; what to do."""
    return _page("The App is not set up yet", f"<p>{_linked(problem)}</p>\n<p>{_linked(fix)}</p>")


def setup_page(*, installed_url: str, told: str = "") -> str:
    """``GET /setup`` of a bot that has its credentials: nothing is left to do here."""
    return _page(
        "Paved Road is set up",
        f"""
{f"<p>{escape(told)}</p>" if told else ""}
<ul>
<li><a href="{escape(installed_url)}">Where it is installed</a>, and on which repositories: an
owner of the organisation sees and changes it there.</li>
<li><code>paved-road doctor</code>, on the machine that runs it, checks permissions, clock,
webhooks, store and queue, and says what to do.</li>
</ul>
""",
    )


def _linked(text: str) -> str:
    """The text as HTML; the addresses in it are links."""
    return _ADDRESS.sub(r'<a href="\g<0>">\g<0></a>', escape(text))


def _page(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<header>Paved Road</header>
<main>
<h1>{escape(title)}</h1>
{body.strip()}
</main>
</body>
</html>
"""
