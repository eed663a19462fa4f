"""What was typed about medicines: plain values for the slice's schemas, or a plain word beside each field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from app.core import http
from app.core.errors import Invalid
from app.core.schemas import Schema, is_storable
from app.medicines.entering import NewCount
from app.medicines.models import Medicine
from app.medicines.schemas import listing, stock
from app.medicines.schemas.listing import REASONS_TO_PAUSE
from app.web.patient import medicine_times as times

LONGEST_WHY: Final = 500
MINUTES: Final = (5, 15, 30, 60, 120, 240)
STOP_WHY: Final = "Say why it is stopped, in a few words"
NO: Final = "no"
PAUSE_WHY: Final = "Choose why"
DAY: Final = "Give a day, such as 24 November 2026"
OPEN_AGAIN: Final = "Open the page again, and send it from there."
MANY: Final = "Give a number up to 100,000"
SOME: Final = "Give a number above 0 and up to 100,000"
HOW_MANY: Final = {
    "quantity": "Give how many are left, in figures such as 28",
    "packs": "Give how many packs came, in figures",
    "pack_size": "Give how many are in one pack, in figures such as 28",
}
# What the schema refuses, in plain words.
PLAINLY: Final = {
    "strength": "Give up to 60 letters",
    "form": "Give up to 60 letters",
    "reason": "Give up to 500 letters",
    "late_dose": "Give up to 500 letters",
    "prescriber": "Give up to 120 letters",
    "prescriber_phone": "Give up to 30 letters and figures",
    "time_critical": "Choose one of these",
    "window_minutes": "Give whole minutes, from 15 to 720",
    "remind_every": "Give whole minutes, from 5 to 240",
    "quantity": MANY,
    "came": SOME,
    "pack_size": SOME,
}
_DETAILS: Final = ("strength", "form", "reason", "late_dose", "prescriber", "prescriber_phone", "time_critical")
CHANGED: Final = (*_DETAILS, "window_minutes", "remind_every")  # the name stays as it was typed


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


def changes(form: Mapping[str, str], medicine: Medicine) -> dict[str, Any]:
    """What the form says otherwise than it is; what was left as it is may follow from what was changed."""
    said = {name: form[name].replace("\r\n", "\n").strip() for name in CHANGED if name in form}
    if said.get("time_critical") == NO:
        said["time_critical"] = ""
    now = {name: str(getattr(medicine, name) or "") for name in said}
    changed = {name: text or None for name, text in said.items() if text != now[name]}
    return dict(loaded(listing.MedicineChange(), changed))


def count(form: Mapping[str, str]) -> NewCount:
    """How many are left, or how many packs came. Raises Invalid."""
    faults: dict[str, str] = {}
    names = ("packs", "pack_size") if form.get("what") == "came" else ("quantity",)
    told = [times.amount(form, name, faults, needed=True) or Decimal(0) for name in names]
    if faults:
        raise wrong({name: HOW_MANY[name] for name in faults})
    said = {"quantity": str(told[0])}
    if len(told) > 1:
        said = {"came": str(told[0] * told[1]), "pack_size": str(told[1])}
    counted: NewCount = loaded(stock.NewCountSchema(), said)
    return counted


def form_id(form: Mapping[str, str]) -> UUID:
    """The form's own id, by which it is known when it is sent twice. Raises Invalid."""
    try:
        return UUID(form.get("id", ""))
    except ValueError:
        raise Invalid(OPEN_AGAIN) from None


def version(form: Mapping[str, str]) -> int:
    """The version that was read; one that nothing has where none is said."""
    said = form.get("version", "")
    return int(said) if said.isdecimal() and len(said) < 10 else -1


def loaded(schema: Schema, said: Mapping[str, Any]) -> Any:
    """What the schema makes of it; what it refuses is said in plain words. Raises Invalid."""
    try:
        return http.loaded(schema, said)
    except Invalid as refused:
        names = [one["pointer"].strip("/").split("/")[0] for one in refused.errors]
        details = [PLAINLY.get(name, one["detail"]) for name, one in zip(names, refused.errors, strict=True)]
        raise wrong(dict(zip(names, details, strict=True))) from None


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
