"""Visits on a patient's page of the console: who comes next, who was there, and what was written of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from flask import url_for

from app.access.permissions import Permission
from app.core import clock
from app.messages.queries import visit_notes, visits
from app.patients.admission import AdmittedPatient
from app.web import looking
from app.web.patient import visit_gathering, visit_words

AHEAD, BACK = timedelta(days=3), timedelta(days=7)
MOST: Final = 5


def part(patient: AdmittedPatient) -> dict[str, Any] | None:
    """The visits of these days, for whoever may see them."""
    if not looking.may(Permission.SEE_VISITS):
        return None
    may_plan = looking.may(Permission.PLAN_VISITS)
    now, zone, me = clock.now(), patient.team_zone, visit_gathering.reader()
    found = visits.coming(patient, now - BACK, now + AHEAD)
    past = [one for one in reversed(found) if visit_words.is_past(one, now)][:MOST]
    notes = visit_notes.notes(patient, me, [one.id for one in past])
    measured = visit_notes.readings(patient, me, [one.id for one in past])

    def listed(one: visits.Shown) -> dict[str, Any]:
        href = url_for("my_visits.visit", patient_id=patient.id, visit_id=one.id)
        return visit_words.visit(one, now, zone) | {"href": href}

    return {
        "next": [listed(one) for one in found if not visit_words.is_past(one, now)][:MOST],
        "past": [
            listed(one)
            | {"notes": [visit_words.note(each, now, zone) for each in notes if each.visit_id == one.id]}
            | {"readings": [visit_gathering.reading(each) for each in measured.get(one.id, [])]}
            for one in past
        ],
        "href": url_for("my_visits.visits", patient_id=patient.id),
        "plans_href": url_for("console_visit_plans.plans", patient_id=patient.id) if may_plan else None,
    }
