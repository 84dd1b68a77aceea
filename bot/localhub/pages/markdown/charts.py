"""Mermaid's XY charts as tables with bars of text; any other diagram stays the code it is.

GitHub draws them in a frame from another site, which our pages may not load. Syntax:
mermaid.js.org, "XY Chart", with a list of names on the x-axis.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDEST = 16  # characters of the longest bar
MOST_POINTS = 100
_TEXT = r'"(?P<text>[^"]*)"'
_LINES = {
    "title": re.compile(rf"title {_TEXT}"),
    "names": re.compile(r'x-axis (?:"[^"]*" )?\[(?P<list>[^\]]*)\]'),
    "y-axis": re.compile(r'y-axis(?: "[^"]*")?(?: [\d.]+ --> [\d.]+)?'),
    "bar": re.compile(r"bar \[(?P<list>[\d., ]*)\]"),
    "line": re.compile(r"line \[(?P<list>[\d., ]*)\]"),
}
_NAME = re.compile(r'\s*(?:"([^"]*)"|([^",]+?))\s*(?:,|$)')


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """``line`` is empty where there is none; otherwise all three are equally long."""

    title: str
    names: Sequence[str]
    bar: Sequence[float]
    line: Sequence[float]


def chart_table(code: str) -> str | None:
    """The chart as HTML, which is still to be made harmless; None if it is not such a chart."""
    chart = _read(code)
    if chart is None:
        return None
    widest = max([*chart.bar, *chart.line, 1])
    head = "<tr><th></th><th>bars</th><th>line</th></tr>" if chart.line else ""
    rows = "".join(_row(chart, number, widest) for number in range(len(chart.names)))
    caption = f"<caption>{escape(chart.title)}</caption>"
    return f"<table>{caption}{head}{rows}</table>\n"


def _row(chart: Chart, number: int, widest: float) -> str:
    value = chart.bar[number]
    bar = "█" * round(value * WIDEST / widest)
    line = f"<td>{chart.line[number]:g}</td>" if chart.line else ""
    return f"<tr><th>{escape(chart.names[number])}</th><td>{bar} {value:g}</td>{line}</tr>"


def _read(code: str) -> Chart | None:
    lines = [line.strip() for line in code.splitlines()]
    first, *rest = [line for line in lines if line and not line.startswith("%%")] or [""]
    found: dict[str, re.Match[str]] = {}
    for line in rest:
        read = [(kind, says.fullmatch(line)) for kind, says in _LINES.items()]
        for kind, said in read:
            if said is not None and kind not in found:
                found[kind] = said
                break
        else:
            return None
    if first not in ("xychart", "xychart-beta") or not {"names", "bar"} <= found.keys():
        return None
    return _chart(found)


def _chart(found: dict[str, re.Match[str]]) -> Chart | None:
    names = [quoted or plain for quoted, plain in _NAME.findall(found["names"]["list"])]
    try:
        bar = _numbers(found["bar"]["list"])
        line = _numbers(found["line"]["list"]) if "line" in found else []
    except ValueError:
        return None
    title = found["title"]["text"] if "title" in found else ""
    fits = len(bar) == len(names) <= MOST_POINTS and len(line) in (0, len(names))
    return Chart(title=title, names=names, bar=bar, line=line) if fits else None


def _numbers(listed: str) -> list[float]:
    return [float(each) for each in listed.split(",")]
