"""Visits that nobody came to in time, or that were short: told once each, to relatives and to the coordinator.

A relative hears that it may only be late and what they can do; the coordinator has something to do. Both are told what
was recorded, for the visitor's phone may have had no signal; and where Kith noticed late, that it did.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from app.access.permissions import Category
from app.core import backlog, clock
from app.core.db import db
from app.identity import queries as people
from app.messages import visit_watch
from app.messages.models import Visit
from app.messages.queries import visits
from app.messages.service import visit_acting, visit_planning
from app.messages.visit_watch import Seen, Verdict
from app.notifications.service import news
from app.notifications.service.news import News
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.todos import service as todos

_REASONS: Final = {
    Seen.LATE: "Nobody has recorded arriving at the visit {what}, due {when} and expected from {who}. Find out whether "
    "somebody is on the way, or has been there without recording it.",
    Seen.MISSED: "No arrival was recorded at the visit {what}, due {when} and expected from {who}. Find out whether "
    "{patient} is all right and has what the visit was for.",
    Seen.SHORT: "The visit {what}, due {when}, was over after {stayed} of {minutes} planned minutes ({who}). See "
    "whether everything was done.",
}
_KEPT: Final = " It is kept from the circle: do not speak of it with family or friends."
_NOTICED: Final = " Kith was not working and noticed this only at {now}."


def watch() -> int:
    """Look at the visits whose time has come; returns how many. Any number may run at once."""
    due = select(Visit).where(Visit.look_at <= clock.now()).order_by(Visit.look_at)
    return backlog.one_by_one("watch over visits", due, _look, when=Visit.look_at)


def _look(one: Visit) -> None:
    patient, now = patients.admitted_one(one.patient_id), clock.now()
    if patient.ended_at is not None:
        one.look_at = None
        db.session.flush()
        return
    verdict = visit_watch.look(visits.facts(one), now)
    one.look_at = verdict.look_at
    if verdict.seen is Seen.MISSED:
        one.state = "missed"
    if verdict.seen in (Seen.LATE, Seen.MISSED):
        one.late_told_at = now
    db.session.flush()
    if verdict.seen is not None:
        _tell(patient, one, verdict, now)


def _tell(patient: AdmittedPatient, one: Visit, verdict: Verdict, now: datetime) -> None:
    assert verdict.seen is not None  # looked at by the caller
    in_time = visit_watch.is_in_time(verdict, now)
    todos.add(patient, f"visit_{verdict.seen}", str(one.id), _reason(patient, one, verdict.seen, now, in_time=in_time))
    news.withdraw([one.id])  # what waits to be told of it is older than this
    template = f"visit_{verdict.seen}" if in_time or verdict.seen is Seen.SHORT else "visit_noticed"
    words = {"by": visit_planning.clock_words(one, patient.zone)}
    is_urgent = verdict.seen is Seen.MISSED  # somebody may be lying there: it waits for no morning
    _send(patient, one, f"{template}_team", words, {patient.coordinator_id}, is_urgent=is_urgent)
    if visit_watch.is_worth_telling(verdict, now):
        relatives = visit_acting.those_told(patient, one) - {one.visitor_id, patient.coordinator_id}
        _send(patient, one, template, words, relatives, is_urgent=is_urgent)


def _send(
    patient: AdmittedPatient, one: Visit, template: str, words: dict[str, str], to: set[UUID], *, is_urgent: bool
) -> None:
    news.tell(patient, News(Category.VISITS, "visit", one.id, template, words, is_urgent=is_urgent), to)


def _reason(patient: AdmittedPatient, one: Visit, seen: Seen, now: datetime, *, in_time: bool) -> str:
    who = people.person(one.visitor_id).name if one.visitor_id else "somebody of the service"
    local = one.due_at.astimezone(patient.team_zone)
    stayed = one.left_at - one.arrived_at if one.left_at and one.arrived_at else timedelta()
    said = _REASONS[seen].format(
        what=f"“{one.what}”",
        when=f"on {local.day} {local:%B} at {local:%H:%M}",
        who=who,
        patient=patient.given_name,
        stayed=int(stayed.total_seconds() // 60),
        minutes=one.minutes,
    )
    if one.hidden_at is not None:
        said += _KEPT
    return said if in_time else said + _NOTICED.format(now=f"{now.astimezone(patient.team_zone):%H:%M}")
