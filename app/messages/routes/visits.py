"""Visits over the API: plans, single visits, arriving and leaving, the code on the wall."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.core.http import Routes
from app.messages.models import Visit, VisitPlan
from app.messages.queries import visit_notes, visit_people, visits
from app.messages.routes.visit_calling import HIDE, PLAN, RECORD, SEE, by, reader
from app.messages.schemas import visit_notes as note_schemas
from app.messages.schemas import visits as schemas
from app.messages.service import visit_codes, visit_hiding, visit_planning, visiting
from app.messages.visit_entering import NewPlan, NewVisit, Told
from app.patients.admission import AdmittedPatient

routes = Routes("visits", __name__, url_prefix="/api/patients/<uuid:patient_id>", description="Visits")
ONE = "/visits/<uuid:visit_id>"


@routes.get("/visits", access=SEE, query=schemas.VisitQuery(), gives={200: schemas.VisitPage})
def list_visits(patient: AdmittedPatient, query: dict[str, Any]) -> Any:
    """A page of visits, planned and past, the last first."""
    which = visits.Filter(query["since"], query["until"])
    return visits.visits(patient, which, query["limit"], query["cursor"])


@routes.get(ONE, access=SEE, gives={200: note_schemas.VisitWithNotes})
def get_visit(patient: AdmittedPatient, visit_id: UUID) -> dict[str, Any]:
    """One visit, what was written of it for whoever asks, and what was measured."""
    one, me = visits.visit(patient, visit_id), reader()
    measured = visit_notes.readings(patient, me, [one.id]).get(one.id, [])
    shown = {name: getattr(one, name) for name in one.__dataclass_fields__}
    notes = visit_notes.notes(patient, me, [one.id])
    return shown | {"notes": notes, "reading_ids": [each.id for each in measured]}


@routes.post("/visits", access=PLAN, keyed=False, takes=schemas.NewVisitSchema(), gives={201: schemas.OneVisit})
def add_visit(patient: AdmittedPatient, body: NewVisit) -> Any:
    """Plan a single visit; sent again it is the same one."""
    return visits.shown([visit_planning.add(patient, body, by())])[0]


@routes.patch(ONE, access=PLAN, takes=schemas.VisitorChange(), gives={200: schemas.OneVisit})
def set_visitor(patient: AdmittedPatient, visit_id: UUID, version: int, body: dict[str, Any]) -> Any:
    """Say who comes to one visit."""
    return visits.shown([visit_planning.set_visitor(patient, visit_id, version, body["visitor_id"])])[0]


@routes.post(
    f"{ONE}/calling-off", access=PLAN, keyed=False, takes=schemas.VisitCallingOff(), gives={200: schemas.OneVisit}
)
def call_off(patient: AdmittedPatient, visit_id: UUID, body: dict[str, str]) -> Any:
    """Call one visit off; whoever is told of visits hears of it."""
    return visits.shown([visit_planning.call_off(patient, visit_id, body["why"], by())])[0]


@routes.post(f"{ONE}/hiding", access=HIDE, keyed=False, gives={204: None})
def hide(patient: AdmittedPatient, visit_id: UUID) -> None:
    """Keep a visit from the circle, with what was written and said of it."""
    visit_hiding.hide(patient, visit_id)


@routes.delete(f"{ONE}/hiding", access=HIDE, gives={204: None})
def show(patient: AdmittedPatient, visit_id: UUID) -> None:
    """Let the circle see it again."""
    visit_hiding.show(patient, visit_id)


@routes.post(
    f"{ONE}/arrival", access=RECORD, keyed=False, takes=schemas.NewArrival(), gives={200: schemas.VisitStanding}
)
def arrive(patient: AdmittedPatient, visit_id: UUID, body: dict[str, Any]) -> Visit:
    """Say that one is, or was, there; by the code on the wall, or by hand."""
    return visiting.arrive(patient, visit_id, body["told"], by(), body["code"])


@routes.post(
    f"{ONE}/leaving", access=RECORD, keyed=False, takes=schemas.NewLeaving(), gives={200: schemas.VisitStanding}
)
def leave(patient: AdmittedPatient, visit_id: UUID, body: Told) -> Visit:
    """Say that one leaves, or left."""
    return visiting.leave(patient, visit_id, body, by())


@routes.get("/visit-plans", access=SEE, gives={200: schemas.VisitPlans})
def list_plans(patient: AdmittedPatient) -> dict[str, Any]:
    """The plans that run."""
    return {"items": visits.plans(patient)}


@routes.post(
    "/visit-plans", access=PLAN, keyed=False, takes=schemas.NewVisitPlanSchema(), gives={201: schemas.VisitPlan}
)
def add_plan(patient: AdmittedPatient, body: NewPlan) -> VisitPlan:
    """Plan visits that come again; sent again it is the same plan."""
    return visit_planning.plan(patient, body, by())


@routes.patch(
    "/visit-plans/<uuid:plan_id>", access=PLAN, takes=schemas.VisitPlanChange(), gives={200: schemas.VisitPlan}
)
def change_plan(patient: AdmittedPatient, plan_id: UUID, version: int, body: dict[str, Any]) -> VisitPlan:
    """Change a plan: the visits to come are made anew, those of before stay."""
    return visit_planning.change_plan(patient, plan_id, version, body)


@routes.delete("/visit-plans/<uuid:plan_id>", access=PLAN, gives={204: None})
def end_plan(patient: AdmittedPatient, plan_id: UUID) -> None:
    """End a plan: no more visits of it."""
    visit_planning.end_plan(patient, plan_id, by())


@routes.post("/arrival-code", access=PLAN, gives={201: schemas.ArrivalCode})
def make_code(patient: AdmittedPatient) -> visit_codes.Made:
    """Make a code for the wall; the one before shows nothing any more."""
    return visit_codes.make(patient, by())


@routes.get("/visit-audience", access=SEE, gives={200: schemas.VisitAudience})
def audience(patient: AdmittedPatient) -> visit_people.Audience:
    """Who may read what is written of visits, by name: to be shown before it is sent."""
    return visit_people.audience(patient)
