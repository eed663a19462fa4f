"""Tell a patient that something they share ends soon, and a member that what they may see has changed."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from app import config
from app.identity import queries as people
from app.notifications import service, texts
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.patients.events import AccessEnded, EndingNear
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


def consider_change(event: AccessEnded) -> dict[str, Any] | None:
    """The text to the member; none to a device."""
    patient, person = patients.admitted_one(event.patient_id), people.person(event.person_id)
    if person.kind == "device":
        return None
    words = {"patient": texts.name_with_initial(patient.given_name, patient.family_name)}
    body = _body("sharing_changed", person.language, person.given_name, words)
    return _about(patient, person.id, "sharing", person.id, body)


def tell(facts: dict[str, Any]) -> None:
    """Have it sent."""
    service.tell(**facts)


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
