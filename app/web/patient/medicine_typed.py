"""What was typed about medicines: plain values for the slice's schemas, or a plain word beside each field. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from app.core.errors import Invalid
from app.core.schemas import is_storable
from app.medicines.schemas.listing import REASONS_TO_PAUSE

LONGEST_WHY: Final = 500
MINUTES: Final = (5, 15, 30, 60, 120, 240)
STOP_WHY: Final = "Say why it is stopped, in a few words"
NO: Final = "no"
PAUSE_WHY: Final = "Choose why"
DAY: Final = "Give a day, such as 24 November 2026"
_DETAILS: Final = ("strength", "form", "reason", "late_dose", "prescriber", "prescriber_phone", "time_critical")


def why(form: Mapping[str, str]) -> str:
    """Why a medicine is stopped. Raises Invalid."""
    text = form.get("why", "").strip()
    if not text or len(text) > LONGEST_WHY or not is_storable(text):
        raise wrong({"why": STOP_WHY})
    return text


def pause(form: Mapping[str, str], medicine_id: UUID | None, zone: ZoneInfo) -> dict[str, Any]:
    """A pause of whole days, the last one included. Raises Invalid."""
    faults: dict[str, str] = {}
    starts, ends = (day(form, name, faults) for name in ("starts_at", "ends_at"))
    if form.get("why") not in REASONS_TO_PAUSE:
        faults["why"] = PAUSE_WHY
    if starts and ends and ends < starts:
        faults["ends_at"] = "The last day is before the first"
    if faults or not starts or not ends:
        raise wrong(faults)
    begins, stops = (datetime.combine(one, time(), zone) for one in (starts, ends + timedelta(days=1)))
    named = {"medicine_id": str(medicine_id)} if medicine_id else {}
    return {"starts_at": begins.isoformat(), "ends_at": stops.isoformat(), "why": form["why"], **named}


def watches(form: MultiDict[str, str]) -> dict[UUID, int]:
    """Who is told, each after how many minutes. Raises Invalid."""
    wanted = {}
    for ticked in form.getlist("person"):
        try:
            person_id, minutes = UUID(ticked), int(form.get(f"minutes-{ticked}", ""))
        except ValueError:
            raise wrong({"person": "Choose after how long"}) from None
        if minutes not in MINUTES:
            raise wrong({"person": "Choose after how long"})
        wanted[person_id] = minutes
    return wanted


def medicine(form: MultiDict[str, str]) -> dict[str, Any]:
    """A medicine as its form says it; what is left empty is not said."""
    said: dict[str, Any] = {"typed": form.get("typed", "").strip()}
    said |= {name: text for name in _DETAILS if (text := form.get(name, "").strip())}
    if said.get("time_critical") == NO:
        del said["time_critical"]
    ticked = form.getlist("holds")
    if ticked:
        said["ingredients"] = {one: _milligrams(form.get(f"mg-{one}", "")) for one in ticked}
    return said


def _milligrams(text: str) -> str | None:
    return text.strip().lower().removesuffix("mg").strip().replace(",", ".") or None


def day(form: Mapping[str, str], name: str, faults: dict[str, str]) -> date | None:
    """A day of the form, or a fault beside it."""
    try:
        return date.fromisoformat(form.get(name, "").strip())
    except ValueError:
        faults[name] = DAY
        return None


def wrong(faults: Mapping[str, str]) -> Invalid:
    """What is wrong, a word beside each field."""
    errors = [{"pointer": f"/{name}", "detail": detail} for name, detail in faults.items()]
    return Invalid("Please check what is named.", errors=errors)
