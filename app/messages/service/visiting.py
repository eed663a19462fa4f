"""Be at a visit: arrive, by the code on the wall or by hand, and leave. Told later, in any order, it comes to the same.

What was told of a visit that was late or missed is put right when somebody was there after all.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from app.access.permissions import Category
from app.core import clock, phone_clock
from app.core.db import db
from app.core.errors import Conflict
from app.identity import queries as people
from app.messages import visit_watch
from app.messages.models import Visit
from app.messages.queries import visits
from app.messages.service import posting, visit_acting, visit_beginning, visit_codes, visit_linking, visit_planning
from app.messages.visit_entering import Told
from app.notifications.service import news
from app.notifications.service.news import News
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.todos import service as todos

VISIT: Final = "visit"  # what the feed and news are about
TODOS: Final = ("visit_late", "visit_missed")


def arrive(patient: AdmittedPatient, visit_id: UUID, told: Told, by: By, code: str | None = None) -> Visit:
    """Say that one is, or was, there. `visit_id` of a visit nobody expected is the sender's own.

    Raises NotFound, Conflict (somebody else was there, called off, said otherwise before), Invalid (time, code).
    """
    at = visit_acting.happened(told)
    arrival = visit_codes.arrival(patient, code, by)
    found = visit_beginning.begun(patient, visit_id, told, at, by)
    if found.arrived_at is not None:
        _same(found, by, found.arrived_at, at)
        return found
    visit_beginning.may_come(found, by)
    if found.left_at is not None and found.left_at < at:
        raise Conflict("You left before this time. Look at both times again.")
    found.arrived_at, found.arrival, found.visitor_id = at, arrival, by.person_id
    if found.minutes == 0:
        found.due_at, found.local_date = at, at.astimezone(patient.zone).date()
    _settle(patient, found, by)
    visit_linking.link_own(patient, found, by)
    return found


def leave(patient: AdmittedPatient, visit_id: UUID, told: Told, by: By) -> Visit:
    """Say that one leaves, or left. Raises NotFound, Conflict (not one's own visit, said otherwise), Invalid (time)."""
    at = visit_acting.happened(told)
    found = visit_beginning.begun(patient, visit_id, told, at, by)
    visit_beginning.may_come(found, by)
    if found.left_at is not None:
        _same(found, by, found.left_at, at)
        return found
    if found.arrived_at is not None and at < found.arrived_at:
        raise Conflict("You arrived after this time. Look at both times again.")
    found.left_at, found.visitor_id = at, by.person_id
    _settle(patient, found, by)
    visit_linking.link_own(patient, found, by)
    return found


def _same(found: Visit, by: By, kept: datetime, told: datetime) -> None:
    """Raise Conflict unless it is what was said before; a form without a time says "now" each time it is sent."""
    if found.visitor_id != by.person_id:
        visit_beginning.may_come(found, by)
    if not phone_clock.is_same(kept, told):
        raise Conflict(visit_acting.SENT_BEFORE)


def _settle(patient: AdmittedPatient, found: Visit, by: By) -> None:
    """What follows of where the visit stands now: its state, who is told, what is to be looked at."""
    was_told, was_done = found.late_told_at is not None or found.state == "missed", found.state == "done"
    found.state = "done" if found.left_at is not None else "arrived"
    found.look_at = clock.now() if visit_watch.is_short(visits.facts(found)) else None
    db.session.flush()
    if was_told:
        _put_right(patient, found, by)
    if found.state == "done" and not was_done:
        words = done_words(found, people.person(by.person_id).name)
        posting.happened(patient, Category.VISITS, VISIT, found.id, words, hidden_at=found.hidden_at)


def done_words(found: Visit, name: str) -> str:
    """What the feed says of a visit that is over: never what was written of it."""
    return f"{name} was here: {found.what}" if found.what else f"{name} was here."


def _put_right(patient: AdmittedPatient, found: Visit, by: By) -> None:
    """Those who were told that nobody had come hear that somebody was there, once."""
    news.withdraw([found.id])
    for kind in TODOS:
        todos.settle(patient.id, kind, str(found.id), by.person_id)
    words = {"by": visit_planning.clock_words(found, patient.zone)}
    told = (visit_acting.those_told(patient, found) | {patient.coordinator_id}) - {by.person_id}
    news.tell(patient, News(Category.VISITS, "visit", found.id, "visit_came", words), told)
    found.late_told_at = None
    db.session.flush()
