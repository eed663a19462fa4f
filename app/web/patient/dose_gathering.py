"""What the pages of doses are made from: read through the slice's queries, handed to the pure words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from flask import url_for

from app.access import guards
from app.access.permissions import Permission
from app.core import clock
from app.core.errors import NotFound
from app.core.ids import new_id
from app.identity import queries as people
from app.medicines import queries, refusing, skip_reasons, stored
from app.medicines.models import Dose, Medicine
from app.medicines.patterns import AsDirected, AsNeeded
from app.medicines.queries import dosing, reminded, showing, stocking
from app.medicines.queries.showing import UNITS
from app.medicines.service import daily, giving, safety
from app.patients.admission import AdmittedPatient
from app.web import frame, looking, moments, words
from app.web.patient import dose_words, medicine_words
from app.web.patient.dose_words import Around
from app.web.patient.sharing import Shown

EMPTY: Final = Shown()
MOST_ASKED: Final = 20
P = Permission
SAID: Final = {
    "recorded": "It is recorded.",
    "already": "That was recorded before. Nothing was changed.",
    "otherwise": "Something else is recorded for that time. Nothing was changed: open it and put it right first.",
    "too_late": "Kith cannot remind of that one any more.",
    "not_yet": "That is still to come, so nothing was recorded.",
    "undone": "The answer is taken back. What happened?",
}


def for_today(patient: AdmittedPatient, said: str) -> dict[str, Any]:
    """Today's doses, those of yesterday that are still open, and what is taken when needed."""
    now = clock.now()
    begins, ends = queries.local_day(patient, clock.today(patient.zone))
    doses = [
        one
        for one in queries.doses(patient, begins - timedelta(days=1), ends)
        if one.due_at >= begins or one.state == "due"
    ]
    listed = queries.medicines(patient)
    shown = showing.shown(patient, listed)
    sections = dose_words.sections(doses, around(patient, doses, listed), UNITS)
    may_record = looking.may(P.RECORD_DOSES) and patient.ended_at is None
    return {
        "whose": frame.whose(patient),
        "said": SAID.get(said),
        "sections": sections,
        "form_id": new_id(),
        "may_record": may_record,
        "taken_url": url_for("my_doses.taken", patient_id=patient.id),
        "dose_href": lambda dose_id: url_for("my_doses.dose", patient_id=patient.id, dose_id=dose_id),
        "needed": [_needed(patient, one, doses, may_record=may_record) for one in shown if _pattern(one, AsNeeded)],
        "stocks": _stocks(patient, listed, may_record=may_record),
        "unreminded": unreminded(shown),
        "paused": _paused(patient),
        "has_any": bool(listed),
        "asks_zone": _asks_zone(patient),
        "list_href": url_for("my_medicines.listed", patient_id=patient.id),
        "recorded_href": url_for("my_recorded.recorded", patient_id=patient.id),
        "add_href": url_for("my_new_medicine.new", patient_id=patient.id) if _may_change(patient) else None,
        "day_href": url_for("my_day.day", patient_id=patient.id),
        "date_words": f"{now.astimezone(patient.zone):%A} {now.astimezone(patient.zone).day} "
        f"{now.astimezone(patient.zone):%B}",
    }


def due_now(patient: AdmittedPatient) -> list[dict[str, Any]]:
    """The doses that can be recorded now, by time, for the page of today."""
    now = clock.now()
    begins, _ = queries.local_day(patient, clock.today(patient.zone))
    found = queries.doses(patient, begins - timedelta(days=1), now + dose_words.NEAR)
    doses = [one for one in found if one.state == "due"]
    if not doses or patient.ended_at is not None:
        return []
    groups = dose_words.sections(doses, around(patient, doses, queries.medicines(patient)), UNITS)["now"]
    return [
        {"time": group["time"], "names": ", ".join(filter(None, (one["name"] for one in group["doses"])))}
        for group in groups
    ]


def around(
    patient: AdmittedPatient, doses: Sequence[Dose], medicines: Sequence[Medicine], also: Collection[UUID] = ()
) -> Around:
    """What is known beside these doses, in three queries at most."""
    known = {one.id: one for one in medicines}
    if {one.medicine_id for one in doses} - known.keys():
        known = {one.id: one for one in queries.medicines(patient, also_stopped=True)}
    who = {one.answered_by for one in doses if one.answered_by} | set(also)
    unsent = reminded.not_sent(patient, [one.id for one in doses if one.state in ("due", "not_recorded")])
    return Around(known, _names(who), unsent, clock.now(), patient.zone)


def _names(who: set[UUID]) -> dict[UUID, str]:
    me = guards.caller().person_id
    return {key: "you" if key == me else one.name for key, one in people.people(who).items()}


def _pattern(one: showing.Shown, kind: type) -> Any:
    """The first pattern of this kind among a medicine's schedules."""
    found = (stored.from_json(each.row.pattern) for each in one.schedules)
    return next((pattern for pattern in found if isinstance(pattern, kind)), None)


def _needed(patient: AdmittedPatient, one: showing.Shown, doses: Sequence[Dose], *, may_record: bool) -> dict[str, Any]:
    """A medicine to take when needed: what was set, when it was last taken, when the next is possible."""
    now = clock.now()
    taken = [dose for dose in doses if dose.medicine_id == one.row.id and dose.taken_at is not None]
    last = max((dose.taken_at for dose in taken if dose.taken_at), default=None)
    refused = giving.in_the_way(patient, one.row.id, now)
    next_at = refused.next_possible_at if refused else None
    return {
        "name": one.row.name,
        "words": [words.upper(line) for each in one.schedules for line in each.words],
        "last": last and f"Last taken {moments.words(last, now, patient.zone)}.",
        "next": next_at and f"By what was set, the next can be from {moments.by(next_at, now, patient.zone)}.",
        "href": url_for("my_doses.given", patient_id=patient.id, medicine_id=one.row.id) if may_record else None,
    }


def _stocks(patient: AdmittedPatient, listed: Sequence[Medicine], *, may_record: bool) -> list[dict[str, Any]]:
    """What is left of each medicine that was counted."""
    found, now = stocking.of(patient, listed), clock.now()
    return [
        {
            "name": one.name,
            "words": medicine_words.stock(found[one.id], one.form, now, patient.zone),
            "href": url_for("my_stock.stock", patient_id=patient.id, medicine_id=one.id) if may_record else None,
        }
        for one in listed
        if found[one.id].count is not None
    ]


def unreminded(shown: Sequence[showing.Shown]) -> list[dict[str, str]]:
    """Medicines of which nobody is reminded, and why."""
    found = []
    for one in shown:
        if not one.schedules:
            found.append({"name": one.row.name or "", "why": "No times are set for it yet."})
        for each in one.schedules:
            if each.row.unclear:
                found.append({"name": one.row.name or "", "why": f"{each.row.unclear} Your team looks at it first."})
            elif isinstance(pattern := stored.from_json(each.row.pattern), AsDirected):
                found.append({"name": one.row.name or "", "why": f"Its times are not known: {pattern.why}"})
    return found


def _paused(patient: AdmittedPatient) -> list[str]:
    now, named = clock.now(), {one.id: one.name for one in queries.medicines(patient)}
    return [
        f"{named.get(one.medicine_id, 'One medicine') if one.medicine_id else 'All medicines'}: "
        f"paused until {moments.by(one.ends_at, now, patient.zone)}."
        for one in queries.pauses(patient)
        if one.starts_at <= now
    ]


def _asks_zone(patient: AdmittedPatient) -> str | None:
    zone = daily.question_of_zone(queries.patient_day(patient))
    return place(zone) if zone else None


def place(zone: str) -> str:
    """A zone as people call it: "Madrid"."""
    return zone.rpartition("/")[2].replace("_", " ")


def _may_change(patient: AdmittedPatient) -> bool:
    return looking.may(P.CHANGE_MEDICINES) and patient.ended_at is None


def for_dose(patient: AdmittedPatient, dose_id: UUID, shown: Shown, said: str) -> dict[str, Any]:
    """One dose with everything that was said of it. Raises NotFound."""
    found = dosing.with_answers(patient, dose_id)
    row = found.shown.row
    if row.state == "withdrawn":
        raise NotFound
    medicine = queries.medicine(patient, row.medicine_id)
    beside = around(patient, [row], [medicine], {one.by for one in found.answers})
    now = beside.wall(beside.now)
    may_record = looking.may(P.RECORD_DOSES) and patient.ended_at is None
    return shown.context() | {
        "whose": frame.whose(patient),
        "said": SAID.get(said),
        "dose": dose_words.line(row, beside, UNITS),
        "is_open": row.state in ("due", "not_recorded", "paused") and may_record,
        "can_put_right": row.state in ("taken", "skipped", "missed") and row.schedule_id is not None and may_record,
        "can_be_later": row.state == "due",
        "late_words": medicine.late_dose,
        "late_by": medicine.prescriber or "The prescriber",
        "history": dose_words.history(found.answers, beside),
        "reasons": [{"value": one.id, "text": one.words} for one in skip_reasons.REASONS.values()],
        "typed": shown.typed,
        "latest": f"{now:%Y-%m-%dT%H:%M}",
        "usual": f"{min(beside.wall(row.due_at), now):%Y-%m-%dT%H:%M}",
        "form_id": new_id(),
        "action": url_for("my_doses.dose", patient_id=patient.id, dose_id=dose_id),
        "back_href": url_for("my_doses.medicines", patient_id=patient.id),
    }


def for_twice(patient: AdmittedPatient, dose_ids: list[UUID], near_ids: list[UUID]) -> dict[str, Any]:
    """The doses that were ticked a second time, and those taken near another. Raises NotFound."""
    rows = [dosing.with_answers(patient, one).shown.row for one in dose_ids[:MOST_ASKED]]
    beside = around(patient, rows, [])
    return {
        "doses": [dose_words.line(one, beside, UNITS) | {"is_near": one.id in near_ids} for one in rows],
        "dose_href": lambda dose_id: url_for("my_doses.dose", patient_id=patient.id, dose_id=dose_id),
        "form_id": new_id(),
        "action": lambda dose_id: url_for("my_doses.twice_said", patient_id=patient.id, dose_id=dose_id),
        "back_href": url_for("my_doses.medicines", patient_id=patient.id),
    }


def for_whom_to_ask(patient: AdmittedPatient) -> dict[str, Any]:
    """Whom to ask now, as safety says it."""
    return {
        "words": safety.WHOM_TO_ASK,
        "coordinator": patient.coordinator_name,
        "back_href": url_for("my_doses.medicines", patient_id=patient.id),
    }


def for_given(
    patient: AdmittedPatient, medicine_id: UUID, shown: Shown, outcome: giving.Outcome | None
) -> dict[str, Any]:
    """The form for a dose taken when needed. Raises NotFound."""
    one = showing.one(patient, queries.medicine(patient, medicine_id))
    pattern = _pattern(one, AsNeeded)
    if pattern is None or one.row.stopped_at is not None:
        raise NotFound
    found = outcome.refused if outcome and outcome.refused else giving.asked(patient, medicine_id, clock.now())
    told = refusing.told(patient, found, one.row.prescriber, one.row.prescriber_phone)
    form = (one.row.form or "").lower()
    return shown.context() | {
        "name": one.row.name,
        "words": [words.upper(line) for each in one.schedules for line in each.words],
        "unit": f"{form}s" if form in UNITS else "",
        "amount": shown.get("amount") if shown.typed else f"{pattern.amount.normalize():f}" if pattern.amount else "",
        "taken_at": shown.get("taken_at"),
        "latest": f"{clock.now().astimezone(patient.zone):%Y-%m-%dT%H:%M}",
        "refused": None if told.possible else told.detail,
        "assumed": told.detail if told.possible else None,
        "was_sent": outcome is not None,
        "form_id": shown.get("id") or new_id(),
        "action": url_for("my_doses.given", patient_id=patient.id, medicine_id=medicine_id),
        "back_href": url_for("my_doses.medicines", patient_id=patient.id),
    }
