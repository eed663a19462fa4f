"""One measure over some days: its chart, the words beside it and the same as a table. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.protocols.applied import AppliedPlan
from app.readings import catalogue
from app.readings.catalogue import Measure
from app.readings.models import Reading
from app.web import charts, limits, moments, words
from app.web.limits import Held

RANGES: Final = (7, 30, 90)
MOST_ROWS: Final = 60
_SEVERITY_WORDS: Final = {"not_judged": "Not judged"}


@dataclass(frozen=True, slots=True)
class Span:
    """The days shown, up to now, in the zone of whoever reads."""

    days: int
    now: datetime
    zone: ZoneInfo
    href: Callable[[UUID], str] | None = None  # where one reading has its page, for those who can go there

    @property
    def start(self) -> datetime:
        return self.now - timedelta(days=self.days)


def days_asked(asked: str | None) -> int:
    """One of the ranges offered; a month where anything else was asked."""
    return next((days for days in RANGES if str(days) == asked), 30)


def ranges(days: int, href: Callable[[int], str]) -> list[dict[str, Any]]:
    """The ranges to choose from."""
    return [{"text": f"{one} days", "href": href(one), "current": one == days} for one in RANGES]


def measure(
    name: str, readings: Sequence[Reading], marks: Mapping[UUID, str], plans: Sequence[AppliedPlan], span: Span
) -> dict[str, Any]:
    """Everything the page shows of one measure; `marks` are the severities that readings caused."""
    one = catalogue.MEASURES[name]
    held = limits.held(plans, name)
    unit = words.unit(one.scales[0].unit)[0] if one.scales else ""
    newest = readings[-1]
    return {
        "key": name,
        "title": words.title(one),
        "unit": unit,
        "latest": {"words": words.value(newest), "when": moments.moment(newest.measured_at, span.now, span.zone)},
        "summary": summary(one, readings, span),
        "target": limits.inside_words(held, unit),
        "trend": _trend(one, readings, marks, held, span),
        "limits_words": [{"words": limit.words, "origin": limit.origin} for limit in held],
        **_table(one, readings, marks, span),
    }


def _trend(
    one: Measure, readings: Sequence[Reading], marks: Mapping[UUID, str], held: Sequence[Held], span: Span
) -> charts.Trend | None:
    if not one.scales:
        return None
    points = [
        charts.Point(row.measured_at, row.value, row.value_2, row.comparator, marks.get(row.id), words.value(row))
        for row in readings
    ]
    return charts.trend(
        points, bands=limits.inside(held), limits=limits.lines(held), start=span.start, end=span.now, zone=span.zone
    )


def summary(one: Measure, readings: Sequence[Reading], span: Span) -> str:
    """What the chart shows, in words; LO and HI are left out of the average and that is said."""
    count = "One reading" if len(readings) == 1 else f"{len(readings)} readings"
    last = f"The last was {words.value(readings[-1])}, {moments.words(readings[-1].measured_at, span.now, span.zone)}."
    numbers = [row for row in readings if row.value is not None]
    said = [f"{count} in {span.days} days{_spread(one, numbers)}.", *_beyond(readings), last]
    return " ".join(said)


def _spread(one: Measure, numbers: Sequence[Reading]) -> str:
    if len(numbers) < 2 or not one.scales:
        return ""
    values = [row.value for row in numbers if row.value is not None]
    if one.components:
        lower = [row.value_2 for row in numbers if row.value_2 is not None]
        return f", {one.shown.format(f'{_text(one, fmean(values), 0)}/{_text(one, fmean(lower), 1)}')} on average"
    least, most = _text(one, min(values), 0), one.shown.format(_text(one, max(values), 0))
    if least == _text(one, max(values), 0):
        return f", all {most}"
    return f", between {least} and {most}, {_text(one, fmean(values), 0)} on average"


def _text(one: Measure, value: float, scale: int) -> str:
    return one.scales[scale].text(value)


def _beyond(readings: Sequence[Reading]) -> list[str]:
    said = []
    for comparator, word in ((catalogue.LO, "LO"), (catalogue.HI, "HI")):
        count = sum(row.comparator == comparator for row in readings)
        if count:
            times = {1: "once", 2: "twice"}.get(count, f"{count} times")
            said.append(f"The meter said {word} {times}; that is in no average.")
    return said


def _table(one: Measure, readings: Sequence[Reading], marks: Mapping[UUID, str], span: Span) -> dict[str, Any]:
    rows = list(reversed(readings))[:MOST_ROWS]
    has_context = any(words.around(row) for row in rows)
    columns = ["When", words.title(one), *(["How"] if has_context else []), "What the plan says"]
    return {
        "columns": columns,
        "rows": [_row(row, marks, span, has_context=has_context) for row in rows],
        "more": max(0, len(readings) - MOST_ROWS),
    }


def _row(row: Reading, marks: Mapping[UUID, str], span: Span, *, has_context: bool) -> list[Any]:
    mark = marks.get(row.id)
    cell = {"severity": mark, "words": _SEVERITY_WORDS.get(mark, mark.capitalize())} if mark else None
    context = [words.around(row)] if has_context else []
    when = moments.moment(row.measured_at, span.now, span.zone) | ({"href": span.href(row.id)} if span.href else {})
    return [when, words.value(row), *context, cell]
