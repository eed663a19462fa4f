"""What a visitor's phone keeps for where there is no signal: whom they visit and when, and what can be written there.

First names and times, no values and nothing that was written.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from app.access import guards
from app.access.permissions import Permission
from app.core import clock
from app.messages import visit_tasks
from app.messages.queries import visit_people, visits
from app.messages.queries.visits import Shown
from app.patients.admission import AdmittedPatient
from app.protocols import asking
from app.protocols import queries as protocols
from app.readings import catalogue
from app.readings.catalogue import Measure
from app.web import looking, words
from app.web.patient import questions, visit_gathering, visit_words

P = Permission
BACK, AHEAD = timedelta(hours=12), timedelta(hours=36)
USUAL: Final = ("blood_pressure", "pulse", "oxygen_saturation", "temperature", "respiratory_rate", "weight", "glucose")


def kept(patient: AdmittedPatient) -> dict[str, Any] | None:
    """What is kept of one patient; None for whoever records no visits."""
    if not looking.may(P.RECORD_VISITS) or patient.ended_at is not None:
        return None
    now, me = clock.now(), guards.caller().person_id
    near = visits.coming(patient, now - BACK, now + AHEAD)
    found = [one for one in near if one.state in ("planned", "missed") or _is_mine(one, me)]
    audience, is_professional = visit_people.audience(patient), visit_gathering.reader().is_professional
    less = visit_words.names(visit_people.audience(patient, is_kept=True).family)
    return {
        "kind": "visits",
        "row": f"visits {patient.id}",
        "person": str(me),
        "hours": AHEAD // timedelta(hours=1),
        "patient_id": str(patient.id),
        "name": patient.given_name,
        "family_readers": visit_words.names(audience.family),
        "professional_readers": visit_words.names(audience.professional) if is_professional else None,
        "visits": [_visit(one, patient) | _if_kept(one, less) for one in found],
        "tasks": [[one, said] for one, said in visit_tasks.TASKS.items()],
        "measures": _measures(patient) if looking.may(P.ADD_READINGS) else [],
        "send_to": f"/my/{patient.id}/unsent",
    }


def _is_mine(one: Shown, me: Any) -> bool:
    return one.state == "arrived" and one.visitor_id == me


def _visit(one: Shown, patient: AdmittedPatient) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "what": one.what,
        "when": _when(one.due_at.astimezone(patient.zone)),
        "who": one.visitor or visit_words.NOBODY,
        "is_here": one.state == "arrived",
    }


def _if_kept(one: Shown, readers: str) -> dict[str, str]:
    """Who reads what is written of a visit that is kept from the circle, where it is."""
    return {"family_readers": readers} if one.hidden_from_circle else {}


def _when(local: datetime) -> str:
    """By its date: it is read on another day than it was written."""
    return f"{local:%A} {local.day} {local:%B}, {local:%H:%M}"


def _measures(patient: AdmittedPatient) -> list[dict[str, Any]]:
    """What the plans ask for first, then what is usually measured."""
    asked: Sequence[str] = [one.measure for one in asking.asked(protocols.plans_as_applied(patient))]
    return [_measure(catalogue.MEASURES[name]) for name in dict.fromkeys([*asked, *USUAL])]


def _measure(measure: Measure) -> dict[str, Any]:
    boxes = [
        {"name": one.name, "label": one.label, "unit": one.unit, "hint": one.hint, "optional": one.optional}
        for one in questions.boxes(measure)
    ]
    choices = [
        {"name": one.name, "legend": one.legend, "options": one.options, "must": one.missing is not None}
        for one in questions.choices(measure)
    ]
    return {"name": measure.name, "title": words.title(measure.name), "boxes": boxes, "choices": choices}
