"""When a medicine is taken as it is now, in the fields of the form that asks for it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from app.medicines.patterns import AsDirected, AsNeeded, Days, Elapsed, Pattern, Phase, Phases, Slot
from app.web.patient.medicine_times import MOST_ROWS, REASONS


def typed(pattern: Pattern, zone: ZoneInfo) -> MultiDict[str, str]:
    """The form that says this pattern; without a kind where none can."""
    form: MultiDict[str, str] = MultiDict()
    match pattern:
        case Elapsed(every, first_at, much):
            first = f"{first_at.astimezone(zone):%Y-%m-%dT%H:%M}"
            hours = f"{every / timedelta(hours=1):g}"
            form.update({"kind": "hours", "every_hours": hours, "first_at": first, "amount": _plain(much)})
        case AsNeeded(gap, most, much):
            hours = f"{gap / timedelta(hours=1):g}" if gap else ""
            form.update({"kind": "needed", "gap_hours": hours, "most": _plain(most), "amount": _plain(much)})
        case AsDirected(why):
            form.update({"kind": "directed", "why": next((one for one, said in REASONS.items() if said == why), "")})
        case Phases((Phase(slots, days, None),)) if len(slots) <= MOST_ROWS:
            _write_days(form, days)
            _write_slots(form, slots)
        case Phases(phases) if _are_steps(phases):
            form["kind"] = "taper"
            _write_slots(form, phases[0].slots)
            _write_steps(form, phases)
    return form


def _are_steps(phases: Sequence[Phase]) -> bool:
    """Are these steps as the form asks for them: the same times every day, and one amount in each?"""
    times = [{(slot.at, slot.anchor, slot.offset) for slot in phase.slots} for phase in phases]
    amounts = [{slot.amount for slot in phase.slots} for phase in phases]
    return (
        max(len(phases), len(times[0])) <= MOST_ROWS
        and all(phase.days == Days() for phase in phases)
        and all(one == times[0] for one in times)
        and all(len(one) == 1 and None not in one for one in amounts)
    )


def _write_days(form: MultiDict[str, str], days: Days) -> None:
    week = sorted(str(number) for number in days.weekdays)
    plain = (days.every, days.every_weeks, days.on)
    if plain == (1, 1, None):
        form["kind"] = "weekly" if len(week) == 1 else "weekdays" if week else "daily"
    elif plain == (1, 2, None):
        form["kind"] = "alternate"
    elif days.every > 1 and not week and days.on is None:
        form["kind"], form["every"] = "every_n", str(days.every)
    elif days.on is not None and (days.every, days.every_weeks) == (1, 1) and not week:
        form["kind"], form["on"], form["off"] = "cycle", str(days.on), str(days.off)
    form.setlist("weekdays", week)
    form["weekday"] = week[0] if len(week) == 1 else ""


def _write_slots(form: MultiDict[str, str], slots: Sequence[Slot]) -> None:
    form["rows"] = str(max(len(slots), 1))
    for row, slot in enumerate(slots, 1):
        form[f"at-{row}"] = f"{slot.at:%H:%M}" if slot.at else ""
        form[f"with-{row}"] = str(slot.anchor or "")
        form[f"offset-{row}"] = f"{slot.offset // timedelta(minutes=1)}"
        form[f"amount-{row}"] = _plain(slot.amount)


def _write_steps(form: MultiDict[str, str], phases: Sequence[Phase]) -> None:
    form["steps"] = str(len(phases))
    for step, phase in enumerate(phases, 1):
        form[f"step-amount-{step}"] = _plain(phase.slots[0].amount)
        form[f"days-{step}"] = "" if phase.length is None else str(phase.length)


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"
