"""Plan visits: again and again or once, say who comes, call one off; whoever is told of visits hears of that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from app.access.permissions import Category
from app.core import clock, wall_time
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound, PreconditionFailed
from app.messages import visit_watch
from app.messages.models import Visit, VisitPlan
from app.messages.queries import visible, visit_people, visits
from app.messages.service import visit_acting, visit_making
from app.messages.visit_entering import PLAN_SAYS, NewPlan, NewVisit
from app.notifications.service import news
from app.notifications.service.news import News
from app.patients.admission import AdmittedPatient
from app.patients.by import By

CHANGED: Final = "It was changed since you read it. Read it again."
KEPT: Final = "This visit is kept from the circle. Let them see it again before one of the family comes to it."
NOT_A_VISITOR: Final = "Choose somebody of the circle who may record visits, or somebody of the team."


def plan(patient: AdmittedPatient, new: NewPlan, by: By) -> VisitPlan:
    """Plan visits that come again; their first two weeks are made at once. Raises Invalid and Conflict."""
    visit_acting.still_cared_for(patient)
    visit_acting.one_at_a_time(patient, new.id)
    plan_id = visit_acting.id_of(patient, new.id)
    known = db.session.get(VisitPlan, plan_id)
    if known is not None:
        if _said(known) != _plain(new.said()) or known.planned_by != by.person_id:
            raise Conflict(visit_acting.SENT_BEFORE)
        return known
    _check(patient, new.visitor_id)
    made = VisitPlan(
        id=plan_id,
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        planned_by=by.person_id,
        made_until=clock.now(),
    )
    _write(made, new.said())
    db.session.add(made)
    db.session.flush()
    visit_making.make(made, patient.zone)
    return made


def change_plan(patient: AdmittedPatient, plan_id: UUID, version: int, changes: Mapping[str, Any]) -> VisitPlan:
    """Change a plan: the visits to come are made anew. Raises NotFound, PreconditionFailed, Invalid, Conflict."""
    visit_acting.still_cared_for(patient)
    found = visits.plan(patient, plan_id, locked=True)
    if found.version != version:
        raise PreconditionFailed(CHANGED)
    if found.ended_at is not None:
        raise Conflict("This plan has ended.")
    said = _said(found) | _plain(changes)
    if said["ends_on"] is not None and said["ends_on"] < said["starts_on"]:
        raise _wrong("ends_on", "The last day is before the first.")
    if changes.get("visitor_id") is not None:
        _check(patient, said["visitor_id"])
    before = found.visitor_id
    _write(found, said)
    db.session.flush()
    visit_making.remake(patient, found, before)
    db.session.flush()
    return found


def end_plan(patient: AdmittedPatient, plan_id: UUID, by: By) -> None:
    """End a plan: its visits to come are gone. Ended before, it stays as it was. Raises NotFound."""
    found = visits.plan(patient, plan_id, locked=True)
    if found.ended_at is None:
        found.ended_at, found.ended_by = clock.now(), by.person_id
        db.session.flush()
        visit_making.remake(patient, found, found.visitor_id)
        db.session.flush()


def add(patient: AdmittedPatient, new: NewVisit, by: By) -> Visit:
    """Plan a single visit. Raises Invalid (its time is over, nobody who may come), Conflict, and NotFound (kept)."""
    visit_acting.still_cared_for(patient)
    visit_acting.one_at_a_time(patient, new.id)
    visit_id = visit_acting.id_of(patient, new.id)
    due_at = wall_time.instant(new.on, new.at, patient.zone)
    known = db.session.get(Visit, visit_id)
    if known is not None:
        if patient.is_for_family and known.hidden_at is not None:
            raise NotFound
        if not _is_same(known, new, by):
            raise Conflict(visit_acting.SENT_BEFORE)
        return known
    if due_at <= clock.now():
        raise _wrong("on", "This time is over. To write of a visit that has been, say that you were here.")
    _check(patient, new.visitor_id)
    return put_down(patient, new, due_at, by)


def put_down(
    patient: AdmittedPatient, new: NewVisit, due_at: datetime, by: By, *, hidden_at: datetime | None = None
) -> Visit:
    """Put a single visit down for a time to come, once it is known that it can be."""
    made = Visit(
        id=visit_acting.id_of(patient, new.id),
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        local_date=new.on,
        visitor_id=new.visitor_id,
        due_at=due_at,
        minutes=new.minutes,
        late_after=new.late_after,
        client_id=new.id,
        planned_by=by.person_id,
        hidden_at=hidden_at,
    )
    made.what = new.what
    made.look_at = visit_watch.late_at(visits.facts(made))
    db.session.add(made)
    db.session.flush()
    return made


def set_visitor(patient: AdmittedPatient, visit_id: UUID, version: int, visitor_id: UUID | None) -> Visit:
    """Say who comes to one visit. Raises NotFound, PreconditionFailed, Invalid, Conflict."""
    found = visits.row(patient, visit_id, locked=True)
    if found.version != version:
        raise PreconditionFailed(CHANGED)
    if found.state != "planned":
        raise Conflict("This visit is over, or was called off.")
    _check(patient, visitor_id)
    if found.hidden_at is not None and visitor_id in visible.family(patient, Category.VISITS):
        raise Conflict(KEPT)
    found.visitor_id = visitor_id
    db.session.flush()
    return found


def call_off(patient: AdmittedPatient, visit_id: UUID, why: str, by: By) -> Visit:
    """Call one visit off, with the reason. Called off before, it stays as it was. Raises NotFound and Conflict."""
    found = visits.row(patient, visit_id, locked=True)
    if found.state == "called_off":
        return found
    if found.state != "planned":
        raise Conflict("Somebody has been there, or the time of this visit is over.")
    found.state, found.look_at = "called_off", None
    found.called_off_by, found.why = by.person_id, why
    db.session.flush()
    news.withdraw([found.id])
    told = visit_acting.those_told(patient, found) | ({found.visitor_id} if found.visitor_id else set())
    words = {"by": clock_words(found, patient.zone)}
    tidings = News(Category.VISITS, "visit", found.id, "visit_called_off", words)
    news.tell(patient, tidings, told - {by.person_id})
    return found


def clock_words(one: Visit, zone: ZoneInfo) -> str:
    """When a visit is, as a text says it: "10:00", "Fri 10:00" of another day."""
    local, today = one.due_at.astimezone(zone), clock.today(zone)
    return f"{local:%H:%M}" if local.date() == today else f"{local:%a %H:%M}"


def _check(patient: AdmittedPatient, visitor_id: UUID | None) -> None:
    if visitor_id is not None and visitor_id not in {one.person_id for one in visit_people.visitors(patient)}:
        raise _wrong("visitor_id", NOT_A_VISITOR)


def _said(found: VisitPlan) -> dict[str, Any]:
    return _plain({name: getattr(found, name) for name in PLAN_SAYS})


def _plain(said: Mapping[str, Any]) -> dict[str, Any]:
    days = {"weekdays": sorted(set(said["weekdays"]))} if "weekdays" in said else {}
    return {**said, **days}


def _write(found: VisitPlan, said: Mapping[str, Any]) -> None:
    for name, value in _plain(said).items():
        setattr(found, name, value)


def _is_same(known: Visit, new: NewVisit, by: By) -> bool:
    mine = {name: value for name, value in asdict(new).items() if name in ("what", "minutes", "late_after")}
    same = all(getattr(known, name) == value for name, value in mine.items())
    return same and (known.local_date, known.planned_by) == (new.on, by.person_id) and known.plan_id is None


def _wrong(name: str, detail: str) -> Invalid:
    return Invalid(detail, errors=[{"pointer": f"/{name}", "detail": detail}])
