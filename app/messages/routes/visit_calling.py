"""Who calls about visits, as the services want to know it; and the guards that the routes share."""

from __future__ import annotations

from flask import g

from app.access import guards
from app.access.permissions import Permission
from app.messages import visit_readers
from app.messages.visit_readers import Reader
from app.patients.by import By

SEE = guards.on_patient(Permission.SEE_VISITS)
PLAN = guards.on_patient(Permission.PLAN_VISITS)
RECORD = guards.on_patient(Permission.RECORD_VISITS)
HIDE = guards.on_patient(Permission.HIDE_VISITS)
PROFESSIONAL = guards.on_patient(Permission.SEE_PROFESSIONAL_NOTES)
MEASURE = guards.on_patient(Permission.ADD_READINGS)


def by(channel: str = "app") -> By:
    """Who calls, and as what the guard let them in."""
    return By(guards.caller().person_id, g.role, channel)


def reader() -> Reader:
    """Who reads, with what they may read here."""
    return visit_readers.reader(guards.caller().person_id, g.role, guards.reads)
