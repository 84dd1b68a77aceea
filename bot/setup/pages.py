"""The few pages of setting up: plain HTML, no script, nothing from elsewhere."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from html import escape

STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 10vh auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; }
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


def register_page(organization: str, *, action: str, manifest: str) -> str:
    """One button that takes the manifest to GitHub."""
    return _page(
        f"Register Paved Road for {organization}",
        f"""
<p>The button opens GitHub with the App's name, permissions and events filled in. There you
confirm, as an owner of <strong>{escape(organization)}</strong>; then you come back here.</p>
<form action="{escape(action)}" method="post">
<input type="hidden" name="manifest" value="{escape(manifest)}">
<button autofocus>Go on to GitHub</button>
</form>
""",
    )


def registered_page(name: str, *, install_url: str, env_path: str) -> str:
    """The App exists; what is left is to install it."""
    return _page(
        f"{name} is registered",
        f"""
<p>Its key and secrets are in <code>{escape(env_path)}</code>, readable by you alone.</p>
<ol>
<li><a href="{escape(install_url)}">Install it</a> on <em>all repositories</em>: it must reach
the ones that it will create.</li>
<li>Check with <code>paved-road doctor</code>.</li>
<li>Start with <code>paved-road serve</code>.</li>
</ol>
""",
    )


def failed_page(problem: str, *, fix: str) -> str:
    """It did not work; what to do."""
    return _page("The App was not set up", f"<p>{escape(problem)}</p>\n<p>{escape(fix)}</p>")


def setup_page(missing: Sequence[str]) -> str:
    """``GET /setup`` of the running bot: how to set it up, or that nothing is left to do."""
    if not missing:
        return _page(
            "Paved Road is running",
            "<p>It is set up. <code>paved-road doctor</code> checks permissions, clock, store and "
            "queue, and says what to do.</p>",
        )
    names = ", ".join(f"<code>{escape(name)}</code>" for name in missing)
    return _page(
        "Paved Road is not set up yet",
        f"""
<p>Missing: {names}.</p>
<p>On the machine that runs it, <code>paved-road setup</code> registers the App with GitHub and
writes these settings. To try it without an account: <code>paved-road sandbox</code>.</p>
""",
    )


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
<main>
<h1>{escape(title)}</h1>
{body.strip()}
</main>
</body>
</html>
"""
