"""Ratings as a page shows them: the round chart, the words beside it, and the same as a table. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.ratings import round_chart
from app.ratings.distance import Distance
from app.ratings.instrument import Instrument

MOST: Final = 6  # lines in one chart, each with a mark of its own
_UP: Final = "up {change}, from {first}"
_DOWN: Final = "down {change}, from {first}"
_SAME: Final = "the same"


@dataclass(frozen=True, slots=True)
class Shown:
    """One rating in the chart: its scores by area, and what it is called in the key."""

    label: str
    scores: Mapping[str, int]


def shown(instrument: Instrument, lines: Sequence[Shown], distance: Distance, title: str) -> dict[str, Any]:
    """What the macro of wheel.html draws, the first line on top; MOST at most."""
    moved = {one.area: one for one in distance.areas}
    rows = [
        {
            "number": number,
            "code": area.code,
            "name": area.name,
            "cells": [line.scores.get(area.code) for line in lines],
            "change": changed(moved[area.code].change, moved[area.code].first) if area.code in moved else "–",
        }
        for number, area in enumerate(instrument.areas, 1)
    ]
    return {
        "chart": round_chart.drawn(instrument, [line.scores for line in lines]),
        "labels": [line.label for line in lines],
        "title": title,
        "words": in_words(distance),
        "desc": described(instrument, lines),
        "rows": rows,
        "has_change": bool(moved),
        "attribution": instrument.attribution,
    }


def changed(change: int, first: int) -> str:
    """How far one area has come."""
    if not change:
        return _SAME
    return (_UP if change > 0 else _DOWN).format(change=abs(change), first=first)


def in_words(distance: Distance) -> str:
    """Distance travelled in a sentence."""
    if not distance.areas:
        return "One rating so far. The next one shows what has changed."
    parts = [(distance.raised, "went up"), (distance.kept, "stayed the same"), (distance.fell, "went down")]
    return "Since the first rating: " + ", ".join(f"{count} {what}" for count, what in parts if count) + "."


def described(instrument: Instrument, lines: Sequence[Shown]) -> str:
    """The newest rating for whoever does not see the chart; the table has all of them."""
    scale = f"Each part of life from {instrument.lowest} to {instrument.highest}, further out is better."
    if not lines:
        return scale
    said = [f"{area.name} {lines[0].scores[area.code]}" for area in instrument.areas if area.code in lines[0].scores]
    return f"{scale} {lines[0].label}: {', '.join(said)}."
