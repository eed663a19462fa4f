"""What was typed about doses: read by the slice's own schemas, and handed to its services."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from app.core import http
from app.core.errors import Invalid
from app.medicines import skip_reasons
from app.medicines.schemas import doses as schemas
from app.medicines.service import answering, giving
from app.medicines.service.answering import Answered
from app.medicines.ticking import LATER_MINUTES, Outcome
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.web.patient import medicine_typed

CHOOSE: Final = "Choose what happened"
WHEN: Final = "Give the day and time it was taken"
WHY: Final = "Choose the reason that fits best"
AMOUNT: Final = "Give how much in figures, such as 1 or 0.5"
# What can be chosen, as the slice's schema takes it.
ANSWERS: Final[dict[str, dict[str, Any]]] = {
    "taken": {"answer": "taken"},
    "taken_at": {"answer": "taken"},
    **{f"later-{minutes}": {"answer": "later", "minutes": minutes} for minutes in LATER_MINUTES},
    "skipped": {"answer": "skipped"},
    "missed": {"answer": "missed"},
    "undone": {"answer": "undone"},
}
_MANY, _GIVEN = schemas.NewAnswers(), schemas.NewGivenSchema()
# The words of each outcome's page; the worst of several is said.
_SAID: Final = {
    Outcome.TOO_LATE: "too_late",
    Outcome.NOT_YET: "not_yet",
    Outcome.RECORDED_OTHERWISE: "otherwise",
    Outcome.ALREADY: "already",
    Outcome.RECORDED: "recorded",
}


def taken_now(patient: AdmittedPatient, form: MultiDict[str, str], by: By) -> list[Answered]:
    """These doses were taken just now. Raises Invalid, NotFound and Conflict."""
    said = [{"dose_id": one, "answer": "taken"} for one in form.getlist("dose")]
    return _say(patient, form, said, by)


def two_taken(patient: AdmittedPatient, dose_id: UUID, form: MultiDict[str, str], by: By) -> list[Answered]:
    """Two were taken of one. Raises Invalid, NotFound and Conflict."""
    return _say(patient, form, [{"dose_id": str(dose_id), "answer": "two_taken"}], by)


def asks_more(form: Mapping[str, str]) -> str:
    """What is asked next on a page of its own: when it was taken, or why not."""
    asked = {"taken_at": "taken_at", "skipped": "why"}.get(form.get("answer", ""), "")
    return asked if asked != form.get("step", "") else ""


def answered(patient: AdmittedPatient, dose_id: UUID, form: MultiDict[str, str], by: By) -> list[Answered]:
    """What was said of one dose. Raises Invalid, NotFound and Conflict."""
    if form.get("answer") not in ANSWERS:
        raise _wrong("answer", CHOOSE)
    said: dict[str, Any] = {"dose_id": str(dose_id)} | ANSWERS[form["answer"]]
    if form["answer"] == "taken_at":
        said["taken_at"] = local_time(form, "taken_at", patient.zone).isoformat()
    if form["answer"] == "skipped":
        if form.get("why") not in skip_reasons.REASONS:
            raise _wrong("why", WHY)
        said["why"] = form["why"]
    if note := form.get("note", "").strip():
        said["note"] = note
    return _say(patient, form, [said], by)


def given(patient: AdmittedPatient, medicine_id: UUID, form: MultiDict[str, str], by: By) -> giving.Outcome:
    """A dose taken when needed. Raises Invalid, NotFound and Conflict."""
    body: dict[str, Any] = {"id": form.get("id"), "happened": form.get("happened") == "yes"}
    if number := form.get("amount", "").strip().replace(",", "."):
        body["amount"] = number
    if form.get("taken_at", "").strip():
        body["taken_at"] = local_time(form, "taken_at", patient.zone).isoformat()
    try:
        new = http.loaded(_GIVEN, body)
    except Invalid as fault:
        raise _beside(fault, {"amount": AMOUNT, "taken_at": WHEN}) from None
    return giving.give(patient, medicine_id, new, by)


def local_time(form: Mapping[str, str], name: str, zone: ZoneInfo) -> datetime:
    """A day and time as typed, in the patient's zone. Raises Invalid."""
    try:
        local = datetime.fromisoformat(form.get(name, "").strip())
    except ValueError:
        raise _wrong(name, WHEN) from None
    if not 1900 <= local.year <= 2200:
        raise _wrong(name, WHEN)
    return local.replace(tzinfo=zone) if local.tzinfo is None else local


def outcome(told: list[Answered]) -> str:
    """What came of several answers, in one word."""
    found = {one.outcome for one in told}
    return next(word for one, word in _SAID.items() if one in found)


def _say(patient: AdmittedPatient, form: MultiDict[str, str], said: list[dict[str, Any]], by: By) -> list[Answered]:
    """Each answer's id follows from the form's own, so that a form sent twice says it once."""
    own = medicine_typed.form_id(form)
    answers = [{"id": str(uuid5(own, f"{one['dose_id']} {one['answer']}"))} | one for one in said]
    return answering.answer(patient, http.loaded(_MANY, {"answers": answers})["answers"], by)


def _wrong(name: str, detail: str) -> Invalid:
    return Invalid(detail, errors=[{"pointer": f"/{name}", "detail": detail}])


def _beside(fault: Invalid, said: Mapping[str, str]) -> Invalid:
    errors = [
        {"pointer": one["pointer"], "detail": said.get(one["pointer"].strip("/"), one["detail"])}
        for one in fault.errors
    ]
    return Invalid(fault.detail, errors=errors)
