"""Doses as people read them: by time, what is to be done, what was said of each. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.medicines import skip_reasons
from app.medicines.models import Dose, DoseAnswer, Medicine
from app.web import moments

# So long before its time a dose stands under "now".
NEAR: Final = timedelta(hours=1)
NOT_SENT: Final = "Kith was down when its reminder was due, so none was sent."
_CLOSED: Final = {
    "taken": "Taken",
    "skipped": "Not taken",
    "missed": "Not had",
    "not_recorded": "Not recorded",
    "paused": "Paused",
}
_SHAPES: Final = {"taken": "fine", "not_recorded": "todo"}
_SAID: Final = {
    "taken": "said it was taken",
    "later": "asked to be reminded later",
    "skipped": "said it was not taken",
    "missed": "said it was not had",
    "undone": "took the answer back",
    "two_taken": "said that two were taken",
}
_CHANNELS: Final = {"sms": ", by text message", "import": ", from another system"}


@dataclass(frozen=True, slots=True)
class Around:
    """What is known beside the doses themselves."""

    medicines: Mapping[UUID, Medicine]
    names: Mapping[UUID, str]  # of people; whoever reads is "you"
    not_sent: Collection[UUID]
    now: datetime
    zone: ZoneInfo

    def wall(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)

    @property
    def today(self) -> date:
        return self.wall(self.now).date()


def amount(number: Decimal | None, form: str | None, units: Collection[str]) -> str:
    """How much: "2 tablets"; nothing where the label says it."""
    if number is None:
        return ""
    plain, unit = f"{number.normalize():f}", (form or "").lower()
    if unit not in units:
        return plain
    if unit == "tablet" and plain == "0.5":
        return "half a tablet"
    return f"{plain} {unit if number <= 1 else many(unit)}"


def many(unit: str) -> str:
    """More than one of a form: "patches"."""
    return f"{unit}es" if unit.endswith("ch") else f"{unit[:-1]}ies" if unit.endswith("y") else f"{unit}s"


def sections(doses: Sequence[Dose], around: Around, units: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """What is to be done now, what comes later, and what was said already; each by its time."""
    is_open = [one for one in doses if one.state == "due"]
    return {
        "now": _by_time([one for one in is_open if one.due_at <= around.now + NEAR], around, units),
        "later": _by_time([one for one in is_open if one.due_at > around.now + NEAR], around, units),
        "done": [line(one, around, units) for one in doses if one.state != "due"],
    }


def _by_time(doses: Sequence[Dose], around: Around, units: Collection[str]) -> list[dict[str, Any]]:
    return [
        {"time": when(due_at, around), "key": f"{around.wall(due_at):%m%d-%H%M}", "doses": [
            line(one, around, units) for one in same
        ]}
        for due_at, same in groupby(doses, key=lambda one: one.due_at)
    ]  # fmt: skip


def line(dose: Dose, around: Around, units: Collection[str]) -> dict[str, Any]:
    """One dose."""
    medicine = around.medicines[dose.medicine_id]
    return {
        "id": dose.id,
        "name": medicine.name,
        "amount": amount(dose.amount, medicine.form, units),
        "time": when(dose.due_at, around),
        "is_open": dose.state == "due",
        "is_as_needed": dose.schedule_id is None,
        "shape": _SHAPES.get(dose.state, "note"),
        "said": said(dose, around),
        "late": _late(dose, medicine, around),
    }


def when(at: datetime, around: Around) -> str:
    """A time of today alone; of another day with its day."""
    local = around.wall(at)
    return f"{local:%H:%M}" if local.date() == around.today else f"{local:%H:%M} {_day(local.date(), around)}"


def said(dose: Dose, around: Around) -> str:
    """What a dose came to, who said so and when."""
    if dose.state == "due":
        return ""
    words = _CLOSED[dose.state]
    if dose.state == "taken" and dose.taken_at:
        words = f"Taken {moments.words(dose.taken_at, around.now, around.zone)}"
    if dose.state == "skipped" and dose.why:
        words = f"Not taken: {skip_reasons.REASONS[dose.why].for_others.lower()}"
    by = f", by {around.names.get(dose.answered_by, 'somebody')}" if dose.answered_by else ""
    at = dose.answered_at
    apart = at is not None and (dose.taken_at is None or abs(at - dose.taken_at) > timedelta(minutes=1))
    recorded = f" (recorded {moments.words(at, around.now, around.zone)})" if at and apart else ""
    return f"{words}{by}{recorded}."


def history(answers: Sequence[DoseAnswer], around: Around) -> list[dict[str, Any]]:
    """Everything that was said of one dose, first said first."""
    return [
        {
            "words": f"{around.names.get(one.by, 'Somebody')} {_what(one, around)}{_CHANNELS.get(one.channel, '')}",
            "when": moments.moment(one.created_at, around.now, around.zone),
            "note": one.note,
            "changed": one.counted,
        }
        for one in answers
    ]


def _what(one: DoseAnswer, around: Around) -> str:
    words = _SAID[one.answer]
    if one.answer == "taken" and one.taken_at:
        return f"{words} {moments.words(one.taken_at, around.now, around.zone)}"
    if one.answer == "later" and one.until:
        return f"{words}, at {around.wall(one.until):%H:%M}"
    if one.why:
        return f"{words} ({skip_reasons.REASONS[one.why].for_others.lower()})"
    return words


def _late(dose: Dose, medicine: Medicine, around: Around) -> list[str]:
    """What is to be known of an open dose."""
    if dose.state != "due":
        return []
    told = [NOT_SENT] if dose.id in around.not_sent else []
    if dose.remind_at and dose.reminded and dose.remind_at > around.now:
        told.append(f"The next reminder is at {around.wall(dose.remind_at):%H:%M}.")
    elif dose.remind_at and dose.remind_at > max(dose.due_at, around.now):
        told.append(f"You asked to be reminded at {around.wall(dose.remind_at):%H:%M}.")
    if dose.due_at + timedelta(minutes=medicine.window_minutes) < around.now:
        told.insert(0, "Not recorded yet.")
    return told


def _day(on: date, around: Around) -> str:
    near = moments.day(on, around.today)
    return near if near in ("yesterday", "tomorrow") else f"on {near}"
