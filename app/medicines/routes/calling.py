"""Who calls, as the services of medicines want to know it; and the guards they share."""

from __future__ import annotations

from flask import g

from app.access import guards
from app.access.permissions import Permission
from app.patients.by import By

SEE = guards.on_patient(Permission.SEE_MEDICINES)
CHANGE = guards.on_patient(Permission.CHANGE_MEDICINES)
SETTLE = guards.on_patient(Permission.SETTLE_MEDICINES)
HIDE = guards.on_patient(Permission.HIDE_MEDICINES)
RECORD = guards.on_patient(Permission.RECORD_DOSES)


def by(channel: str = "app") -> By:
    """Who calls, and as what the guard let them in."""
    return By(guards.caller().person_id, g.role, channel)
