"""At the door: what the picture of the code on the wall leads to."""

from __future__ import annotations

from flask import g

from app.access import guards
from app.access.permissions import Permission
from app.core.http import Pages
from app.messages.service import visit_codes
from app.web.patient import visits

pages = Pages("at_door", __name__)


@pages.get("/arrive/<code>", access=guards.signed_in)
def by_code(code: str) -> str:
    """Which visit is it? At whose wall the code hangs is known only now, so whoever shows it is admitted here."""
    patient_id = visit_codes.patient_of(code, guards.caller().person_id)
    patient, g.role = guards.admitted(patient_id, Permission.RECORD_VISITS)
    return visits.arriving(patient, {"code": code})
