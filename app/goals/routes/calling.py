"""Who calls, as goals want to know it; and the guards they share."""

from __future__ import annotations

from flask import g

from app.access import guards
from app.access.permissions import Permission
from app.goals.audiences import Looking
from app.goals.models import Goal
from app.goals.queries import showing
from app.goals.queries.showing import Shown
from app.patients.admission import AdmittedPatient
from app.patients.by import By

SEE = guards.on_patient(Permission.SEE_GOALS)
CHANGE = guards.on_patient(Permission.CHANGE_GOALS)
SUGGEST = guards.on_patient(Permission.SUGGEST_GOALS)
HELP = guards.on_patient(Permission.HELP_WITH_GOALS)
_VALUES = {"measure": Permission.SEE_READINGS, "area": Permission.SEE_RATINGS, "action": Permission.SEE_PLAN}


def by(channel: str = "app") -> By:
    """Who calls, and as what the guard let them in."""
    return By(guards.caller().person_id, g.role, channel)


def looking() -> Looking:
    """The same as somebody who looks: with the numbers and actions that they may read elsewhere too."""
    values = frozenset(kind for kind, permission in _VALUES.items() if guards.reads(permission))
    return Looking(guards.caller().person_id, g.role, values)


def shown(patient: AdmittedPatient, goal: Goal) -> Shown:
    """A goal as it is after an act."""
    return showing.shown(patient, looking(), [goal])[0]
