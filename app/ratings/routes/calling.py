"""Who calls, as the services of ratings want to know it; and the guards they share."""

from __future__ import annotations

from typing import Final

from flask import g

from app.access import guards
from app.access.permissions import Permission
from app.access.roles import Role
from app.patients.by import By

SEE: Final = guards.on_patient(Permission.SEE_RATINGS)
RATE: Final = guards.on_patient(Permission.RATE)
CORRECT: Final = guards.on_patient(Permission.CORRECT_RATINGS)
PLAN: Final = guards.on_patient(Permission.PLAN_RATINGS)


def by() -> By:
    """Who calls, and as what the guard let them in."""
    return By(guards.caller().person_id, g.role)


def role() -> Role:
    """As what the guard let them in."""
    known: Role = g.role
    return known
