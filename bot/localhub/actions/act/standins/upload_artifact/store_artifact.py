"""Copies what a job gives away into the run's artifacts, as the real action would zip it."""

import glob
import os
import shutil
import sys
from pathlib import Path

FORBIDDEN = set('":<>|*?\r\n\\/')


def main() -> int:
    """The exit code of the step."""
    name = os.environ["ARTIFACT_NAME"]
    if not name or set(name) & FORBIDDEN or name in {".", ".."}:
        return _fail(f"{name!r} is not a name for an artifact.")
    place = Path(os.environ["LOCALHUB_ARTIFACTS"]) / name
    lines = [line.strip() for line in os.environ["ARTIFACT_PATHS"].splitlines() if line.strip()]
    files = _chosen(lines)
    if not files:
        return _none(lines)
    if place.exists():
        if os.environ["OVERWRITE"] != "true":
            return _fail(f"An artifact named {name} exists in this run already.")
        shutil.rmtree(place)
    root = _root(lines, files)
    for file in files:
        target = place / file.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    number = len(list(place.parent.iterdir()))
    with Path(os.environ["GITHUB_OUTPUT"]).open("a") as outputs:
        outputs.write(f"artifact-id={number}\n")
    print(f"{name}: {len(files)} files")
    return 0


def _chosen(lines: list[str]) -> list[Path]:
    found: dict[Path, None] = {}
    for line in lines:
        if line.startswith("!"):
            for unwanted in _below(line[1:].strip()):
                found.pop(unwanted, None)
        else:
            found.update(dict.fromkeys(_below(line)))
    return list(found)


def _below(pattern: str) -> list[Path]:
    """The files that a line means; a folder means all that is in it."""
    hidden = os.environ["HIDDEN"] == "true"
    files: list[Path] = []
    found = glob.glob(pattern, recursive=True, include_hidden=hidden)  # noqa: PTH207 -- absolute too
    for match in sorted(found):
        path = Path(match).absolute()
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for one in inside:
            below = one.relative_to(path).parts if path.is_dir() else ()
            if one.is_file() and (hidden or not any(part.startswith(".") for part in below)):
                files.append(one)
    return files


def _root(lines: list[str], files: list[Path]) -> Path:
    """One folder's contents lie at the top; of several places their common folder counts."""
    wanted = [line for line in lines if not line.startswith("!")]
    if len(wanted) == 1 and Path(wanted[0]).is_dir():
        return Path(wanted[0]).absolute()
    return Path(os.path.commonpath([file.parent for file in files]))


def _none(lines: list[str]) -> int:
    told = f"No files were found with the provided path: {', '.join(lines)}."
    if os.environ["IF_NONE"] == "error":
        return _fail(told)
    print(told if os.environ["IF_NONE"] == "ignore" else f"::warning::{told}")
    return 0


def _fail(told: str) -> int:
    print(f"::error::{told}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
