"""Medicines as people read them: what was done to one, by whom, and what was said of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.medicines import ingredients, time_critical
from app.medicines.models import Medicine
from app.medicines.queries.showing import UNITS, Alike, Happened
from app.medicines.queries.stocking import Stock
from app.web import moments, words
from app.web.patient import dose_words

PAUSES: Final = {
    "hospital": "in hospital",
    "holiday": "away or on holiday",
    "prescriber": "the prescriber said so",
    "other": "another reason",
}
_KINDS: Final = {
    "added": "put it on the list",
    "changed": "changed what is said of it",
    "stopped": "stopped it here",
    "started_again": "started it again",
    "scheduled": "said when it is taken",
    "unscheduled": "ended a schedule",
    "paused": "paused it",
    "resumed": "ended the pause",
    "settled": "settled that its times hold",
    "watched": "changed who is told",
    "counted": "counted what is left",
    "hidden": "kept it from the circle",
    "shown": "showed it to the circle again",
}
_NAMES: Final = {
    "name": "name", "strength": "strength", "form": "form", "route": "way of taking", "reason": "what it is for",
    "late_dose": "words about a late dose", "prescriber": "prescriber", "prescriber_phone": "prescriber’s phone",
    "ingredients": "what it holds", "time_critical": "whether minutes matter", "code": "code",
    "window_minutes": "time it may be recorded in", "remind_every": "how often it reminds",
}  # fmt: skip


def details(medicine: Medicine, zone: ZoneInfo) -> list[dict[str, str]]:
    """What is known of it, a line each."""
    critical = time_critical.CLASSES.get(medicine.time_critical or "")
    prescriber = ", ".join(filter(None, (medicine.prescriber, medicine.prescriber_phone)))
    told = {
        "Typed as": medicine.typed if medicine.typed != medicine.name else None,
        "Strength": medicine.strength,
        "Form": medicine.form,
        "How it is taken": medicine.route,
        "What it is for": medicine.reason,
        "Holds": _holds(medicine.ingredients),
        "Prescribed by": prescriber or None,
        "About a late dose, in the prescriber’s words": medicine.late_dose,
        "Minutes matter": f"{critical.name}. {critical.why}" if critical else None,
        "On the list since": moments.full(medicine.started_on),
        "Stopped": moments.full(medicine.stopped_at.astimezone(zone).date()) if medicine.stopped_at else None,
    }
    return [{"label": label, "words": text} for label, text in told.items() if text]


def _holds(held: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{group(one)}{f', {Decimal(mg).normalize():f} mg in one' if mg else ''}" for one, mg in sorted(held.items())
    )


def group(one: str) -> str:
    """An ingredient group by its name."""
    known = ingredients.GROUPS.get(one)
    return known.name if known else one


def alike(others: Sequence[Alike]) -> list[str]:
    """What else of the list holds the same."""
    return [
        f"{one.name} also holds {words.lower(' and '.join(group(each) for each in one.ingredients))}." for one in others
    ]


def stock(one: Stock, form: str | None, now: datetime, zone: ZoneInfo) -> str | None:
    """What is left by the last count, and until when; nothing where nobody counted."""
    if one.left is None:
        return None
    left = dose_words.amount(one.left, form, UNITS)
    if one.count_again:
        return "More was recorded than was counted: count what is left again."
    return f"By the last count {left} left{_until(one, now.astimezone(zone).date(), zone)}."


def _until(one: Stock, today: date, zone: ZoneInfo) -> str:
    """When it runs out by the doses that are due, as far as that is known."""
    if one.runs_out_on:
        return f", too few from {moments.day(one.runs_out_on, today)}"
    if one.as_needed:
        return "; when it runs out is not reckoned for what is taken when needed"
    if one.lasts_until is None:
        return ""
    return f", enough until {moments.day(one.lasts_until.astimezone(zone).date(), today)} at least"


def history(happened: Sequence[Happened], now: datetime, zone: ZoneInfo) -> list[dict[str, Any]]:
    """What was done to it, last first."""
    return [
        {
            "words": f"{one.by} {_KINDS.get(one.kind, one.kind)}{_more(one, now, zone)}.",
            "when": moments.moment(one.at, now, zone),
        }
        for one in happened
    ]


def _more(one: Happened, now: datetime, zone: ZoneInfo) -> str:
    if one.kind == "stopped":
        return f": “{one.details.get('why', '')}”"
    if one.kind == "paused":
        until = datetime.fromisoformat(one.details["until"])
        return f" until {moments.by(until, now, zone)}: {PAUSES.get(one.details.get('why', ''), 'another reason')}"
    if one.kind == "counted":
        counted, came = (_number(one.details.get(name)) for name in ("quantity", "came"))
        return f": {came} came, so {counted} now" if came else f": {counted}"
    if one.kind == "changed":
        named = [_NAMES.get(name, name) for name in one.details.get("before", {})]
        return f": {', '.join(named)}" if named else ""
    return ""


def _number(said: str | None) -> str:
    return f"{Decimal(said).normalize():f}" if said else ""
