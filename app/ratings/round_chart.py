"""Where things stand in the round chart of a rating: a spoke an area, a ring a score, a line a rating.

Coordinates are those of a square of SIZE by SIZE with its middle at the origin; y grows downwards, as SVG has it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.ratings.instrument import Instrument

SIZE: Final = 400
RADIUS: Final = 150.0
_MARGIN: Final = 20.0  # from the end of a line to its number
_INNER: Final = 0.45  # of the nearer neighbour: where a star goes in between two areas
_HUB: Final = 0.08  # of the radius: the lowest score still has a place to be seen at


@dataclass(frozen=True, slots=True)
class Spoke:
    """One area: its number around the circle, the end of its line, and where the number stands."""

    area: str
    number: int
    x: float
    y: float
    number_x: float
    number_y: float


@dataclass(frozen=True, slots=True)
class Dot:
    """One score of one area."""

    area: str
    score: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Line:
    """One rating: its dots, and the runs of neighbouring areas that were said; a whole round is closed."""

    dots: tuple[Dot, ...]
    runs: tuple[str, ...]  # points as SVG's polyline has them
    is_closed: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """The whole chart."""

    spokes: tuple[Spoke, ...]
    rings: tuple[tuple[int, float], ...]  # a score and its radius
    lines: tuple[Line, ...]


def drawn(instrument: Instrument, ratings: Sequence[Mapping[str, int]]) -> Chart:
    """The chart of these ratings, each its scores by area."""
    return Chart(
        tuple(_spoke(instrument, place) for place in range(len(instrument.areas))),
        tuple((score, _radius(instrument, score)) for score in _rings(instrument)),
        tuple(_line(instrument, scores) for scores in ratings),
    )


def _rings(instrument: Instrument) -> range:
    """Every score of a short scale, some of a long one; always its ends."""
    width = instrument.highest - instrument.lowest
    each = next((step for step in (1, 2, 5, 10, 20, 25, 50) if width % step == 0 and width // step <= 5), width)
    return range(instrument.lowest, instrument.highest + 1, each)


def _radius(instrument: Instrument, score: int) -> float:
    share = (score - instrument.lowest) / (instrument.highest - instrument.lowest)
    return RADIUS * (_HUB + (1 - _HUB) * share)


def _at(instrument: Instrument, place: float, radius: float) -> tuple[float, float]:
    """The first area stands at the top, the others follow as a clock goes."""
    angle = 2 * math.pi * place / len(instrument.areas) - math.pi / 2
    return round(radius * math.cos(angle), 1), round(radius * math.sin(angle), 1)


def _spoke(instrument: Instrument, place: int) -> Spoke:
    x, y = _at(instrument, place, RADIUS)
    return Spoke(instrument.areas[place].code, place + 1, x, y, *_at(instrument, place, RADIUS + _MARGIN))


def _line(instrument: Instrument, scores: Mapping[str, int]) -> Line:
    dots: list[Dot | None] = []
    for place, area in enumerate(instrument.areas):
        score = scores.get(area.code)
        dots.append(
            None if score is None else Dot(area.code, score, *_at(instrument, place, _radius(instrument, score)))
        )
    said = tuple(dot for dot in dots if dot is not None)
    if len(said) == len(dots):
        return Line(said, (_points(_star(instrument, said) if instrument.shape == "star" else said),), True)
    return Line(said, tuple(_points(run) for run in _runs(dots) if len(run) > 1), False)


def _star(instrument: Instrument, said: Sequence[Dot]) -> Iterator[Dot]:
    """The dots, and between each two a point further in."""
    for place, dot in enumerate(said):
        yield dot
        after = said[(place + 1) % len(said)]
        inner = _INNER * _radius(instrument, min(dot.score, after.score))
        yield Dot("", 0, *_at(instrument, place + 0.5, inner))


def _runs(dots: Sequence[Dot | None]) -> Iterator[list[Dot]]:
    """Neighbours around the circle, begun after a gap so that none is cut at the top."""
    gap = dots.index(None)
    run: list[Dot] = []
    for dot in (*dots[gap:], *dots[:gap], None):
        if dot is not None:
            run.append(dot)
        elif run:
            yield run
            run = []


def _points(dots: Iterable[Dot]) -> str:
    return " ".join(f"{dot.x},{dot.y}" for dot in dots)
