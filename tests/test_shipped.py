"""What the bot brings along is there, in a checkout and in the package that is installed."""

import runpy
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

from bot.shipped import APP_YML, CATALOG, SERVICE, WORKFLOWS

ROOT = Path(__file__).resolve().parents[1]
PLACES = {
    "app.yml": "app.yml",
    "catalog/": "catalog/",
    "workflows/": "workflows/",
    "infra/service/": "service/",
}
USES_EVERYTHING = """
from bot.setup import read_manifest
from bot.setup.first_catalog.organization_file import start_from
from bot.setup.first_catalog.starting_files import starting_files
import bot, pathlib
files = starting_files("acme", start_from("acme", []), there=())
print(pathlib.Path(bot.__file__).parents[1], len(files), read_manifest().permissions["members"])
"""


def tracked() -> set[str]:
    """Every file that git has in the places, by its path in the package."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", *PLACES], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return {
        f"bot/shipped/{name.replace(place, inside, 1)}"
        for name in listed.split("\0")
        for place, inside in PLACES.items()
        if name.startswith(place)
    }


def test_a_checkout_has_them_where_they_are_edited() -> None:
    """Links, so that nothing is kept twice."""
    assert APP_YML.resolve() == ROOT / "app.yml"
    assert CATALOG.resolve() == ROOT / "catalog"
    assert SERVICE.resolve() == ROOT / "infra" / "service"
    assert WORKFLOWS.resolve() == ROOT / "workflows"


def test_a_copy_without_links_finds_them_beside_the_code(tmp_path: Path) -> None:
    """A zip for Lambda, a checkout where links cannot be made."""
    module = tmp_path / "bot" / "shipped" / "__init__.py"
    module.parent.mkdir(parents=True)
    module.write_bytes((ROOT / "bot" / "shipped" / "__init__.py").read_bytes())

    found = runpy.run_path(str(module))

    assert found["CATALOG"] == tmp_path / "catalog"
    assert found["SERVICE"] == tmp_path / "infra" / "service"


def test_a_wheel_holds_them_all_and_works_alone(tmp_path: Path) -> None:
    """Built as `pip install` builds it; hidden files and executable ones come along."""
    config = tmp_path / "extra.cfg"
    config.write_text(f"[build]\nbuild_base={tmp_path}/build\n[egg_info]\negg_base={tmp_path}\n")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, ROOT],
        check=True,
        capture_output=True,
        env={"PATH": "", "DIST_EXTRA_CONFIG": str(config)},
    )
    [wheel] = tmp_path.glob("*.whl")
    with ZipFile(wheel) as packed:
        inside = {each.filename: each.external_attr >> 16 for each in packed.infolist()}
        packed.extractall(tmp_path / "site")

    assert tracked() - set(inside) == set()
    wrapper = "kotlin-library/{{cookiecutter.project_slug}}/mvnw"
    assert inside[f"bot/shipped/catalog/templates/{wrapper}"] & 0o100
    used = subprocess.run(
        [sys.executable, "-c", USES_EVERYTHING],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site")},
    ).stdout.split()
    assert used[0] == str(tmp_path / "site")
    assert int(used[1]) > 150
    assert used[2] == "read"
