"""What surrounds the code works, too: the script of CI, the hooks before a commit."""

import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent


def test_the_ci_script_has_no_shell_mistakes() -> None:
    """shellcheck finds nothing, and the script can be started."""
    script = ROOT / ".ci" / "run"
    checked = subprocess.run(
        [BIN / "shellcheck", script], check=False, capture_output=True, text=True
    )

    assert checked.returncode == 0, checked.stdout
    assert script.stat().st_mode & 0o111


def hooks() -> list[dict[str, str]]:
    config = YAML(typ="safe").load((ROOT / ".pre-commit-config.yaml").read_text())
    return [hook for repository in config["repos"] for hook in repository["hooks"]]


@pytest.mark.parametrize("hook", hooks(), ids=lambda hook: hook["id"])
def test_every_hook_starts_a_tool_that_make_installs(hook: dict[str, str]) -> None:
    """Nobody's commit fails for a tool that is not there."""
    program = hook["entry"].split()[0]

    assert program.startswith(".venv/bin/")
    assert (BIN / Path(program).name).exists()
