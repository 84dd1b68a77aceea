"""How large the packages for AWS Lambda are, and how long their modules take to import cold.

Each import is a process of its own with the unpacked package and nothing else, on Lambda's
Python; the machine's disk is warm, a new machine of Lambda's is not. Where there is no such
Python, only the sizes are measured.
"""

import asyncio
import statistics
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from platform import machine
from typing import Final

import pytest

from infra.bot import build_lambda
from tests.benchmarks.figure import Figure
from tests.catalog.needed_tools import python

TURNS: Final = 7
_MACHINE: Final = "arm64" if machine() in ("aarch64", "arm64") else "x86_64"
_MOST_IMPORT_S: Final = 3.0  # of the 10 s that Lambda gives a start, and GitHub an answer


async def measure() -> list[Figure]:
    """Megabytes of both packages; median seconds of each handler's import."""
    with tempfile.TemporaryDirectory() as name:
        folder, compiler = Path(name), _python()
        packages = list(build_lambda.build(_MACHINE, folder, python=compiler))
        figures = [figure for package in packages for figure in _sizes(package)]
        if compiler is None:
            return figures
        bot, render = (_unpacked(package, folder / str(n)) for n, package in enumerate(packages))
        reference_s = await _import_s(compiler, bot, "boto3")
        for where, module in ((bot, "receive"), (bot, "work"), (render, "render")):
            value_s = await _import_s(compiler, where, f"bot.aws_lambda.{module}")
            figures.append(_import(module, value_s, reference_s))
        return figures


def _sizes(package: build_lambda.Package) -> Iterator[Figure]:
    for what, size_bytes, most_bytes in (
        ("zipped", package.zipped_bytes, build_lambda.MOST_ZIPPED_BYTES),
        ("unpacked", package.unpacked_bytes, build_lambda.MOST_UNPACKED_BYTES),
    ):
        yield Figure(
            name=f"{package.path.name}, {what}",
            value=size_bytes / 1e6,
            unit="MB",
            reference=most_bytes / 1e6,
            ratio=size_bytes / most_bytes,
            target="three quarters of what Lambda takes (reference)",
            met=size_bytes < most_bytes * 0.75,
        )


def _import(module: str, value_s: float, reference_s: float) -> Figure:
    return Figure(
        name=f"cold import of `{module}`",
        value=value_s,
        unit="s",
        reference=reference_s,
        ratio=value_s / reference_s,
        target=f"within {_MOST_IMPORT_S:g} s (reference: importing boto3)",
        met=value_s < _MOST_IMPORT_S,
    )


async def _import_s(python: str, folder: Path, module: str) -> float:
    code = f"import sys; sys.path.insert(0, sys.argv[1]); import {module}"
    taken_s: list[float] = []
    for _ in range(TURNS):
        began_s = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            python, "-I", "-S", "-B", "-c", code, str(folder), env={}
        )
        if await process.wait():
            raise RuntimeError(f"{module} could not be imported")
        taken_s.append(time.perf_counter() - began_s)
    return statistics.median(taken_s)


def _unpacked(package: build_lambda.Package, folder: Path) -> Path:
    with zipfile.ZipFile(package.path) as packed:
        packed.extractall(folder)
    return folder


def _python() -> str | None:
    try:
        return str(python("3.13"))
    except pytest.skip.Exception:
        return None
