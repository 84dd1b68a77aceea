"""``python -m tests.benchmarks [NAME …]``: measures and prints every figure that README claims.

Exit 0 when every target is met, 1 when one is missed.
"""

import asyncio
import os
import platform
import sys
from collections.abc import Awaitable, Callable, Sequence

from tests.benchmarks import (
    acknowledgements,
    checking,
    delivery,
    deployments,
    engines,
    lambda_package,
    registration,
    rendering,
    requests,
    start,
)
from tests.benchmarks.figure import Figure

BENCHMARKS: dict[str, Callable[[], Awaitable[Sequence[Figure]]]] = {
    "acknowledgements": acknowledgements.measure,
    "requests": requests.measure,
    "rendering": rendering.measure,
    "checking": checking.measure,
    "registration": registration.measure,
    "delivery": delivery.measure,
    "deployments": deployments.measure,
    "engines": engines.measure,
    "start": start.measure,
    "lambda": lambda_package.measure,
}


def main(names: Sequence[str]) -> int:
    """Run the named benchmarks, or all."""
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        known = ", ".join(BENCHMARKS)
        print(f"No benchmark of that name: {sorted(unknown)}. There are: {known}.")
        return 2
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    figures: list[Figure] = []
    for name in names or BENCHMARKS:
        figures += asyncio.run(measured(name))
    print(table(figures))
    return 0 if all(figure.met is not False for figure in figures) else 1


async def measured(name: str) -> Sequence[Figure]:
    """The figures of one benchmark."""
    print(f"measuring {name} …", file=sys.stderr, flush=True)
    return await BENCHMARKS[name]()


def table(figures: Sequence[Figure]) -> str:
    """The figures in aligned columns."""
    rows: list[tuple[str, ...]] = [("figure", "value", "unit", "reference", "ratio", "target", "")]
    rows += [_row(figure) for figure in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in (1, 3, 4) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _row(figure: Figure) -> tuple[str, ...]:
    met = {None: "", True: "met", False: "MISSED"}[figure.met]
    reference = "" if figure.reference is None else f"{figure.reference:,.4g}"
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    value = f"{figure.value:,.0f}" if figure.value >= 100 else f"{figure.value:,.3g}"
    return (figure.name, value, figure.unit, reference, ratio, figure.target, met)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
