"""Visits in words: when, where they stand, what was written of them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.messages import visit_tasks
from app.messages.models import VisitPlan
from app.messages.queries.visit_notes import FamilyNote, ProfessionalNote
from app.messages.queries.visits import Shown
from app.web import moments, words

AHEAD: Final = timedelta(days=14)  # how far visits are made and shown
NOBODY: Final = "Somebody of the service"
DAYS: Final = "Mondays Tuesdays Wednesdays Thursdays Fridays Saturdays Sundays".split()
_ARRIVALS: Final = {"code": "by the code on the wall", "hand": "said by hand"}


def visit(one: Shown, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """A visit for a list: a title, a line and a mark where something is to be known."""
    return {
        "id": str(one.id),
        "what": one.what,
        "when": moments.moment(one.due_at, now, zone),
        "who": one.visitor or NOBODY,
        "length": f"{one.minutes} minutes" if one.minutes else "not planned",
        "mark": mark(one),
        "is_off": one.state == "called_off",
        "why": one.why,
        "kept": one.hidden_from_circle,
    }


def is_past(one: Shown, now: datetime) -> bool:
    """Is nobody expected any more, and nobody there?"""
    return one.state in ("done", "missed") or (one.state == "called_off" and one.due_at <= now)


def mark(one: Shown) -> dict[str, str] | None:
    """What stands out of a visit: how grave, and in which words."""
    if one.state == "missed":
        return {"severity": "amber", "words": "No arrival recorded"}
    if one.is_late:
        return {"severity": "amber", "words": "Late"}
    if one.is_short:
        return {"severity": "note", "words": "Shorter than planned"}
    if one.state == "arrived":
        return {"severity": "fine", "words": "There now"}
    return {"severity": "note", "words": "Called off"} if one.state == "called_off" else None


def facts(one: Shown, now: datetime, zone: ZoneInfo) -> list[dict[str, str]]:
    """What is known of one visit, line by line."""
    found = [("When", moments.words(one.due_at, now, zone)), ("Who", one.visitor or NOBODY)]
    if one.minutes:
        found.append(("Planned for", f"{one.minutes} minutes"))
    if one.arrived_at is not None:
        how = _ARRIVALS[one.arrival or "hand"]
        found.append(("Arrived", f"{moments.words(one.arrived_at, now, zone)}, {how}"))
    if one.left_at is not None:
        found.append(("Left", moments.words(one.left_at, now, zone)))
    if one.why is not None:
        found.append(("Called off because", one.why))
    return [{"label": label, "words": said} for label, said in found]


def note(one: FamilyNote, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """What was written, for whoever it was read for."""
    shown: dict[str, Any] = {
        "id": str(one.id),
        "by": f"{one.name}, {one.said}",
        "when": moments.moment(one.created_at, now, zone),
        "done": visit_tasks.words(one.done),
        "family": one.family,
        "next": moments.words(one.next_visit_at, now, zone) if one.next_visit_at else None,
    }
    return shown | handover(one, now, zone) if isinstance(one, ProfessionalNote) else shown


def handover(one: ProfessionalNote, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """The same with what professionals write for each other."""
    ticks = [f"Read by {each.name} {moments.words(each.at, now, zone)}" for each in one.read_by]
    return {"professional": one.professional, "handover": one.handover, "ticks": ticks}


def plan(one: VisitPlan, visitor: str | None) -> dict[str, Any]:
    """A plan in a sentence."""
    until = f", until {moments.full(one.ends_on)}" if one.ends_on else ""
    said = f"{_days(one)} at {one.at:%H:%M}, {one.minutes} minutes{until}. {visitor or NOBODY}."
    return {"id": str(one.id), "what": one.what, "words": said}


def plan_parts(one: VisitPlan, visitor: str | None) -> list[tuple[str, str, str]]:
    """A plan answer by answer: which question it answers, what it is called, and the answer."""
    until = f" until {moments.full(one.ends_on)}" if one.ends_on else ", without a last day"
    return [
        ("what", "What for", one.what or ""),
        ("days", "Days", _days(one)),
        ("dates", "From", f"{moments.full(one.starts_on)}{until}"),
        ("time", "Time", f"{one.at:%H:%M}, for {one.minutes} minutes"),
        ("who", "Who comes", visitor or NOBODY),
    ]


def _days(one: VisitPlan) -> str:
    days = [DAYS[number - 1] for number in sorted(one.weekdays)]
    often = "" if one.every_weeks == 1 else f" of every {_ordinal(one.every_weeks)} week"
    return f"{'Every day' if len(days) == len(DAYS) else words.upper(_and(days))}{often}"


def names(found: Sequence[str]) -> str:
    """ "Tom Okafor, Mary Okafor and the team Riverside"."""
    return _and(list(found)) or "nobody"


def _and(parts: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def _ordinal(number: int) -> str:
    return {2: "second", 3: "third"}.get(number, f"{number}th")
