"""Tell people of messages: that there is one, never what it says."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from app.access.permissions import Category
from app.access.roles import STAFF
from app.core import clock
from app.core.db import db
from app.messages import waiting
from app.messages.models import Thread, ThreadMessage
from app.messages.queries import answering
from app.notifications.service import news
from app.notifications.service.news import News
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.patients.queries import telling


def coordinator(patient: AdmittedPatient, thread: Thread, by: By) -> None:
    """A message waits: to the named coordinator while the team is there; else it stands in the inbox."""
    if patient.coordinator_id != by.person_id:
        colleague(patient, thread, patient.coordinator_id)


def colleague(patient: AdmittedPatient, thread: Thread, person_id: UUID) -> None:
    """A message waits for this one of the team, if the team is there and they are still one of it."""
    now = clock.now()
    if thread.waiting_since is None or not patient.team_is_there(now):
        return
    if not answering.answers(patient.team_id, person_id):
        return
    local = waiting.answer_by(patient, thread.waiting_since, thread.claimed_at).astimezone(patient.team_zone)
    is_today = local.date() == now.astimezone(patient.team_zone).date()
    words = {"by": f"{local:%H:%M}" if is_today else f"{local:%a %H:%M}"}
    news.tell(patient, News(Category.MESSAGES, "thread", thread.id, "message_waits", words), [person_id])


def writers(patient: AdmittedPatient, thread: Thread, by: By) -> None:
    """The team has written: to whoever wrote to it here, and to the patient; to nobody once care has ended."""
    if patient.ended_at is not None:
        return
    wrote = select(ThreadMessage.author_id).where(
        ThreadMessage.thread_id == thread.id, ThreadMessage.author_role.not_in([str(role) for role in STAFF])
    )
    others = set(db.session.scalars(wrote.distinct())) - {patient.person_id, by.person_id}
    _tell(patient, thread, "team_wrote", {patient.person_id} - {by.person_id})
    _tell(patient, thread, "team_wrote_of", others)


def circle(patient: AdmittedPatient, thread: Thread, by: By) -> None:
    """Somebody has written in the circle: to the patient and to those who may be told of messages."""
    others = [one for one in telling.those_told(patient, Category.MESSAGES) if one != by.person_id]
    told = [patient.person_id] if patient.ended_at is None and by.person_id != patient.person_id else []
    _tell(patient, thread, "circle_wrote", told)
    _tell(patient, thread, "circle_wrote_of", others)


def _tell(patient: AdmittedPatient, thread: Thread, template: str, recipients: Collection[UUID]) -> None:
    news.tell(patient, News(Category.MESSAGES, "thread", thread.id, template), recipients)
