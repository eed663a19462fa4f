"""What can be said with an instrument, and what is wrong with what somebody says. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from app.ratings.entering import LONGEST_NOTE
from app.ratings.instrument import Area, Instrument

NOTHING_SAID = "Rate one area at least; the others may be left out."


def faults(one: Instrument, scores: Mapping[str, int | None], notes: Mapping[str, str]) -> list[tuple[str, str]]:
    """Everything that is wrong with scores and words by area: where, and what, in words."""
    return [*_of_scores(one, scores), *_of_notes(one, notes)]


def in_order(one: Instrument, scores: Mapping[str, int | None]) -> list[int | None]:
    """The scores as a rating has them, one an area in the order of its version."""
    return [scores.get(area.code) for area in one.areas]


def next_area(one: Instrument, said: Collection[str]) -> Area | None:
    """The first area of which nothing was said yet, not even that it is left out."""
    return next((area for area in one.areas if area.code not in said), None)


def off_the_scale(one: Instrument) -> str:
    """What somebody is told who says anything else than a score."""
    return f"Choose a whole number from {one.lowest} to {one.highest}, or leave this area out."


def _of_scores(one: Instrument, scores: Mapping[str, int | None]) -> Iterator[tuple[str, str]]:
    for area, score in scores.items():
        if one.area(area) is None:
            yield f"/scores/{area}", _unknown(one)
        elif score is not None and not one.lowest <= score <= one.highest:
            yield f"/scores/{area}", off_the_scale(one)


def _of_notes(one: Instrument, notes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for area, words in notes.items():
        if one.area(area) is None:
            yield f"/notes/{area}", _unknown(one)
        elif not 0 < len(words) <= LONGEST_NOTE:
            yield f"/notes/{area}", f"Write up to {LONGEST_NOTE} characters."


def _unknown(one: Instrument) -> str:
    return f"{one.name}, version {one.version}, has no such area."
