"""What was recorded of one medicine's doses, day by day on the time line of the trend charts; words; a table. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.medicines.adherence import Adherence, Day
from app.web import charts, moments, words
from app.web.charts import BOTTOM, LEFT, RIGHT, Scale, Tick

WIDTH: Final = 360
HEIGHT: Final = 110
TOP: Final = 8.0
GAP: Final = 0.2  # of a day, between columns
MOST_ROWS: Final = 60
# From the bottom up, with what the key and the words say of each.
KINDS: Final = {
    "on_time": "taken on time",
    "late": "taken at another time",
    "skipped": "skipped",
    "missed": "not taken",
    "not_recorded": "nothing recorded",
}
PAUSED: Final = "paused"


@dataclass(frozen=True, slots=True)
class Part:
    """So many doses of a day that went alike."""

    kind: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    """One day; a day that is out has no parts."""

    x: float
    width: float
    parts: tuple[Part, ...]
    is_out: bool
    words: str


@dataclass(frozen=True, slots=True)
class DoseChart:
    """Everything the SVG macro draws, in the coordinates of its view box."""

    left: float
    right: float
    top: float
    bottom: float
    columns: tuple[Column, ...]
    across: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def kinds(self) -> tuple[str, ...]:
        """What occurs, for the key beside the chart."""
        found = {part.kind for column in self.columns for part in column.parts}
        out = (PAUSED,) if any(column.is_out for column in self.columns) else ()
        return (*(kind for kind in KINDS if kind in found), *out)


def shown(
    name: str, key: object, found: Adherence, words: Sequence[str], now: datetime, zone: ZoneInfo
) -> dict[str, Any]:
    """Everything a page shows of one medicine: `figure` of doses.html draws it."""
    today = now.astimezone(zone).date()
    days = [day for day in reversed(found.days) if day.due or day.is_out]
    return {
        "key": str(key),
        "title": f"{name}: doses",
        "chart": chart(found.days, now, zone),
        "summary": " ".join(words),
        "columns": ["Day", "Taken", "On time", "Skipped", "Not taken", "Nothing recorded"],
        "rows": [_row(day, today) for day in days[:MOST_ROWS]],
        "more": max(0, len(days) - MOST_ROWS),
    }


def chart(days: Sequence[Day], now: datetime, zone: ZoneInfo) -> DoseChart:
    """Lay out these days up to now, so that it stands below the trend of a measure over as many days."""
    start = now - timedelta(days=len(days))
    along = Scale(start.timestamp(), now.timestamp(), LEFT, WIDTH - RIGHT)
    bottom = HEIGHT - BOTTOM
    columns = [_column(day, along, (start, now), bottom, zone) for day in days if day.due or day.is_out]
    return DoseChart(LEFT, WIDTH - RIGHT, TOP, bottom, tuple(columns), charts.day_ticks(start, now, zone, along))


def of_day(day: Day) -> str:
    """What was recorded on one day, in words."""
    if day.is_out:
        return "paused"
    counts = _counts(day)
    said = [f"{counts[kind]} {KINDS[kind]}" for kind in KINDS if counts[kind]]
    return f"{day.due} due: {', '.join(said)}"


def _column(day: Day, along: Scale, ends: tuple[datetime, datetime], bottom: float, zone: ZoneInfo) -> Column:
    begins, until = _midnight(day.on, zone), _midnight(day.on + timedelta(days=1), zone)
    left, right = along(max(begins, ends[0]).timestamp()), along(min(until, ends[1]).timestamp())
    gap = round((right - left) * (0 if day.is_out else GAP) / 2, 2)
    return Column(
        x=round(left + gap, 2),
        width=round(max(right - left - 2 * gap, 0.5), 2),
        parts=() if day.is_out else tuple(_parts(day, bottom)),
        is_out=day.is_out,
        words=f"{day.on:%a} {day.on.day} {day.on:%B}, {of_day(day)}",
    )


def _parts(day: Day, bottom: float) -> Iterator[Part]:
    """The doses of a day, stacked; the whole column is all that were due."""
    y = bottom
    for kind, count in _counts(day).items():
        if count:
            height = (bottom - TOP) * count / day.due
            y -= height
            yield Part(kind, round(y, 1), round(height, 1))


def _counts(day: Day) -> dict[str, int]:
    return {
        "on_time": day.on_time,
        "late": day.taken - day.on_time,
        "skipped": day.skipped,
        "missed": day.missed,
        "not_recorded": day.not_recorded,
    }


def _row(day: Day, today: date) -> list[Any]:
    when = {"iso": day.on.isoformat(), "words": words.upper(moments.day(day.on, today))}
    if day.is_out:
        return [when, "Paused", "", "", "", ""]
    others = (day.skipped, day.missed, day.not_recorded)
    return [when, f"{day.taken} of {day.due}", str(day.on_time), *(str(one) if one else "" for one in others)]


def _midnight(on: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(on, time(), zone)
