"""What the pages of the list and of one medicine are made from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from flask import url_for

from app.access.permissions import Category, Permission, Right
from app.core import clock
from app.medicines import queries
from app.medicines.models import Medicine, MedicinePause
from app.medicines.queries import showing, stocking, visible
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient
from app.web import frame, looking, moments, words
from app.web.patient import medicine_typed, medicine_words
from app.web.patient.sharing import Shown

P = Permission
SAID: Final = {
    "stopped": "It is stopped here: nobody is reminded of it any more.",
    "started": "It is on the list again, with the times it had.",
    "paused": "The pause is saved. It ends by itself.",
    "resumed": "The pause has ended.",
    "unscheduled": "Those times have ended.",
    "watched": "Who is told is saved.",
    "scheduled": "When it is taken is saved.",
    "unclear": "It is saved. Text and times disagree, so nobody is reminded until your team has looked.",
    "changed": "What is said of it is saved.",
    "counted": "What is left is saved.",
    "counted_before": "That form was sent before, so nothing was changed.",
    "settled": "The times hold now. Reminders begin with the next one.",
    "hidden": "It is kept from the circle now. The team still sees it.",
    "shown": "The circle sees it again, if they may see medicines.",
}


def for_list(patient: AdmittedPatient, said: str) -> dict[str, Any]:
    """The whole list, those that were stopped last."""
    found = showing.shown(patient, queries.medicines(patient, also_stopped=True))
    pauses, may = queries.pauses(patient), _may_change(patient)
    stocks = stocking.of(patient, [one.row for one in found if one.row.stopped_at is None])
    return {
        "whose": frame.whose(patient),
        "said": SAID.get(said),
        "running": [
            _row(patient, one, pauses) | {"stock": _stock(patient, one.row, stocks[one.row.id])}
            for one in found
            if one.row.stopped_at is None
        ],
        "stopped": [_row(patient, one, ()) for one in found if one.row.stopped_at is not None],
        "pauses": [_pause(patient, one, may=may) for one in pauses],
        "add_href": url_for("my_new_medicine.new", patient_id=patient.id) if may else None,
        "recorded_href": url_for("my_recorded.recorded", patient_id=patient.id),
        "pause_href": url_for("my_medicines.pause_all", patient_id=patient.id) if may and found else None,
        "back_href": url_for("my_doses.medicines", patient_id=patient.id),
    }


def _may_change(patient: AdmittedPatient) -> bool:
    return looking.may(P.CHANGE_MEDICINES) and patient.ended_at is None


def _row(patient: AdmittedPatient, one: showing.Shown, pauses: Sequence[MedicinePause]) -> dict[str, Any]:
    mine = [each for each in pauses if each.medicine_id in (None, one.row.id) and each.starts_at <= clock.now()]
    return {
        "name": one.row.name,
        "strength": one.row.strength,
        "reason": one.row.reason,
        "words": [words.upper(each.words[0]) for each in one.schedules if each.words],
        "unclear": [each.row.unclear for each in one.schedules if each.row.unclear],
        "alike": medicine_words.alike(one.alike),
        "paused": [_until(patient, each) for each in mine],
        "is_hidden": one.hidden_from_circle,
        "href": url_for("my_medicines.medicine", patient_id=patient.id, medicine_id=one.row.id),
    }


def _stock(patient: AdmittedPatient, medicine: Medicine, stock: stocking.Stock) -> str | None:
    """What is left, where somebody counted."""
    return medicine_words.stock(stock, medicine.form, clock.now(), patient.zone)


def _until(patient: AdmittedPatient, one: MedicinePause) -> str:
    return f"Paused until {moments.by(one.ends_at, clock.now(), patient.zone)}"


def _pause(patient: AdmittedPatient, one: MedicinePause, *, may: bool) -> dict[str, Any]:
    now, zone = clock.now(), patient.zone
    named = "All medicines" if one.medicine_id is None else queries.medicine(patient, one.medicine_id).name
    return {
        "words": f"{named}: paused from {moments.by(one.starts_at, now, zone)} "
        f"until {moments.by(one.ends_at, now, zone)} ({medicine_words.PAUSES[one.why]}).",
        "name": named,
        "end_url": url_for("my_medicines.resume", patient_id=patient.id, pause_id=one.id) if may else None,
    }


def for_medicine(patient: AdmittedPatient, medicine_id: UUID, said: str) -> dict[str, Any]:
    """One medicine. Raises NotFound."""
    one = showing.one(patient, queries.medicine(patient, medicine_id))
    now, may = clock.now(), _may_change(patient)
    runs = may and one.row.stopped_at is None
    counts = looking.may(P.RECORD_DOSES) and patient.ended_at is None and one.row.stopped_at is None
    where: dict[str, Any] = {"patient_id": patient.id, "medicine_id": medicine_id}
    return {
        "said": SAID.get(said),
        "name": one.row.name,
        "is_stopped": one.row.stopped_at is not None,
        "details": medicine_words.details(one.row, patient.zone),
        "schedules": [_schedule(patient, each, may=runs) for each in one.schedules],
        "alike": medicine_words.alike(one.alike),
        "pauses": [_pause(patient, each, may=may) for each in queries.pauses_of(patient, medicine_id) if _runs(each)],
        "stock": _stock(patient, one.row, stocking.of_one(patient, one.row)),
        "watches": _watching(patient, one.row),
        "hiding": _hiding(patient, one),
        "history": medicine_words.history(showing.history(patient, one.row), now, patient.zone),
        "change_href": url_for("my_medicine_change.change", **where) if runs else None,
        "count_href": url_for("my_stock.stock", **where) if counts else None,
        "recorded_href": url_for("my_recorded.recorded", patient_id=patient.id, _anchor=f"medicine-{medicine_id}"),
        "schedule_href": url_for("my_schedule.new", **where) if runs else None,
        "stop_href": url_for("my_medicines.stop", **where) if runs else None,
        "pause_href": url_for("my_medicines.pause", **where) if runs else None,
        "watch_href": url_for("my_medicines.watches", **where) if runs else None,
        "start_url": url_for("my_medicines.start", **where) if may and not runs else None,
        "back_href": url_for("my_medicines.listed", patient_id=patient.id),
    }


def _runs(one: MedicinePause) -> bool:
    return one.ended_at is None and one.ends_at > clock.now()


def _schedule(patient: AdmittedPatient, one: showing.ShownSchedule, *, may: bool) -> dict[str, Any]:
    where: dict[str, Any] = {"patient_id": patient.id, "schedule_id": one.row.id}
    return {
        "words": [words.upper(line) for line in one.words],
        "instructions": one.row.instructions,
        "unclear": one.row.unclear,
        "change_href": url_for("my_schedule.change", **where) if may else None,
        "end_url": url_for("my_medicines.end_schedule", **where) if may else None,
    }


def _watching(patient: AdmittedPatient, medicine: Medicine) -> list[str]:
    """Who is told; while it is kept from the circle, of those who were chosen."""
    names = {place.person.id: place.person.name for place in patients.circle(patient)}
    return [
        f"{names.get(one.person_id, 'Somebody')}, {one.after_minutes} minutes after its time"
        for one in queries.watches(patient, medicine.id)
        if medicine.hidden_at is None or not visible.as_told(patient, one.person_id).is_for_circle
    ]


def _hiding(patient: AdmittedPatient, one: showing.Shown) -> dict[str, Any] | None:
    """Whether the circle sees it, for whoever decides that; for others who see it, that the circle does not."""
    may = looking.may(P.HIDE_MEDICINES)
    if not may and not one.hidden_from_circle:
        return None
    where: dict[str, Any] = {"patient_id": patient.id, "medicine_id": one.row.id}
    return {
        "is_hidden": one.hidden_from_circle,
        "action": url_for("my_medicines.hide", **where) if may else None,
        "whose": frame.whose(patient),
        "team": patient.team_name,
    }


def for_stop(patient: AdmittedPatient, medicine_id: UUID, shown: Shown) -> dict[str, Any]:
    """What stopping it here changes. Raises NotFound."""
    medicine = queries.medicine(patient, medicine_id)
    return shown.context() | {
        "name": medicine.name,
        "coordinator": patient.coordinator_name,
        "why": shown.get("why"),
        "action": url_for("my_medicines.stop_now", patient_id=patient.id, medicine_id=medicine_id),
        "back_href": _page(patient, medicine),
    }


def _page(patient: AdmittedPatient, medicine: Medicine) -> str:
    return url_for("my_medicines.medicine", patient_id=patient.id, medicine_id=medicine.id)


def for_pause(patient: AdmittedPatient, medicine_id: UUID | None, shown: Shown) -> dict[str, Any]:
    """A pause of one medicine, or of all. Raises NotFound."""
    medicine = queries.medicine(patient, medicine_id) if medicine_id else None
    endpoint = "my_medicines.pause_now" if medicine else "my_medicines.pause_all_now"
    where: dict[str, Any] = {"medicine_id": medicine_id} if medicine_id else {}
    return shown.context() | {
        "name": medicine.name if medicine else None,
        "typed": shown.typed,
        "today": clock.today(patient.zone).isoformat(),
        "reasons": [
            {"value": "hospital", "text": "In hospital"},
            {"value": "holiday", "text": "Away, or on holiday"},
            {"value": "prescriber", "text": "A doctor, nurse or pharmacist said so"},
            {"value": "other", "text": "Another reason"},
        ],
        "action": url_for(endpoint, patient_id=patient.id, **where),
        "back_href": _page(patient, medicine) if medicine else url_for("my_medicines.listed", patient_id=patient.id),
    }


def for_watches(patient: AdmittedPatient, medicine_id: UUID, shown: Shown) -> dict[str, Any]:
    """Who of the circle may be told, and who is. Raises NotFound."""
    medicine = queries.medicine(patient, medicine_id)
    chosen = {one.person_id: one.after_minutes for one in queries.watches(patient, medicine_id)}
    needed = (Category.MEDICINES, Right.BE_TOLD)
    may_be_told = [
        place
        for place in patients.circle(patient)
        if any((grant.category, grant.right) == needed for grant in place.grants)
    ]
    return shown.context() | {
        "name": medicine.name,
        "people": [
            {
                "id": str(place.person.id),
                "name": f"{place.person.name}, {place.member.relationship}",
                "ticked": place.person.id in chosen,
                "minutes": str(chosen.get(place.person.id, 60)),
            }
            for place in may_be_told
        ],
        "minutes": [{"value": str(one), "text": f"{one} minutes"} for one in medicine_typed.MINUTES],
        "circle_href": url_for("my_circle.circle", patient_id=patient.id) if looking.may(P.SEE_CIRCLE) else None,
        "action": url_for("my_medicines.watch", patient_id=patient.id, medicine_id=medicine_id),
        "back_href": _page(patient, medicine),
    }
