"""The geometry of a trend chart: readings, target and limits in; coordinates for the SVG macro out. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

Number = float | Decimal

LEFT, RIGHT, TOP, BOTTOM = 40.0, 12.0, 14.0, 30.0  # room for the words around the plot
EDGE = 8.0  # how far inside the plot a LO or HI stands
DAY_STEPS: Final = (1, 2, 3, 7, 14, 21, 30, 61, 91, 182, 365)
MOST_LABELS = 5  # dates that fit side by side on the narrowest phone
DENSE = 60  # readings beyond which the dots grow smaller


@dataclass(frozen=True, slots=True)
class Point:
    """One reading; LO has comparator "<", HI has ">", neither has a value. `mark` is the severity it caused."""

    at: datetime
    value: Number | None
    value_2: Number | None = None
    comparator: str | None = None
    mark: str | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """The target; an open end reaches the edge of the chart."""

    low: Number | None
    high: Number | None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """A value at which the plan acts, with the severity it asks for."""

    value: Number
    severity: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Strip:
    """A band, drawn."""

    y: float
    height: float
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """A limit, drawn."""

    y: float
    severity: str
    words: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on an axis: where it stands and what it says."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A reading, drawn; `edge` is "low" or "high" for LO and HI, `y_2` the other end of a pair."""

    x: float
    y: float
    y_2: float | None
    mark: str | None
    edge: str | None
    words: str


@dataclass(frozen=True, slots=True)
class Trend:
    """Everything the SVG macro draws, in the coordinates of its view box."""

    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float
    radius: float
    strips: tuple[Strip, ...]
    lines: tuple[Line, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    dots: tuple[Dot, ...]
    path: str

    @property
    def marks(self) -> tuple[str, ...]:
        """The severities that occur, for the key beside the chart."""
        return tuple(dict.fromkeys(dot.mark for dot in self.dots if dot.mark and not dot.edge))

    @property
    def edges(self) -> tuple[str, ...]:
        """The edges at which a LO or a HI stands, for the same key."""
        return tuple(dict.fromkeys(dot.edge for dot in self.dots if dot.edge))


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight map from what is measured to the view box."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: Number) -> float:
        """Where a value stands, to a tenth of a unit."""
        share = (float(value) - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)


def trend(
    points: Sequence[Point],
    *,
    bands: Sequence[Band] = (),
    limits: Sequence[Limit] = (),
    width: int = 360,
    height: int = 230,
    start: datetime,
    end: datetime,
    zone: ZoneInfo,
) -> Trend:
    """Lay out the readings between two instants; dates on the axis are those of the zone."""
    shown = sorted((point for point in points if start <= point.at <= end), key=lambda point: point.at)
    ticks = nice_ticks(*reach(shown, bands, limits))
    along = Scale(start.timestamp(), end.timestamp(), LEFT, width - RIGHT)
    upward = Scale(ticks[0], ticks[-1], height - BOTTOM, TOP)
    dots = tuple(drawn(point, along, upward) for point in shown)
    return Trend(
        width=width,
        height=height,
        left=LEFT,
        right=width - RIGHT,
        top=TOP,
        bottom=height - BOTTOM,
        radius=3.4 if len(dots) <= DENSE else 2.2,
        strips=tuple(strip(band, upward) for band in bands),
        lines=tuple(Line(upward(limit.value), limit.severity, limit.words) for limit in limits),
        across=day_ticks(start, end, zone, along),
        up=tuple(Tick(upward(value), written(value, ticks[1] - ticks[0])) for value in ticks),
        dots=dots,
        path=line_through(dots, longest=(along.end - along.start) / 5),
    )


def reach(points: Sequence[Point], bands: Sequence[Band], limits: Sequence[Limit]) -> tuple[float, float]:
    """The lowest and highest value the chart must hold; a limit never lies on the edge, nor the lowest value."""
    values = [value for point in points for value in (point.value, point.value_2)]
    values += [value for band in bands for value in (band.low, band.high)]
    numbers = [float(value) for value in values if value is not None]
    acting = [float(limit.value) for limit in limits]
    if not numbers + acting:
        return 0.0, 1.0
    low, high = min(numbers + acting), max(numbers + acting)
    room = (high - low) / 50
    return (low - room if low > 0 else low), max([high, *(value + room for value in acting)])


def nice_ticks(low: float, high: float) -> list[float]:
    """Round values from at or below the lowest to at or above the highest; one value stands in the middle."""
    if high - low < (least := max(abs(high) * 0.02, 0.5)):
        low, high = low - least / 2, high + least / 2
    rough = (high - low) / 4
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
    first, last = math.floor(round(low / step, 6)), math.ceil(round(high / step, 6))
    return [round(number * step, 6) for number in range(first, last + 1)]


def written(value: float, step: float) -> str:
    """An axis label with no more decimals than its step needs."""
    return f"{value:.{max(0, -math.floor(math.log10(step)))}f}"


def strip(band: Band, upward: Scale) -> Strip:
    """A band between its ends, or as far as the plot goes."""
    top = upward.end if band.high is None else upward(band.high)
    bottom = upward.start if band.low is None else upward(band.low)
    return Strip(top, round(bottom - top, 1), band.words)


def drawn(point: Point, along: Scale, upward: Scale) -> Dot:
    """A reading at its place; LO and HI stand at the edge whatever the scale."""
    x = along(point.at.timestamp())
    if point.comparator is not None or point.value is None:
        edge = "low" if point.comparator == "<" else "high"
        y = upward.start - EDGE if edge == "low" else upward.end + EDGE
        return Dot(x, y, None, point.mark, edge, point.words)
    y_2 = None if point.value_2 is None else upward(point.value_2)
    return Dot(x, upward(point.value), y_2, point.mark, None, point.words)


def line_through(dots: Sequence[Dot], longest: float) -> str:
    """SVG path joining neighbours; broken at LO and HI and where too long passed to say what lay between."""
    steps: list[str] = []
    last: Dot | None = None
    for dot in dots:
        if dot.edge or dot.y_2 is not None:
            last = None
            continue
        joined = last is not None and dot.x - last.x <= longest
        steps.append(f"{'L' if joined else 'M'}{dot.x:g} {dot.y:g}")
        last = dot
    return "".join(steps)


def day_ticks(start: datetime, end: datetime, zone: ZoneInfo, along: Scale) -> tuple[Tick, ...]:
    """Local midnights counted back from the last day, as many as fit."""
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    days = (last - first).days + 1
    step = next((size for size in DAY_STEPS if days / size <= MOST_LABELS), DAY_STEPS[-1])
    ticks: list[Tick] = []
    day = last
    while (midnight := datetime.combine(day, time(), zone)) >= start:
        ticks.append(Tick(along(midnight.timestamp()), day_words(day, days)))
        day -= timedelta(days=step)
    return tuple(reversed(ticks))


def day_words(day: date, days: int) -> str:
    """A weekday while they are few, a month when they are many."""
    return f"{day:%a} {day.day}" if days <= 9 else f"{day.day} {day:%b}"
