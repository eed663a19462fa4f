"""When a medicine is taken, as a form asks for it: from typed fields to a pattern. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from app.medicines.patterns import Anchor, AsDirected, AsNeeded, Days, Elapsed, Pattern, Phase, Phases, Slot

KINDS: Final = {
    "daily": "Every day",
    "weekdays": "On some days of the week",
    "weekly": "Once a week",
    "every_n": "Every few days",
    "alternate": "Every other week",
    "cycle": "Some days with, then some days without",
    "taper": "In steps, with an amount that changes",
    "hours": "Every so many hours, day and night",
    "needed": "When it is needed",
    "directed": "As directed: the times are not known",
}
ANCHORS: Final = {
    Anchor.WAKING: "On waking",
    Anchor.BREAKFAST: "With breakfast",
    Anchor.LUNCH: "With lunch",
    Anchor.EVENING_MEAL: "With the evening meal",
    Anchor.BEDTIME: "At bedtime",
}
# Why times are not known; our own words, for a pattern is not sealed and nothing private is to be in it.
REASONS: Final = {
    "test": "the amount follows a test",
    "plan": "it is used as a written plan says",
    "ask": "the prescriber is still to say",
    "label": "the label does not say more",
}
WEEKDAYS: Final = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MOST_ROWS: Final = 12
AT_ALL: Final = "Give at least one time, or a part of the day"
AT: Final = "Give a time such as 08:00"
MOMENTS: Final = (0, -60, -30, -15, 15, 30, 60, 120)  # minutes from a part of the day that can be chosen
WITHOUT: Final = "Before or after goes with a part of the day, not with a time"
EITHER: Final = "Give either a time or a part of the day, not both"
AMOUNT: Final = "Give how much in figures, such as 1 or 0.5"
NUMBER: Final = "Give a whole number"
HOURS: Final = "Give the hours in figures, such as 6"
_AMOUNT: Final = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?")
_OFFSET: Final = re.compile(r"-?[0-9]{1,4}")
_WHOLE: Final = re.compile(r"[0-9]{1,4}")
_OF_DAYS: Final = {"weekdays": "weekdays", "every": "every", "on": "on", "off": "off", "every_weeks": "weekdays"}
_PLAIN: Final = {
    "every_minutes": "every_hours",
    "first_at": "first_at",
    "amount": "amount",
    "minimum_gap_minutes": "gap_hours",
    "most_in_24_hours": "most",
    "why": "why",
}


@dataclass(slots=True)
class Read:
    """What a form says; `errors` by the name of the field, `rows` which lines of it were filled in."""

    pattern: Pattern | None = None
    errors: dict[str, str] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)


def read(form: MultiDict[str, str], zone: ZoneInfo) -> Read:
    """The pattern of a form, or a word beside each field that it cannot be read from."""
    found = Read()
    kind = form.get("kind", "")
    if kind == "hours":
        found.pattern = _hours(form, zone, found.errors)
    elif kind == "needed":
        gap, most = _hours_of(form, "gap_hours", found.errors), amount(form, "most", found.errors)
        found.pattern = AsNeeded(gap, most, amount(form, "amount", found.errors))
    elif kind == "directed":
        found.pattern = AsDirected(REASONS.get(form.get("why", ""), ""))
        if form.get("why") not in REASONS:
            found.errors["why"] = "Choose why the times are not known"
    elif kind == "taper":
        found.pattern = _taper(form, found)
    else:
        found.pattern = Phases((Phase(tuple(_slots(form, found)), _days(kind, form, found.errors)),))
    return found


def _slots(form: MultiDict[str, str], found: Read) -> list[Slot]:
    slots = []
    for row in range(1, rows(form) + 1):
        at, anchor = form.get(f"at-{row}", "").strip(), form.get(f"with-{row}", "")
        if not at and not anchor:
            continue
        if at and anchor:
            found.errors[f"at-{row}"] = EITHER
        found.rows.append(row)
        wall = _clock(at, f"at-{row}", found.errors) if at else None
        meal = Anchor(anchor) if anchor in list(Anchor) and not at else None
        offset = _offset(form, f"offset-{row}", found.errors, has_anchor=bool(anchor))
        slots.append(Slot(0, wall, meal, offset, amount(form, f"amount-{row}", found.errors)))
    if not slots:
        found.errors["at-1"] = AT_ALL
    return slots


def _offset(form: Mapping[str, str], name: str, errors: dict[str, str], *, has_anchor: bool) -> timedelta:
    text = form.get(name, "").strip() or "0"
    if not _OFFSET.fullmatch(text):
        errors[name] = "Choose one of these"
        return timedelta()
    if int(text) and not has_anchor:
        errors[name] = WITHOUT
    return timedelta(minutes=int(text))


def moments(now: str) -> list[dict[str, str]]:
    """How long before or after a part of the day can be chosen; `now` is what a line says, usual or not."""
    said = {int(now)} if _OFFSET.fullmatch(now) else set()
    return [{"value": str(one), "text": _moment(one)} for one in (*MOMENTS, *sorted(said - set(MOMENTS)))]


def _moment(minutes: int) -> str:
    if not minutes:
        return "just then"
    hours, rest = divmod(abs(minutes), 60)
    length = [f"{hours} hour{'s' if hours > 1 else ''}"] if hours else []
    length += [f"{rest} minutes"] if rest else []
    return f"{' '.join(length)} {'before' if minutes < 0 else 'after'}"


def rows(form: Mapping[str, str], name: str = "rows", usual: int = 2) -> int:
    """How many lines a form has."""
    said = form.get(name, "")
    return min(int(said), MOST_ROWS) if said.isdecimal() and len(said) < 4 and int(said) else usual


def _days(kind: str, form: MultiDict[str, str], errors: dict[str, str]) -> Days:
    if kind == "every_n":
        return Days(every=_whole(form, "every", errors) or 1)
    if kind == "cycle":
        return Days(on=_whole(form, "on", errors) or 1, off=_whole(form, "off", errors) or 1)
    if kind == "daily":
        return Days()
    picked = form.getlist("weekdays") if kind != "weekly" else [form.get("weekday", "")]
    named = frozenset(int(one) for one in picked if one in "1234567" and len(one) == 1)
    if not named:
        errors |= {"weekday": "Choose the day"} if kind == "weekly" else {"weekdays": "Tick the days"}
    return Days(weekdays=named, every_weeks=2 if kind == "alternate" else 1)


def _taper(form: MultiDict[str, str], found: Read) -> Phases:
    slots = _slots(form, found)
    phases, steps = [], rows(form, "steps", 3)
    filled = [n for n in range(1, steps + 1) if form.get(f"step-amount-{n}", "").strip() or form.get(f"days-{n}")]
    for number in filled:
        is_last = number == filled[-1]
        length = None if is_last and not form.get(f"days-{number}") else _whole(form, f"days-{number}", found.errors)
        much = amount(form, f"step-amount-{number}", found.errors, needed=True)
        phases.append(Phase(tuple(replace(one, amount=much) for one in slots), length=length))
    if not phases:
        found.errors["step-amount-1"] = AMOUNT
    return Phases(tuple(phases))


def _hours(form: MultiDict[str, str], zone: ZoneInfo, errors: dict[str, str]) -> Elapsed | None:
    every, much = _hours_of(form, "every_hours", errors, needed=True), amount(form, "amount", errors)
    try:
        first = datetime.fromisoformat(form.get("first_at", "").strip())
    except ValueError:
        errors["first_at"] = "Give the day and time of the first one"
        return None
    aware = first.replace(tzinfo=zone) if first.tzinfo is None else first
    if not 1900 <= aware.year <= 2200:
        errors["first_at"] = "Give the day and time of the first one"
    return None if errors or every is None else Elapsed(every, aware, much)


def _hours_of(form: Mapping[str, str], name: str, errors: dict[str, str], *, needed: bool = False) -> timedelta | None:
    text = form.get(name, "").strip().replace(",", ".")
    if text and _AMOUNT.fullmatch(text):
        return timedelta(minutes=round(float(text) * 60))
    if text or needed:
        errors[name] = HOURS
    return None


def amount(form: Mapping[str, str], name: str, errors: dict[str, str], *, needed: bool = False) -> Decimal | None:
    """How much of a field, None where nothing is said."""
    text = form.get(name, "").strip().replace(",", ".")
    if text and _AMOUNT.fullmatch(text):
        return Decimal(text)
    if text or needed:
        errors[name] = AMOUNT
    return None


def _whole(form: Mapping[str, str], name: str, errors: dict[str, str]) -> int | None:
    text = form.get(name, "").strip()
    if _WHOLE.fullmatch(text) and int(text):
        return int(text)
    errors[name] = NUMBER
    return None


def _clock(text: str, name: str, errors: dict[str, str]) -> time | None:
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        errors[name] = AT
        return None


def beside(pointer: str, found: Read) -> str:
    """The field that a fault of the schedule belongs to; empty: the form as a whole."""
    parts = pointer.strip("/").split("/")
    if parts[0] != "pattern":
        return parts[0]
    if len(parts) > 1 and parts[1] == "phases":
        return _of_phase(parts[2:], found)
    return _PLAIN.get(parts[-1], "")


def _of_phase(parts: Sequence[str], found: Read) -> str:
    if "slots" in parts and parts[-1] != "slots":
        place = int(parts[2])
        return f"at-{found.rows[place]}" if place < len(found.rows) else "at-1"
    if "length" in parts:
        return f"days-{int(parts[0]) + 1}"
    return _OF_DAYS.get(parts[-1], "at-1" if parts[-1:] == ["slots"] else "")
