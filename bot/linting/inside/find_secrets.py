"""Prints what looks like a secret in the files of the current folder.

Started by itself, with a bare Python: ``python -I -S find_secrets.py PACKAGES``. The
plugins of detect-secrets recognise; what is searched, and which of its filters are
obeyed, is decided here. Its own scan lets a file silence it (by comments, by its name,
by writing a call around the secret) and can ask the network.

``files.json`` lists ``{"place", "path"}``: files here by the paths they have in their
tree. One JSON object a line is printed for each find; the value goes to the bot alone.
"""

import itertools
import json
import os
import re
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

_MOST_OF_A_FILE = 50
_LINE = 2_000  # characters: patterns take longer than linear time
_OVERLAP = 200
_WORDS_IN_BINARY = re.compile(rb"[\x20-\x7e]{16,}")

# No secrets, or found by a pattern of ours that knows more.
_PASSED_OVER = frozenset({"Public IP (ipv4)", "GitHub Token"})
_RANDOM = ("Base64 High Entropy String", "Hex High Entropy String")
_NAMED = "Secret Keyword"
_MORE = {
    "GitHub Token": r"\b(gh[a-z]_[A-Za-z0-9._-]{36,}|github_pat_[A-Za-z0-9_]{36,})",
    "Google API Key": r"\b(AIza[0-9A-Za-z_-]{35})\b",
    "Google OAuth Secret": r"\b(GOCSPX-[0-9A-Za-z_-]{28})",
    "Vault Token": r"\b(hv[sbr]\.[A-Za-z0-9_-]{24,})",
    "Terraform Cloud Token": r"\b([A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,})",
    "Docker Hub Token": r"\b(dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,})",
}

# Files full of checksums, code that nobody wrote by hand, and prose with examples.
_NO_GUESSING = re.compile(
    r"\.(?:css|csv|ipynb|lock|map|md|adoc|rst|sum|svg|txt)$|\.min\.js$|swagger"
    r"|(?:^|/)(?:package-lock|npm-shrinkwrap|packages\.lock|composer|Package|deno)[.\w-]*"
    r"(?:json|lock|resolved)$|(?:^|/)(?:pnpm-lock|yarn)[.\w-]*$|(?:^|/)(?:mvnw|gradlew)(?:\.\w+)?$",
    re.IGNORECASE,
)
_CHECKSUM = re.compile(
    r"sha(?:1|256|384|512)|integrity|checksum|digest|@[0-9a-f]{40}", re.IGNORECASE
)
_BARE_VALUE = re.compile(
    r"^\s*(?:export\s+)?([\w.\"'-]+\s*[:=]\s*)([A-Za-z0-9+/=_-]{20,})\s*(?:#.*)?$"
)
# Names of variables, references, plain words: what is called a secret and is none.
_NO_VALUE = re.compile(
    r"[A-Z][A-Z0-9_]*|[a-z]+(?:[-_./][a-z]+)*|\d+|.*\$[({].*|.*\{\{.*|<.*>"
    r"|(?i:change.?me|example|dummy|test|true|false|null|none).*|.*\s.*|.{1,3}"
)
_BASIC = "Basic Auth Credentials"
# What a line must hold at least, before slower patterns try it.
_MAY_BE_RANDOM = re.compile(r"[A-Za-z0-9+/=_-]{20}")
_MAY_BE_NAMED = re.compile(r"key|pass|pwd|secret|contrase", re.IGNORECASE)
_KEY_BODY = re.compile(r"[A-Za-z0-9+/=]{40,}")
_EXAMPLE = re.compile(r"EXAMPLE|example|(.)\1{9}")

Found = tuple[str, str]  # a kind and a value


@dataclass(frozen=True)
class Recognisers:
    """The parts of detect-secrets that are used."""

    certain: Mapping[str, Any]
    random: Mapping[str, Any]
    named: Any
    patterns_for: Callable[[str], Any]
    harmless: tuple[Callable[[str], bool], ...]
    is_reference: Callable[[str], bool]
    is_id: Callable[[str, str, Any], bool]


def main() -> None:
    """Search all listed files; ends with 0 whatever was found."""
    recognisers = load(sys.argv[1])
    for listed in json.loads(Path("files.json").read_text(encoding="utf-8")):
        found = search(listed["path"], Path(listed["place"]).read_bytes(), recognisers)
        for each in itertools.islice(found, _MOST_OF_A_FILE):
            print(json.dumps({"place": listed["place"], **each}))


def load(packages: str) -> Recognisers:
    """detect-secrets from that folder, without the library that it would ask the network with."""
    sys.path.append(packages)
    sys.modules["requests"] = _no_network()  # half the start-up time, and never to be used
    # They can be found only now.
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class  # noqa: PLC0415
    from detect_secrets.filters import heuristic  # noqa: PLC0415
    from detect_secrets.plugins import keyword  # noqa: PLC0415
    from detect_secrets.util.filetype import determine_file_type  # noqa: PLC0415

    def patterns_for(path: str) -> Any:
        kind = determine_file_type(PurePosixPath(path).name)
        return keyword.REGEX_BY_FILETYPE.get(kind, keyword.QUOTES_REQUIRED_DENYLIST_REGEX_TO_GROUP)

    classes: dict[str, Any] = get_mapping_from_secret_type_to_class()
    plugins = {kind: each() for kind, each in classes.items() if kind not in _PASSED_OVER}
    guessing = (*_RANDOM, _NAMED)
    return Recognisers(
        certain={kind: each for kind, each in plugins.items() if kind not in guessing},
        random={kind: plugins[kind] for kind in _RANDOM},
        named=plugins[_NAMED],
        patterns_for=patterns_for,
        harmless=(
            heuristic.is_sequential_string,
            heuristic.is_potential_uuid,
            heuristic.is_templated_secret,
            heuristic.is_prefixed_with_dollar_sign,
            heuristic.is_not_alphanumeric_string,
        ),
        is_reference=heuristic.is_indirect_reference,
        is_id=heuristic.is_likely_id_string,
    )


def _no_network() -> types.ModuleType:
    module = types.ModuleType("requests")
    nothing = {"Response": object, "exceptions": types.SimpleNamespace(RequestException=OSError)}
    vars(module).update(nothing)  # annotations and except clauses name these
    return module


def search(path: str, content: bytes, recognisers: Recognisers) -> Iterator[dict[str, Any]]:
    """Each kind of secret at most once a line; guesses only where nothing certain was found."""
    text, is_text = _decoded(content)
    lines = text.split("\n")
    certain = _possible(text, lines, recognisers)
    guessing = is_text and not _NO_GUESSING.search(path)
    for number, line in enumerate(lines, 1):
        kinds: dict[str, str] = {}
        for piece in _pieces(line):
            for kind, value in _certain(piece, certain):
                if kind != "Private Key" or _has_body(lines, number, piece):
                    kinds.setdefault(kind, value)
            if guessing and not kinds:
                kinds.update(_guessed(path, piece, recognisers))
        for kind, value in kinds.items():
            place = {"line": number, "column": line.find(value) + 1} if is_text else _NO_PLACE
            yield {**place, "kind": kind, "value": value}


def _possible(text: str, lines: list[str], recognisers: Recognisers) -> dict[str, Any]:
    """The plugins of which a pattern occurs at all; most files need none of them line by line.

    With a long line all are kept: on a whole file some patterns would take too long.
    """
    if any(len(line) > _LINE for line in lines):
        return dict(recognisers.certain)
    return {
        kind: plugin
        for kind, plugin in recognisers.certain.items()
        if any(pattern.search(text) for pattern in plugin.denylist)
    }


_NO_PLACE = {"line": 0, "column": 0}


def _decoded(content: bytes) -> tuple[str, bool]:
    """The text, and whether it is one: of a binary file its words, a line each."""
    for mark, name in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(mark):
            return content[2:].decode(name, "replace"), True
    if b"\0" in content:
        return b"\n".join(_WORDS_IN_BINARY.findall(content)).decode("ascii"), False
    try:
        return content.decode("utf-8"), True
    except UnicodeDecodeError:
        return content.decode("latin-1"), True


def _pieces(line: str) -> Iterator[str]:
    """A long line in parts that overlap."""
    for start in range(0, max(len(line), 1), _LINE - _OVERLAP):
        yield line[start : start + _LINE]
        if start + _LINE >= len(line):
            break


def _certain(piece: str, plugins: Mapping[str, Any]) -> Iterator[Found]:
    found = [(kind, match[1]) for kind, each in _COMPILED.items() for match in each.finditer(piece)]
    for kind, plugin in plugins.items():
        found += [(kind, value) for value in plugin.analyze_string(piece)]
    for kind, value in found:
        placeholder = kind == _BASIC and (_NO_VALUE.fullmatch(value) or "{" in value)
        if not placeholder and not _EXAMPLE.search(value):
            yield kind, value


def _guessed(path: str, piece: str, recognisers: Recognisers) -> Iterator[Found]:
    candidates = list(_candidates(path, piece, recognisers))
    if not candidates or recognisers.is_reference(piece) or _CHECKSUM.search(piece):
        return
    for kind, plugin, value in candidates:
        harmless = any(check(value) for check in recognisers.harmless)
        if not harmless and not recognisers.is_id(value, piece, plugin):
            yield kind, value


def _candidates(path: str, piece: str, recognisers: Recognisers) -> Iterator[tuple[str, Any, str]]:
    if _MAY_BE_RANDOM.search(piece):
        quoted = _BARE_VALUE.sub(r'\1"\2"', piece)  # randomness is looked for in quotes only
        for kind, plugin in recognisers.random.items():
            for value in filter(_MAY_BE_RANDOM.match, plugin.analyze_string(quoted)):
                if plugin.calculate_shannon_entropy(value) > plugin.entropy_limit:
                    yield kind, plugin, value
    if _MAY_BE_NAMED.search(piece):
        named, patterns = recognisers.named, recognisers.patterns_for(path)
        for value in named.analyze_string(piece, denylist_regex_to_group=patterns):
            if value and not _NO_VALUE.fullmatch(value):
                yield _NAMED, named, value


def _has_body(lines: list[str], after: int, piece: str) -> bool:
    """Whether a private key follows its heading; code that looks for headings has none."""
    return any(_KEY_BODY.search(each[:_LINE]) for each in (piece, *lines[after : after + 8]))


_COMPILED = {kind: re.compile(pattern) for kind, pattern in _MORE.items()}


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # nothing is left to tidy up
