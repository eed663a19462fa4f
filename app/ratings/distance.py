"""How far somebody has come: per area from the first rating that says it to the last, and over all areas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Point:
    """One rating of a history: its scale, and the score of each area that was said."""

    lowest: int
    highest: int
    scores: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Moved:
    """One area: its first and its last score, each with the place of its rating in the history."""

    area: str
    first: int
    last: int
    first_at: int
    last_at: int

    @property
    def change(self) -> int:
        return self.last - self.first


@dataclass(frozen=True, slots=True)
class Distance:
    """The areas that were said at least twice; areas said once have travelled nowhere yet, and are not here."""

    areas: tuple[Moved, ...]

    @property
    def raised(self) -> int:
        return sum(one.change > 0 for one in self.areas)

    @property
    def kept(self) -> int:
        return sum(one.change == 0 for one in self.areas)

    @property
    def fell(self) -> int:
        return sum(one.change < 0 for one in self.areas)

    @property
    def overall(self) -> Fraction | None:
        """The mean change of an area, in points of the scale; none where no area was said twice."""
        return Fraction(sum(one.change for one in self.areas), len(self.areas)) if self.areas else None


def travelled(history: Sequence[Point]) -> Distance:
    """Over ratings of one voice and one instrument, the earliest first.

    Only ratings on the scale of the last one count: points of another scale cannot be set against its own.
    """
    if not history:
        return Distance(())
    scale = history[-1].lowest, history[-1].highest
    moved: dict[str, Moved] = {}
    for place, point in enumerate(history):
        if (point.lowest, point.highest) != scale:
            continue
        for area, score in point.scores.items():
            begun = moved.get(area)
            first, first_at = (begun.first, begun.first_at) if begun else (score, place)
            moved[area] = Moved(area, first, score, first_at, place)
    return Distance(tuple(one for one in moved.values() if one.last_at > one.first_at))


def fallen(before: Mapping[str, int], now: Mapping[str, int], by: int) -> dict[str, tuple[int, int]]:
    """The areas that fell by so many points or more: what they were and what they are."""
    both = {area: (before[area], score) for area, score in now.items() if area in before}
    return {area: (was, score) for area, (was, score) in both.items() if was - score >= by}


def apart(one: Mapping[str, int], other: Mapping[str, int], by: int) -> dict[str, tuple[int, int]]:
    """The areas that two voices see differently by so many points or more."""
    both = {area: (score, other[area]) for area, score in one.items() if area in other}
    return {area: scores for area, scores in both.items() if abs(scores[0] - scores[1]) >= by}
