"""What was typed about visits: read by the slice's own schemas, or a plain word beside each field."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from app.core import http
from app.core.errors import Invalid
from app.core.schemas import Schema
from app.messages.schemas import visit_notes, visits
from app.messages.visit_entering import NewPlan, NewVisit, Told

OPEN_AGAIN: Final = "Open the page again, and send it from there."
WHEN: Final = "Give the day and time of the next visit"
# What the schemas refuse, in plain words.
PLAINLY: Final = {
    "what": "Say what the visit is, in up to 120 letters",
    "on": "Give a day, such as 24 November 2026",
    "at": "Give a time, such as 09:30",
    "minutes": "Give whole minutes, from 5 to 720",
    "late_after": "Give whole minutes, from 5 to 240",
    "weekdays": "Choose at least one day of the week",
    "every_weeks": "Give a number of weeks, from 1 to 52",
    "starts_on": "Give a day, such as 24 November 2026",
    "visitor_id": "Choose somebody of the list",
    "why": "Say why, in up to 300 letters",
    "family": "Give up to 4,000 letters",
    "professional": "Give up to 4,000 letters",
    "handover": "Give up to 4,000 letters",
    "id": OPEN_AGAIN,
}
_NOTE, _CALLING_OFF = visit_notes.NewVisitNoteSchema(), visits.VisitCallingOff()
_ONCE, _WEEKLY, _CHANGE = visits.NewVisitSchema(), visits.NewVisitPlanSchema(), visits.VisitPlanChange()
MAY_BE_EMPTY: Final = ("ends_on", "visitor_id")


def note(form: MultiDict[str, str], zone: ZoneInfo) -> dict[str, Any]:
    """What was done and written. Raises Invalid."""
    said: dict[str, Any] = {"id": form.get("id"), "done": form.getlist("done")}
    said |= {name: text for name in ("family", "professional", "handover") if (text := _text(form, name))}
    if form.get("corrects"):
        said["corrects_id"] = form["corrects"]
    if typed := form.get("next_visit_at", "").strip():
        said["next_visit_at"] = _local(typed, zone)
    loaded: dict[str, Any] = _loaded(_NOTE, said | told(form))
    return loaded


def told(form: Mapping[str, str], *more: str) -> dict[str, str]:
    """When it happened, by which clock, of what a phone kept for want of a signal; where nothing is said it is now."""
    names = ("happened_at", "sent_at", "unexpected", *more)
    return {name: text for name in names if (text := _text(form, name))}


def arrival(form: Mapping[str, str]) -> tuple[UUID, Told, str | None]:
    """Which visit it is, or that nobody expected it; and the code of the wall. Raises Invalid."""
    own = form.get("visit", "none") == "none"
    try:
        visit_id = UUID(form.get("id", "") if own else form["visit"])
    except ValueError:
        raise Invalid(OPEN_AGAIN) from None
    what = _text(form, "what") or "Visit"
    if own and len(what) > visits.LONGEST_WHAT:
        raise _wrong({"what": PLAINLY["what"]})
    return visit_id, Told(unexpected=what if own else None), form.get("code", "").strip()[:40] or None


def once(form: Mapping[str, str]) -> NewVisit:
    """A single visit. Raises Invalid."""
    names = ("id", "what", "on", "at", "minutes", "late_after", "visitor_id")
    new: NewVisit = _loaded(_ONCE, {name: text for name in names if (text := _text(form, name))})
    return new


def weekly(form: MultiDict[str, str]) -> NewPlan:
    """A visit that comes again. Raises Invalid."""
    names = ("id", "what", "at", "minutes", "late_after", "every_weeks", "starts_on", "ends_on", "visitor_id")
    said: dict[str, Any] = {name: text for name in names if (text := _text(form, name))}
    new: NewPlan = _loaded(_WEEKLY, said | {"weekdays": form.getlist("weekdays")})
    return new


def changed(form: MultiDict[str, str], names: Collection[str]) -> dict[str, Any]:
    """What is other of a plan, of these boxes. Raises Invalid."""
    said: dict[str, Any] = {name: _text(form, name) or (None if name in MAY_BE_EMPTY else "") for name in names}
    if "weekdays" in said:
        said["weekdays"] = form.getlist("weekdays")
    loaded: dict[str, Any] = _loaded(_CHANGE, said)
    return loaded


def why(form: Mapping[str, str]) -> str:
    """Why a visit is called off. Raises Invalid."""
    return str(_loaded(_CALLING_OFF, {"why": _text(form, "why")})["why"])


def _text(form: Mapping[str, str], name: str) -> str:
    return form.get(name, "").replace("\r\n", "\n").strip()


def _local(typed: str, zone: ZoneInfo) -> str:
    try:
        local = datetime.fromisoformat(typed)
    except ValueError:
        raise _wrong({"next_visit_at": WHEN}) from None
    if not 2000 <= local.year <= 2200:
        raise _wrong({"next_visit_at": WHEN})
    return (local.replace(tzinfo=zone) if local.tzinfo is None else local).isoformat()


def _loaded(schema: Schema, said: Mapping[str, Any]) -> Any:
    try:
        return http.loaded(schema, said)
    except Invalid as refused:
        named = [(one["pointer"].strip("/").split("/")[0], one["detail"]) for one in refused.errors]
        raise _wrong({name: PLAINLY.get(name, detail) for name, detail in named}) from None


def _wrong(faults: Mapping[str, str]) -> Invalid:
    errors = [{"pointer": f"/{name}", "detail": detail} for name, detail in faults.items()]
    return Invalid("Please check what is named.", errors=errors)
