"""Who looked at my record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from flask import request, url_for

from app.access import guards
from app.access.permissions import Permission
from app.core import clock, pages
from app.core.errors import Invalid
from app.core.http import Pages
from app.patients.admission import AdmittedPatient
from app.patients.queries import emergency
from app.records.queries import access_log
from app.records.queries.access_log import Asked, Told
from app.web import frame
from app.web.patient import looks

# The page's own blueprint: its link stands in the frame of every page of a record.
page = Pages("my_access_log", __name__, url_prefix="/my/<uuid:patient_id>")

AT_ONCE: Final = 200
RANGES: Final = {7: "7 days", 30: "30 days", 90: "90 days", 0: "All"}
EMERGENCIES_OF: Final = timedelta(days=365)


@page.get("/who-looked", access=guards.on_patient(Permission.SEE_ACCESS_LOG))
def who_looked(patient: AdmittedPatient) -> str:
    """Everybody who looked at the record or changed it, and everybody who was refused."""
    days, person_id = _days(), _person()
    since = clock.now() - timedelta(days=days) if days else None
    rows = access_log.access_log(patient, guards.caller().person_id, Asked(person_id, since), _after(), AT_ONCE)
    found = pages.page(rows, AT_ONCE, lambda row: (row.look.at, row.look.id))
    here = {"patient_id": patient.id, "days": days, "person": person_id}
    context = _shown(patient, found.items) | _links(here, found.items, found.next)
    return frame.for_patient("patient/who_looked.html", patient, "who_looked", **context)


def _shown(patient: AdmittedPatient, told: Sequence[Told]) -> dict[str, Any]:
    now, zone = clock.now(), patient.zone
    opened = emergency.of_patient(patient, now - EMERGENCIES_OF)
    return {
        "whose": frame.whose(patient),
        "days": looks.days(told, now, zone),
        "emergencies": looks.emergencies(opened, now, zone),
        "coordinator": patient.coordinator_name,
    }


def _links(here: dict[str, Any], told: Sequence[Told], following: str | None) -> dict[str, Any]:
    def to(**other: Any) -> str:
        return url_for(
            "my_access_log.who_looked", **{name: value for name, value in (here | other).items() if value != ""}
        )

    people = [{"name": name, "href": to(person=one)} for name, one in looks.people(told)]
    return {
        "ranges": [
            {"text": words, "href": to(days=one), "current": one == here["days"]} for one, words in RANGES.items()
        ],
        "people": people if here["person"] is None else [],
        "only": next((one["name"] for one in people), "one person") if here["person"] else None,
        "everybody_href": to(person=None),
        "earlier_href": to(cursor=following) if following else None,
    }


def _days() -> int:
    asked = request.args.get("days", "30")
    return int(asked) if asked.isdecimal() and int(asked) in RANGES else 30


def _person() -> UUID | None:
    try:
        return UUID(request.args["person"])
    except (KeyError, ValueError):
        return None


def _after() -> Any:
    try:
        return pages.position(request.args.get("cursor"))
    except Invalid:
        return None  # somebody typed into the address: the first page
