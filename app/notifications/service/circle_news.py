"""Tell a patient what ends soon and who has left, and a member what has changed or is looked at again soon."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from app import config
from app.identity import queries as people
from app.notifications import service, texts
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.patients.events import AccessEnded, EndingNear, MemberLeft, MemberReturned
from app.patients.queries import ending


def consider_ending(event: EndingNear) -> dict[str, Any] | None:
    """The text to the patient, unless what was to end was ended or moved meanwhile."""
    found = ending.notice(event.notice_id)
    if found is None:
        return None
    notice, person = found
    patient = patients.admitted_one(event.patient_id)
    template = "acting_review_near" if notice.subject == "acting" else "ending_near"
    words = {"member": texts.first_name(person.given_name), "day": _day(notice.ends_on)}
    body = _body(template, patient.language, patient.given_name, words)
    return _about(patient, patient.person_id, "ending", notice.id, body)


def consider_review(event: EndingNear) -> dict[str, Any] | None:
    """The text to whoever acts for the patient on what the team has seen: the team must look at it again."""
    found = ending.acting_to_review(event.notice_id)
    if found is None:
        return None
    notice, person = found
    patient = patients.admitted_one(event.patient_id)
    words = _patient(patient) | {"day": _day(notice.ends_on)}
    body = _body("own_acting_review_near", person.language, person.given_name, words)
    return _about(patient, person.id, "ending", notice.id, body)


def consider_leaving(event: MemberLeft | MemberReturned) -> dict[str, Any] | None:
    """The text to the patient whom somebody has left, or who is back; none after the end of care."""
    patient = patients.admitted_one(event.patient_id)
    if patient.ended_at is not None:
        return None
    _, person = ending.former_member(event.member_id)
    words = {"member": texts.first_name(person.given_name)}
    template = "member_left" if isinstance(event, MemberLeft) else "member_back"
    body = _body(template, patient.language, patient.given_name, words)
    return _about(patient, patient.person_id, "sharing", event.member_id, body)


def consider_change(event: AccessEnded) -> dict[str, Any] | None:
    """The text to the member; none to a device."""
    patient, person = patients.admitted_one(event.patient_id), people.person(event.person_id)
    if person.kind == "device":
        return None
    body = _body("sharing_changed", person.language, person.given_name, _patient(patient))
    return _about(patient, person.id, "sharing", person.id, body)


def tell(facts: dict[str, Any]) -> None:
    """Have it sent."""
    service.tell(**facts)


def _patient(patient: AdmittedPatient) -> dict[str, str]:
    return {"patient": texts.name_with_initial(patient.given_name, patient.family_name)}


def _body(template: str, language: str, reader: str, words: dict[str, str]) -> str:
    link = f"{config.current().public_url}/"
    return texts.render(template, language, reader=texts.first_name(reader), link=link, **words)


def _about(patient: AdmittedPatient, recipient_id: UUID, about: str, about_id: UUID, body: str) -> dict[str, Any]:
    return {
        "organisation_id": patient.organisation_id,
        "patient_id": patient.id,
        "recipient_id": recipient_id,
        "about": about,
        "about_id": about_id,
        "kind": "message",
        "body": body,
    }


def _day(one: date) -> str:
    return f"{one.day} {one:%B}"
