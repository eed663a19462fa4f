"""Make planned visits ahead, one for each plan and date; a change makes the future anew and leaves what was."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import attributes

from app.access.permissions import Category
from app.core import backlog, clock, sealed
from app.core.db import db
from app.core.ids import new_id
from app.messages import visit_days, visit_watch
from app.messages.models import Visit, VisitPlan
from app.messages.queries import visible, visits
from app.messages.visit_days import Due, Pattern
from app.notifications.service import news
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient

AHEAD: Final = timedelta(days=14)
# Each plan is looked at about once a day, and not at each tick.
BEHIND: Final = timedelta(days=1)


def make_ahead() -> int:
    """Make the visits of plans whose horizon has come near; returns how many plans were looked at."""
    now = clock.now()
    behind = select(VisitPlan).where(VisitPlan.ended_at.is_(None), VisitPlan.made_until <= now + AHEAD - BEHIND)
    return backlog.one_by_one("make visits ahead", behind.order_by(VisitPlan.made_until), _make_more)


def _make_more(plan: VisitPlan) -> None:
    patient, now = patients.admitted_one(plan.patient_id), clock.now()
    if patient.ended_at is None:
        _write(plan, visit_days.due(pattern(plan), patient.zone, max(plan.made_until, now), now + AHEAD))
    _made([plan], now + AHEAD)


def make(plan: VisitPlan, zone: ZoneInfo) -> None:
    """Make the visits of a new plan."""
    now = clock.now()
    _write(plan, visit_days.due(pattern(plan), zone, now, now + AHEAD))
    _made([plan], now + AHEAD)


def remake_all(patient: AdmittedPatient) -> None:
    """Make all that is planned for a patient anew: they live by another clock, or care has ended or goes on."""
    for plan in visits.plans(patient):
        remake(patient, plan, plan.visitor_id)
    if patient.ended_at is not None:
        _call_off_single(patient)


def _call_off_single(patient: AdmittedPatient) -> None:
    planned = (Visit.patient_id == patient.id, Visit.plan_id.is_(None), Visit.state == "planned")
    for one in db.session.scalars(select(Visit).where(*planned).order_by(Visit.id).with_for_update()).all():
        call_off_silently(one)


def call_off_silently(one: Visit) -> None:
    """Take a visit that is held off the plan as if it had never been on it: nobody is told, and it is not shown."""
    one.state, one.look_at = "called_off", None
    news.withdraw([one.id])


def remake(patient: AdmittedPatient, plan: VisitPlan, visitor_before: UUID | None) -> None:
    """Make the visits to come of a plan as they are to be now.

    Who comes to a single one, where somebody said so, and what a person called off stay as they are. To one that is
    kept from the circle nobody of the family comes instead: who came before still does.
    """
    now = clock.now()
    is_on = plan.ended_at is None and patient.ended_at is None
    wanted = visit_days.due(pattern(plan), patient.zone, now, now + AHEAD) if is_on else []
    due = {one.local_date: one for one in wanted}
    is_family = plan.visitor_id != visitor_before and plan.visitor_id in visible.family(patient, Category.VISITS)
    for one in _to_come(plan, now):
        found = due.pop(one.local_date, None)
        _move(one, plan, found, visitor_before, is_family=is_family)
    for one in _unattended(plan, now, due):
        news.withdraw([one.id])  # that it was late, at a time it is no longer due at
        _move(one, plan, due.pop(one.local_date), visitor_before, is_family=is_family)
    _write(plan, list(due.values()))
    _made([plan], now + AHEAD)


def pattern(plan: VisitPlan) -> Pattern:
    """When the visits of a plan are."""
    return Pattern(plan.weekdays, plan.every_weeks, plan.at, plan.starts_on, plan.ends_on)


def _to_come(plan: VisitPlan, now: datetime) -> Sequence[Visit]:
    open_ = (Visit.state == "planned") | ((Visit.state == "called_off") & Visit.why_sealed.is_(None))
    ahead = select(Visit).where(Visit.plan_id == plan.id, Visit.due_at > now, open_)
    return db.session.scalars(ahead.order_by(Visit.due_at).with_for_update()).all()


def _unattended(plan: VisitPlan, now: datetime, days: Collection[date]) -> Sequence[Visit]:
    """Visits of these days whose time is over and to which nobody came: the day has room for one later on."""
    missed = (Visit.state.in_(("planned", "missed")), Visit.arrived_at.is_(None), Visit.left_at.is_(None))
    over = select(Visit).where(Visit.plan_id == plan.id, Visit.local_date.in_(days), Visit.due_at <= now, *missed)
    return db.session.scalars(over.with_for_update()).all()


def _move(one: Visit, plan: VisitPlan, due: Due | None, visitor_before: UUID | None, *, is_family: bool) -> None:
    if due is None:
        call_off_silently(one)
        return
    one.state, one.due_at, one.minutes, one.late_after = "planned", due.due_at, plan.minutes, plan.late_after
    one.what = plan.what
    if one.visitor_id == visitor_before and not (is_family and one.hidden_at is not None):
        one.visitor_id = plan.visitor_id
    one.look_at, one.late_told_at = visit_watch.late_at(visits.facts(one)), None


def _write(plan: VisitPlan, due: Sequence[Due]) -> None:
    if due:
        once = insert(Visit).on_conflict_do_nothing(index_elements=["plan_id", "local_date"])
        db.session.execute(once, [_row(plan, one) for one in due])


def _row(plan: VisitPlan, due: Due) -> dict[str, Any]:
    one = new_id()
    late = visit_watch.late_at(visit_watch.Visit(due.due_at, plan.minutes, plan.late_after))
    return {
        "id": one,
        "created_at": clock.now(),
        "organisation_id": plan.organisation_id,
        "patient_id": plan.patient_id,
        "plan_id": plan.id,
        "local_date": due.local_date,
        "what_sealed": sealed.seal(plan.what or "", Visit.what.place, one),
        "visitor_id": plan.visitor_id,
        "due_at": due.due_at,
        "minutes": plan.minutes,
        "late_after": plan.late_after,
        "state": "planned",
        "look_at": late,
        "client_id": uuid5(plan.id, due.local_date.isoformat()),
        "planned_by": plan.planned_by,
        "version": 1,
    }


def _made(plans: Sequence[VisitPlan], until: datetime) -> None:
    """Note how far ahead visits are made; nobody changed the plans, so their versions stay."""
    moved = update(VisitPlan).where(VisitPlan.id.in_([one.id for one in plans]))
    values = {"made_until": until, "version": VisitPlan.version}
    db.session.execute(moved.values(values), execution_options={"synchronize_session": False})
    for one in plans:
        attributes.set_committed_value(one, "made_until", until)
