"""Local stand-ins for the actions of a workflow: act fetches nothing.

Any tag or commit of an action leads to the same stand-in. An action that has none, and
whose repository this hub does not have, gets one that fails and says so.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

FOLDER = Path(__file__).parent / "standins"
STANDINS = {
    "actions/cache": "cache",
    "actions/checkout": "checkout",
    "actions/download-artifact": "download_artifact",
    "actions/setup-java": "setup_java",
    "actions/setup-node": "setup_node",
    "actions/setup-python": "setup_python",
    "actions/upload-artifact": "upload_artifact",
    "aws-actions/configure-aws-credentials": "configure_aws_credentials",
    "hashicorp/setup-terraform": "setup_terraform",
}
_USES = re.compile(r"""uses['"]?\s*:\s*['"]?([\w.-]+)/([\w.-]+)(/[\w./-]+)?@([\w./-]+)""")
LARGEST_FILE_BYTES = 512 * 1024


def actions_used(work: Path) -> Iterator[tuple[str, str, str]]:
    """Each ``owner/name``, path inside and ref that workflows and actions of a checkout use."""
    files = [*work.glob(".github/**/*.y*ml"), *work.glob("**/action.y*ml")]
    found: dict[tuple[str, str, str], None] = {}
    for file in files:
        if file.is_symlink() or not file.is_file() or file.stat().st_size > LARGEST_FILE_BYTES:
            continue
        for owner, name, inside, ref in _USES.findall(file.read_text(errors="replace")):
            found[f"{owner}/{name}", inside.strip("/"), ref] = None
    yield from found


def mapped(
    used: Iterable[tuple[str, str, str]], *, made_in: Path, is_here: Callable[[str], bool]
) -> Iterator[str]:
    """act's options that lead each used action to its stand-in."""
    for number, (action, inside, ref) in enumerate(used):
        if inside.endswith((".yml", ".yaml")) or is_here(action):
            continue
        known = STANDINS.get(action) if not inside else None
        folder = FOLDER / known if known else _missing(made_in / str(number), action, inside)
        yield from ("--local-repository", f"{action}@{ref}={folder}")


def _missing(folder: Path, action: str, inside: str) -> Path:
    """An action that fails with a sentence about what is missing."""
    place = folder / inside
    place.mkdir(parents=True, exist_ok=True)
    name = f"{action}/{inside}" if inside else action
    told = f"{name} is not on this machine. The local GitHub stands in for: {_known()}."
    (place / "action.yml").write_text(
        f"name: {name}\nruns:\n  using: composite\n  steps:\n    - shell: bash\n"
        f"      run: |\n        echo '::error::{told}'\n        exit 1\n"
    )
    return folder


def _known() -> str:
    return ", ".join(sorted(STANDINS))
