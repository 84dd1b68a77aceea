"""Copies artifacts of the run to where a job wants them."""

import os
import shutil
import sys
from fnmatch import fnmatchcase
from pathlib import Path


def main() -> int:
    """The exit code of the step."""
    store, target = Path(os.environ["LOCALHUB_ARTIFACTS"]), Path(os.environ["ARTIFACT_TARGET"])
    name, pattern = os.environ["ARTIFACT_NAME"], os.environ["ARTIFACT_PATTERN"] or "*"
    kept = sorted(one.name for one in store.iterdir())
    if name:
        if name not in kept:
            print(f"::error::Unable to download artifact(s): {name} is not in this run.")
            return 1
        shutil.copytree(store / name, target, dirs_exist_ok=True)
    else:
        for one in (each for each in kept if fnmatchcase(each, pattern)):
            place = target if os.environ["MERGE"] == "true" else target / one
            shutil.copytree(store / one, place, dirs_exist_ok=True)
    with Path(os.environ["GITHUB_OUTPUT"]).open("a") as outputs:
        outputs.write(f"download-path={target.absolute()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
