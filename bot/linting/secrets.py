"""Secrets in files, by the patterns of detect-secrets and some of our own.

A value never leaves this module but to be hidden in the messages of other linters. What
has the shape of one vendor's token is an error, what only looks random or is called a
password is a warning.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from bot.linting.bench import Bench
from bot.linting.distinct import Seen
from bot.linting.finding import Finding
from bot.linting.isolation import Order
from bot.linting.run_apart import CouldNotRun
from bot.problems import Severity

NAME: Final = "detect-secrets"
_CODE: Final = Path(__file__).parent / "inside" / "find_secrets.py"
_NOT_A_WORD: Final = re.compile(r"[^a-z0-9]+")
_LEAST_HIDDEN: Final = 6  # characters: a shorter value is a part of too many words

_SAYS: Final = (
    "This looks like {what}; take it out, and revoke it if it is real: whoever can read the "
    "file can use it."
)
_GUESS: Final = (
    "This may be {what}; if it is one, take it out and revoke it, because whoever can read the "
    "file can use it."
)

# What detect-secrets calls each kind, with our word for it; all others are errors, too.
_GUESSES: Final[Mapping[str, str]] = {
    "Base64 High Entropy String": "a secret, because it is random text",
    "Hex High Entropy String": "a secret, because it is a random number",
    "Secret Keyword": "a secret, because it is named like one",
    "Basic Auth Credentials": "a password in an address",
    "JSON Web Token": "a token that proves who somebody is",
    "Artifactory Credentials": "a password of Artifactory",
    "Cloudant Credentials": "a password of Cloudant",
    "IBM COS HMAC Credentials": "a key of IBM's object storage",
    "SoftLayer Credentials": "a key of SoftLayer",
    "Twilio API Key": "a key of Twilio",
}
_CERTAIN: Final[Mapping[str, str]] = {
    "AWS Access Key": "an access key of AWS",
    "Azure Storage Account access key": "a key of an Azure storage account",
    "Docker Hub Token": "a token of Docker Hub",
    "GitHub Token": "a token of GitHub",
    "GitLab Token": "a token of GitLab",
    "Google API Key": "a key of Google",
    "NPM tokens": "a token of npm",
    "Private Key": "a private key",
    "PyPI Token": "a token of PyPI",
    "Slack Token": "a token of Slack",
    "Stripe Access Key": "a key of Stripe",
    "Terraform Cloud Token": "a token of Terraform's cloud",
    "Vault Token": "a token of Vault",
}


class _Found(msgspec.Struct):
    place: str
    line: int
    column: int
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Secrets:
    """``values`` are to be hidden wherever anything repeats the files' text."""

    findings: tuple[Finding, ...]
    values: frozenset[str]


async def search(files: Sequence[Seen], bench: Bench) -> Secrets:
    """What looks like a secret in these files, all of them read in one process.

    Raises:
        CouldNotRun: nobody knows.
    """
    if bench.tools.detect_secrets is None:
        raise CouldNotRun("It is not installed here.")
    places = {str(number): file for number, file in enumerate(files)}
    listed = [{"place": place, "path": file.path} for place, file in places.items()]
    contents = {place: file.content for place, file in places.items()}
    contents["files.json"] = json.dumps(listed).encode()
    async with bench.laid_out(contents) as folder:
        ended = await bench.run(_order(bench, bench.tools.detect_secrets, folder))
    if ended.code != 0:
        raise CouldNotRun("It failed, so nobody knows of secrets.")
    found = list(_read(ended.out))
    return Secrets(
        tuple(_finding(each, places[each.place]) for each in found),
        frozenset(each.value for each in found if len(each.value) >= _LEAST_HIDDEN),
    )


def _order(bench: Bench, packages: Path, folder: Path) -> Order:
    """Python without the user's settings and site customisation."""
    base = Path(sys.base_prefix).resolve()
    libraries = [base / name for name in ("lib", "lib64") if (base / name).is_dir()]
    return Order(
        program=Path(sys.executable).resolve(),
        arguments=("-I", "-S", "-B", "-X", "utf8", str(_CODE), str(packages)),
        folder=folder,
        bounds=bench.bounds,
        readable=(*libraries, packages, _CODE),
        environment={},
    )


def _read(answer: bytes) -> Iterator[_Found]:
    try:
        for line in answer.splitlines():
            yield msgspec.json.decode(line, type=_Found)
    except msgspec.MsgspecError:
        raise CouldNotRun("Its answer is of a kind that this version does not know.") from None


def _finding(found: _Found, file: Seen) -> Finding:
    severity, message = _told(found.kind)
    rule = f"{NAME}-{_NOT_A_WORD.sub('-', found.kind.lower()).strip('-')}"
    return file.finding(rule, severity, message, line=found.line, column=found.column)


def _told(kind: str) -> tuple[Severity, str]:
    if kind in _GUESSES:
        return "warning", _GUESS.format(what=_GUESSES[kind])
    return "error", _SAYS.format(what=_CERTAIN.get(kind, "a key or token that a service gives out"))
