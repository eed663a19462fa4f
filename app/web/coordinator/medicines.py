"""Medicines on a patient's page of the console: unclear ones first to settle, and what became of the last doses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from flask import g, redirect, request, url_for

from app.access import guards
from app.access.permissions import Permission
from app.core import clock
from app.core.errors import Conflict, PreconditionFailed
from app.core.http import Pages
from app.medicines import queries, skip_reasons
from app.medicines.models import Dose
from app.medicines.queries import adhering, dosing, showing
from app.medicines.service import scheduling
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.web import looking, moments, trends, words
from app.web.patient import medicine_words

pages = Pages("coordinator_medicines", __name__, url_prefix="/console/patients/<uuid:patient_id>")
DAYS: Final = 7
_NOT_SETTLED: Final = {
    "changed": "Nothing was settled: it was changed after you opened this page. Compare its text with its times again.",
    "cannot": "Nothing was settled: the medicine is stopped, or these times can never be settled. Open it to see why.",
}
_SHORT: Final = {"taken": "taken", "late": "late", "skipped": "not taken", "missed": "not had",
                 "not_recorded": "not recorded", "paused": "paused", "due": "due"}  # fmt: skip


@pages.post("/schedules/<uuid:schedule_id>/settle", access=guards.on_patient(Permission.SETTLE_MEDICINES))
def settle(patient: AdmittedPatient, schedule_id: UUID) -> Any:
    """Say as a professional that the times they looked at hold; what changed since is looked at again."""
    version, said = request.form.get("version", ""), None
    seen = int(version) if version.isdecimal() and len(version) < 10 else -1
    try:
        scheduling.settle(patient, schedule_id, seen, By(guards.caller().person_id, g.role, "page"))
    except PreconditionFailed:
        said = "changed"
    except Conflict:
        said = "cannot"
    return redirect(url_for("coordinator.patient", patient_id=patient.id, settled=said, _anchor="medicines"), 303)


def part(patient: AdmittedPatient) -> dict[str, Any] | None:
    """The list and the doses of the last days, for whoever may see them."""
    if not looking.may(Permission.SEE_MEDICINES):
        return None
    found = showing.shown(patient, queries.medicines(patient))
    days = trends.days_asked(request.args.get("days"))
    recorded = {one.medicine_id: " ".join(one.words) for one in adhering.over(patient, days).medicines}
    rows = [_medicine(patient, one) | {"recorded": recorded.get(one.row.id)} for one in found]
    return {
        "days": days,
        "not_settled": _NOT_SETTLED.get(request.args.get("settled", "")),
        "list": sorted(rows, key=lambda one: not one["unclear"]),
        "doses": _last_days(patient),
        "href": url_for("my_doses.medicines", patient_id=patient.id),
        "recorded_href": url_for("my_recorded.recorded", patient_id=patient.id, days=days),
    }


def _medicine(patient: AdmittedPatient, one: showing.Shown) -> dict[str, Any]:
    now = clock.now()
    pauses = [each for each in queries.pauses_of(patient, one.row.id) if each.starts_at <= now]
    return {
        "name": one.row.name,
        "href": url_for("my_medicines.medicine", patient_id=patient.id, medicine_id=one.row.id),
        "words": [words.upper(each.words[0]) for each in one.schedules if each.words],
        "unclear": [_unclear(patient, each) for each in one.schedules if each.row.unclear],
        "alike": medicine_words.alike(one.alike),
        "paused": [f"Paused until {moments.by(each.ends_at, now, patient.team_zone)}" for each in pauses],
        "critical": one.row.time_critical is not None,
        "is_hidden": one.hidden_from_circle,
    }


def _unclear(patient: AdmittedPatient, one: showing.ShownSchedule) -> dict[str, Any]:
    may = looking.may(Permission.SETTLE_MEDICINES)
    url = url_for("coordinator_medicines.settle", patient_id=patient.id, schedule_id=one.row.id)
    said = {"why": one.row.unclear, "text": one.row.instructions, "times": one.words}
    return said | {"version": one.row.version, "settle_url": url if may else None}


def _last_days(patient: AdmittedPatient) -> dict[str, Any] | None:
    """A line for each medicine, a column for each of the last days; None where there was no dose."""
    today = clock.today(patient.zone)
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    (begins, _), (_, ends), now = queries.local_day(patient, days[0]), queries.local_day(patient, today), clock.now()
    known = [one for one in queries.doses(patient, begins, ends) if one.state != "due" or one.due_at <= now]
    found = dosing.shown(patient, known)
    names = {one.id: one.name for one in queries.medicines(patient, also_stopped=True)}
    by_medicine: dict[UUID, list[dosing.Shown]] = {}
    for one in found:
        by_medicine.setdefault(one.row.medicine_id, []).append(one)
    if not by_medicine:
        return None
    return {
        "days": [{"iso": day.isoformat(), "words": f"{day:%a} {day.day}"} for day in days],
        "lines": [
            {"name": names[key], "cells": [_cell([one for one in doses if one.row.local_date == day]) for day in days]}
            for key, doses in by_medicine.items()
        ],
        "reasons": [_reason(one.row, patient) for one in found if one.row.state == "skipped" and one.row.why],
    }


def _cell(doses: Sequence[dosing.Shown]) -> list[str]:
    """What became of the doses of a day, each with its time: "08:00 taken"."""
    counted: dict[str, int] = {}
    for one in doses:
        state = "late" if one.on_time is False else one.row.state
        counted[_SHORT[state]] = counted.get(_SHORT[state], 0) + 1
    return [f"{number} {word}" if number > 1 else word for word, number in counted.items()]


def _reason(dose: Dose, patient: AdmittedPatient) -> str:
    why, now = skip_reasons.REASONS[dose.why or ""].for_others.lower(), clock.now()
    return f"{moments.words(dose.due_at, now, patient.team_zone)}: {why}"
