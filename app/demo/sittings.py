"""A history as its person lived it: what was sent together, when, moved so that its last day is a given one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.readings.intake import Entry

TOGETHER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Sitting:
    """Readings that an app sends at once, at the time of the last of them."""

    at: datetime
    entries: tuple[Entry, ...]


def moved(entries: Iterable[Entry], from_day: date, to_day: date, zone: ZoneInfo) -> list[Entry]:
    """The same times of the day in a zone, so many days later; the times given are wall times marked as UTC."""
    shift = to_day - from_day
    return [replace(entry, measured_at=_moved(entry.measured_at, shift, zone)) for entry in entries]


def _moved(wall: datetime, shift: timedelta, zone: ZoneInfo) -> datetime:
    return (wall.replace(tzinfo=None) + shift).replace(tzinfo=zone)


def sittings(entries: Iterable[Entry]) -> list[Sitting]:
    """What was measured within five minutes is sent together; rows that stand out of order are put in order."""
    groups: list[list[Entry]] = []
    for entry in sorted(entries, key=lambda one: one.measured_at):
        if groups and entry.measured_at - groups[-1][0].measured_at <= TOGETHER:
            groups[-1].append(entry)
        else:
            groups.append([entry])
    return [Sitting(group[-1].measured_at, tuple(group)) for group in groups]


def body(sitting: Sitting) -> list[dict[str, object]]:
    """The readings of a sitting as the API takes them."""
    return [_reading(entry) for entry in sitting.entries]


def _reading(entry: Entry) -> dict[str, object]:
    what: dict[str, object] = {
        "id": str(entry.id),
        "measure": entry.measure,
        "measured_at": entry.measured_at.isoformat(),
        "context": dict(entry.context),
        "source": entry.source,
        "device": entry.device,
    }
    if entry.components is not None:
        return what | {"components": {part: dict(typed) for part, typed in entry.components.items()}}
    return what | {"value": entry.value, "unit": entry.unit}


def last_day(entries: Sequence[Entry]) -> date:
    """The day of the last reading."""
    return max(entry.measured_at for entry in entries).date()
