"""My day: when its moments are, who is reminded of medicines, and what to do in another zone."""

from __future__ import annotations

from typing import Any, Final

from flask import redirect, request, url_for

from app.access.permissions import Category, Permission, Right
from app.core import http
from app.core.errors import Conflict, Invalid
from app.core.http import Pages
from app.medicines import queries
from app.medicines.patterns import Anchor
from app.medicines.schemas import doses as schemas
from app.medicines.service import daily
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.web import frame, looking
from app.web.patient.dose_gathering import place
from app.web.patient.doses import RECORD, SEE
from app.web.patient.medicines import CHANGE
from app.web.patient.sharing import Shown

pages = Pages("my_day", __name__, url_prefix="/my/<uuid:patient_id>/day")
REFUSED: Final = (Conflict, Invalid)
LABELS: Final = {
    Anchor.WAKING: "Waking",
    Anchor.BREAKFAST: "Breakfast",
    Anchor.LUNCH: "Lunch",
    Anchor.EVENING_MEAL: "Evening meal",
    Anchor.BEDTIME: "Bedtime",
}
THE_PATIENT: Final = "patient"
SAID: Final = {
    "times": "The times are saved. What goes with them moves from now on.",
    "reminded": "Who is reminded is saved.",
    "kept": "Reminders keep the time of home.",
}


@pages.get("", access=SEE)
def day(patient: AdmittedPatient) -> str:
    """The times of the day, who is reminded, and the question of another zone."""
    return _page(patient)


@pages.post("", access=CHANGE)
def set_times(patient: AdmittedPatient) -> Any:
    """Say when the moments of the day are."""
    typed = {one.value: text for one in Anchor if (text := request.form.get(one.value, "").strip()[:5])}
    try:
        daily.set_times(patient, http.loaded(schemas.NewDay(), {"times": typed})["times"])
    except REFUSED as refused:
        return _page(patient, _shown(refused)), refused.status
    return _done(patient, "times")


@pages.post("/reminded", access=CHANGE)
def set_reminded(patient: AdmittedPatient) -> Any:
    """Say who is reminded."""
    try:
        body = http.loaded(schemas.NewReminded(), {"person_id": _chosen(request.form.get("person_id", ""))})
        daily.set_reminded(patient, body["person_id"])
    except REFUSED as refused:
        return _page(patient, Shown({}, {"person_id": refused.detail})), refused.status
    return _done(patient, "reminded")


@pages.post("/zone-kept", access=RECORD)
def keep_home_time(patient: AdmittedPatient) -> Any:
    """Keep the time of home."""
    daily.keep_home_time(patient)
    return _done(patient, "kept")


def _chosen(person: str) -> str | None:
    return None if person in ("", THE_PATIENT) else person


def _shown(refused: Conflict | Invalid) -> Shown:
    """A time that cannot be read stands beside its box."""
    named = {one["pointer"].rpartition("/")[2]: "Give a time such as 08:00" for one in refused.errors}
    return Shown(request.form, named or {"": refused.detail})


def _done(patient: AdmittedPatient, said: str) -> Any:
    return redirect(url_for("my_day.day", patient_id=patient.id, said=said), 303)


def _page(patient: AdmittedPatient, shown: Shown | None = None) -> str:
    said, times = queries.patient_day(patient), queries.usual_day(patient)
    shown, seen = shown or Shown(), daily.question_of_zone(said)
    may_record = looking.may(Permission.RECORD_DOSES)
    keep = url_for("my_day.keep_home_time", patient_id=patient.id) if may_record else None
    context = shown.context() | {
        "whose": frame.whose(patient),
        "said": SAID.get(request.args.get("said", "")),
        "moments": [
            {"name": one.value, "label": text, "value": shown.get(one.value) or f"{times[one]:%H:%M}"}
            for one, text in LABELS.items()
        ],
        "people": [{"value": THE_PATIENT, "text": patient.name}, *_members(patient)],
        "reminded": str(said.reminded_id) if said and said.reminded_id else THE_PATIENT,
        "zone": {
            "home": place(patient.zone.key),
            "seen": place(seen) if seen else None,
            "keep_url": keep,
            "coordinator": patient.coordinator_name,
        },
        "may_change": looking.may(Permission.CHANGE_MEDICINES) and patient.ended_at is None,
        "action": url_for("my_day.set_times", patient_id=patient.id),
        "reminded_action": url_for("my_day.set_reminded", patient_id=patient.id),
        "back_href": url_for("my_doses.medicines", patient_id=patient.id),
    }
    return frame.for_patient("patient/medicines/day.html", patient, "medicines", **context)


def _members(patient: AdmittedPatient) -> list[dict[str, str]]:
    """Whoever of the circle may record doses."""
    needed = (Category.MEDICINES, Right.ACT)
    return [
        {"value": str(one.person.id), "text": f"{one.person.name}, {one.member.relationship}"}
        for one in patients.circle(patient)
        if any((grant.category, grant.right) == needed for grant in one.grants)
    ]
