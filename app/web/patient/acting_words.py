"""What the pages of acting for a patient are made from."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import url_for
from werkzeug.datastructures import MultiDict

from app.access.permissions import CIRCLE, Category
from app.access.roles import Role
from app.core import clock
from app.patients import labelling
from app.patients.acting import CONSENT, NewActing
from app.patients.admission import AdmittedPatient
from app.patients.labelling import BASES
from app.patients.queries import acting, consent, ending
from app.web import frame, moments, words
from app.web.patient import consent_words, sharing
from app.web.patient.sharing import Shown

OF_TEAM: Final = {
    "lasting_power_of_attorney": "Registered lasting power of attorney",
    "best_interest": "Decided in the patient’s best interest",
}


def typed(patient: AdmittedPatient, form: MultiDict[str, str]) -> dict[str, Any]:
    """What was chosen, as the schema reads it; the ground of a patient is their own consent."""
    basis = CONSENT if frame.whose(patient) is None else form.get("basis", "")
    return {
        "member_id": form.get("member_id", ""),
        "basis": basis,
        "scopes": form.getlist("scopes"),
        "review_on": sharing.day(form, "review_on"),
        "evidence": form.get("evidence", "").strip(),
        "wording_version": sharing.version(patient, form, f"acting.{basis}"),
    }


def form(patient: AdmittedPatient, shown: Shown) -> dict[str, Any]:
    """Who, on what ground, about what, until which review."""
    family = [one for one in consent.circle(patient) if one.member.role == Role.MEMBER and not one.acts_for_patient]
    scopes = [{"value": CIRCLE, "text": "The circle: who sees what"}]
    scopes += [{"value": str(one), "text": consent_words.KINDS[one]} for one in Category]
    chosen = shown.typed.getlist("scopes") if isinstance(shown.typed, MultiDict) else shown.typed.get("scopes", [])
    return {
        "whose": sharing.whose(patient),
        "patient": patient.given_name,
        "is_patient": frame.whose(patient) is None,
        "action": url_for("my_acting.record", patient_id=patient.id),
        "people": [{"value": str(one.member.id), "text": one.person.name} for one in family],
        "bases": [{"value": value, "text": text} for value, text in OF_TEAM.items()],
        "scopes": scopes,
        "chosen": chosen,
        "lengths": consent_words.lengths(clock.today(patient.zone)),
        "typed": shown.typed,
        "to_read": None,
        "back_href": sharing.here(patient),
        **shown.context(),
    }


def to_read(patient: AdmittedPatient, body: NewActing) -> dict[str, Any]:
    """The words of it, to be read before it is recorded."""
    person = consent.place(patient, body.member_id).person
    said = next(one for one in consent.current_words(patient, person) if one.id == f"acting.{body.basis}")
    hidden = [
        ("member_id", str(body.member_id)),
        ("basis", body.basis),
        ("review_on", body.review_on.isoformat()),
        ("evidence", body.evidence),
        ("wording_version", str(said.version)),
        *(("scopes", one) for one in sorted(body.scopes)),
    ]
    return form(patient, Shown(MultiDict(hidden))) | {
        "to_read": {
            "text": said.text,
            "name": person.name,
            "scopes": [words.upper(labelling.scope(one)) for one in sorted(body.scopes)],
            "review": moments.full(body.review_on),
            "evidence": body.evidence,
            "hidden": hidden,
        }
    }


def review_form(patient: AdmittedPatient, acting_id: UUID, shown: Shown) -> dict[str, Any]:
    """What there is, and the form of its review."""
    one, today = acting.one_acting(patient, acting_id), clock.today(patient.zone)
    return {
        "one": consent_words.acting(one, patient.given_name, today)
        | {"end_href": url_for("my_acting.end", patient_id=patient.id, acting_id=acting_id)},
        "basis": BASES[one.row.basis].format(patient=patient.given_name),
        "action": url_for("my_acting.review_now", patient_id=patient.id, acting_id=acting_id),
        "lengths": consent_words.lengths(today),
        "typed": shown.typed,
        "back_href": sharing.here(patient),
        **shown.context(),
    }


def end_of(patient: AdmittedPatient, acting_id: UUID) -> dict[str, Any]:
    """What is read before an acting-for is ended."""
    one = acting.one_acting(patient, acting_id)
    whom = "you" if frame.whose(patient) is None else patient.given_name
    return {
        "title": f"End that {one.person.given_name} acts for {whom}?",
        "effects": ending.of_acting(patient, acting_id, sharing.whose(patient)),
        "action": url_for("my_acting.end_now", patient_id=patient.id, acting_id=acting_id),
        "tells": None,
        "back_href": sharing.here(patient),
    }
