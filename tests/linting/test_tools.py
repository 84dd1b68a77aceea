"""Linters and provider mirrors are found where their operators put them."""

import sys
from pathlib import Path

import pytest

from bot.linting import find_tools


def program(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / name
    made.write_text("#!/bin/sh\n")
    made.chmod(0o755)
    return made


def mirror(folder: Path, *, packed: bool = False) -> Path:
    kind = folder / "registry.terraform.io" / "hashicorp" / "aws"
    if packed:
        kind.mkdir(parents=True)
        (kind / "terraform-provider-aws_5.100.0_linux_amd64.zip").write_bytes(b"")
    else:
        (kind / "5.100.0" / "linux_amd64").mkdir(parents=True)
    return folder


def test_programs_are_found_beside_python_and_on_the_path(tmp_path: Path) -> None:
    on_path = program(tmp_path, "actionlint")
    tools = find_tools({"PATH": str(tmp_path), "HOME": str(tmp_path)})

    assert tools.actionlint == on_path
    assert tools.terraform is None
    assert tools.zizmor is not None
    assert tools.zizmor.parent == Path(sys.executable).parent.resolve()
    assert tools.shellcheck is not None
    assert tools.detect_secrets is not None


def test_what_is_on_no_path_is_not_there(tmp_path: Path) -> None:
    tools = find_tools({"PATH": "", "HOME": str(tmp_path)})

    assert (tools.actionlint, tools.terraform) == (None, None)


@pytest.mark.parametrize("packed", [False, True], ids=["unpacked", "packed"])
@pytest.mark.parametrize("name", ["TF_PLUGIN_MIRROR_DIR", "TF_PLUGIN_CACHE_DIR"])
def test_a_mirror_is_named_by_the_environment(name: str, packed: bool, tmp_path: Path) -> None:
    folder = mirror(tmp_path / "mirror", packed=packed)

    assert folder in find_tools({name: str(folder), "HOME": str(tmp_path)}).mirrors


def test_a_mirror_is_named_by_terraforms_own_configuration(tmp_path: Path) -> None:
    one, two, cache = (mirror(tmp_path / name) for name in ("one", "two words", "cache"))
    configuration = tmp_path / "config.tfrc"
    configuration.write_text(
        f'plugin_cache_dir = "{cache}"\nprovider_installation {{\n'
        f'  filesystem_mirror {{\n    path = "{one}"\n  }}\n'
        f'  filesystem_mirror {{ path = "{two}" }}\n  direct {{}}\n}}\n'
    )
    environment = {"TF_CLI_CONFIG_FILE": str(configuration), "HOME": str(tmp_path)}

    assert find_tools(environment).mirrors[:3] == (one, two, cache)


def test_a_mirror_is_found_where_terraform_looks_by_itself(tmp_path: Path) -> None:
    home = mirror(tmp_path / ".terraform.d" / "plugins")
    shared = mirror(tmp_path / "share" / "terraform" / "plugins")
    found = find_tools({"HOME": str(tmp_path), "XDG_DATA_DIRS": str(tmp_path / "share")}).mirrors

    assert {home, shared} <= set(found)


@pytest.mark.parametrize("text", ["", "broken {", 'x = "', "\udcff"], ids=repr)
def test_a_broken_configuration_names_no_mirror(text: str, tmp_path: Path) -> None:
    (tmp_path / ".terraformrc").write_bytes(text.encode("utf-8", "surrogateescape"))
    (tmp_path / "mirror").mkdir()
    environment = {"HOME": str(tmp_path), "TF_PLUGIN_MIRROR_DIR": str(tmp_path / "mirror")}

    assert not [path for path in find_tools(environment).mirrors if tmp_path in path.parents]
