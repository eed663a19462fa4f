"""What to-dos do about patients' events."""

from __future__ import annotations

from datetime import datetime, time
from typing import Final

from app.access.roles import Role
from app.core.events import Handler
from app.identity.models import Person
from app.patients import labelling
from app.patients import queries as patients
from app.patients.events import EmergencyOpened, EndingNear, GrantsEndedWithDuty, HandedOver, MemberLeft, MemberReturned
from app.patients.models import EndingNotice
from app.patients.queries import consent, emergency, ending
from app.todos import service

END_OF_DAY: Final = time(17)
NOBODY_TOLD: Final = "nobody_told"


def _pass_on(event: HandedOver) -> None:
    service.pass_on(event.patient_id, *patients.who_has(event.patient_id))


# A patient who is handed over brings their open to-dos along.
pass_on = Handler("todos.pass_on", consider=lambda event: event, act=_pass_on)


def _ask_whether_they_still_visit(event: GrantsEndedWithDuty) -> None:
    patient = patients.admitted_one(event.patient_id)
    place = consent.place(patient, event.member_id)
    lost = labelling.listed([labelling.may(*one) for one in ending.ended_with_duty(event.member_id, event.ended_at)])
    reason = (
        f"{place.person.name} ({place.member.relationship}) works here no more, so what {patient.given_name} had given "
        f"has ended: {lost}. Ask {patient.given_name} whether to take {place.person.given_name} out of the circle."
    )
    service.add(patient, "visitor_left", str(event.member_id), reason)


# What a visitor was granted ended with their work here: somebody asks the patient what they want now.
ask_about_visitor = Handler("todos.ask_about_visitor", consider=lambda event: event, act=_ask_whether_they_still_visit)


def _ask_to_speak_of_it(event: EmergencyOpened) -> None:
    patient, opened = patients.admitted_one(event.patient_id), emergency.opened(event.access_id)
    at = opened.access.created_at.astimezone(patient.team_zone)
    reason = (
        f"{opened.by.name} opened this record in an emergency on {at.day} {at:%B} at {at:%H:%M}: "
        f"“{opened.access.reason}” Look at what came of it, and speak with {patient.given_name} about it."
    )
    service.add(patient, "emergency_access", str(event.access_id), reason)


# A record was opened by somebody from outside the team: its coordinator hears of it.
speak_of_emergency = Handler("todos.speak_of_emergency", consider=lambda event: event, act=_ask_to_speak_of_it)


def _acting_to_review(event: EndingNear) -> tuple[EndingNotice, Person] | None:
    return ending.acting_to_review(event.notice_id)


def _ask_to_review(found: tuple[EndingNotice, Person]) -> None:
    notice, person = found
    patient = patients.admitted_one(notice.patient_id)
    by = datetime.combine(notice.ends_on, END_OF_DAY, patient.team_zone)
    reason = (
        f"Review who acts for {patient.name} by {by.day} {by:%B}: {person.name} does, on what the team has seen. "
        f"After that day it opens nothing until somebody has looked at it again."
    )
    service.add(patient, "acting_review", f"{notice.subject_id} {notice.ends_on}", reason, by)


# The patient is told as well, but may not be able to see to it: that is why somebody acts for them.
review_acting = Handler("todos.review_acting", consider=_acting_to_review, act=_ask_to_review)


def _ask_who_is_told(event: MemberLeft) -> None:
    patient = patients.admitted_one(event.patient_id)
    if patient.ended_at is not None:
        return
    member, person = ending.former_member(event.member_id)
    unheard = ending.nobody_told(patient, event.member_id, event.left_at)
    lacks = []
    if member.role == Role.MEMBER and not ending.has_carers(patient):
        lacks.append("no family or friend is in it")
    if unheard:
        lacks.append(f"nobody in it is told about {labelling.listed([labelling.kind(one) for one in unheard])}")
    if lacks:
        reason = (
            f"{person.name} ({member.relationship}) has left the circle, and now {' and '.join(lacks)}. "
            f"Ask {patient.given_name} whether somebody else should be."
        )
        service.add(patient, NOBODY_TOLD, str(event.member_id), reason)


# The last carer, or where nobody else hears of something: whoever left would be missed by nobody.
ask_who_is_told = Handler("todos.ask_who_is_told", consider=lambda event: event, act=_ask_who_is_told)


def _need_not_ask(event: MemberReturned) -> None:
    _, person = ending.former_member(event.member_id)
    service.settle(event.patient_id, NOBODY_TOLD, str(event.former_id), person.id)


# Whoever was missed is back.
settle_who_is_told = Handler("todos.settle_who_is_told", consider=lambda event: event, act=_need_not_ask)
