"""Who looked at a record, for the page: by day, with what was done again and again in one line. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from app.patients.queries.emergency import Opened
from app.records.queries.access_log import Told
from app.web import moments


def days(told: Sequence[Told], now: datetime, zone: ZoneInfo) -> list[dict[str, Any]]:
    """The lines of each day, last first; the same sentence stands once, with every time it was true."""
    today = now.astimezone(zone).date()
    by_day = groupby(told, key=lambda one: one.look.at.astimezone(zone).date())
    return [
        {"iso": day.isoformat(), "words": _day(moments.day(day, today)), "lines": _lines(list(lines), zone)}
        for day, lines in by_day
    ]


def people(told: Sequence[Told]) -> list[tuple[str, str]]:
    """Whoever may be named of those who looked, by name, each with their id."""
    return sorted({(one.name, str(one.person_id)) for one in told if one.name})


def emergencies(opened: Sequence[Opened], now: datetime, zone: ZoneInfo) -> list[dict[str, Any]]:
    """What was opened in an emergency: by whom, when, why, and what a lead says of it."""
    return [_emergency(one, now, zone) for one in opened]


def _emergency(one: Opened, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    access = one.access
    until = moments.by(access.ends_at, now, zone)
    reviewed = access.reviewed_at and f"{one.reviewer.name if one.reviewer else 'A lead'} has looked at it again"
    return {
        "name": one.by.name,
        "when": moments.moment(access.created_at, now, zone),
        "until": f"They can see it until {until}." if access.ends_at > now else f"It ended at {until}.",
        "reason": access.reason,
        "review": f"{reviewed}." if reviewed else "A lead of the organisation will look at it again.",
    }


def _lines(told: Sequence[Told], zone: ZoneInfo) -> list[dict[str, Any]]:
    lines: dict[str, dict[str, Any]] = {}
    for one in told:
        line = lines.setdefault(one.sentence, {"sentence": one.sentence, "refused": one.look.is_refused, "times": []})
        local = one.look.at.astimezone(zone)
        line["times"].append({"iso": local.isoformat(timespec="seconds"), "words": f"{local:%H:%M}"})
    return list(lines.values())


def _day(words: str) -> str:
    return words[:1].upper() + words[1:]
