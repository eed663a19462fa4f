"""What comes in a circle, day by day; and calendars of one's own that read it along."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import redirect, url_for

from app.access import guards
from app.access.permissions import Permission
from app.core.errors import Conflict
from app.core.http import Pages
from app.messages.service import circle_calendars
from app.patients.admission import AdmittedPatient
from app.web import frame
from app.web.patient import help_gathering as gathering

pages = Pages("my_help_calendar", __name__, url_prefix="/my/<uuid:patient_id>/calendar")
SEE: Final = guards.on_patient(Permission.SEE_FEED)


@pages.get("", access=SEE)
def calendar(patient: AdmittedPatient) -> str:
    """The coming days."""
    return _page(patient)


@pages.post("", access=SEE)
def make(patient: AdmittedPatient) -> Any:
    """Make an address for one's own calendar; it is shown this once."""
    try:
        made = circle_calendars.make(patient, guards.caller().person_id)
    except Conflict as refused:
        return _page(patient, fault=refused.detail), refused.status
    return _page(patient, made.url)


@pages.post("/<uuid:calendar_id>/end", access=SEE)
def take_back(patient: AdmittedPatient, calendar_id: UUID) -> Any:
    """From now on nothing is read at that address."""
    circle_calendars.take_back(patient, guards.caller().person_id, calendar_id)
    return redirect(url_for("my_help_calendar.calendar", patient_id=patient.id), 303)


def _page(patient: AdmittedPatient, url: str | None = None, fault: str = "") -> str:
    context = gathering.for_calendar(patient, url, fault)
    return frame.for_patient("patient/help/calendar.html", patient, "help", **context)
