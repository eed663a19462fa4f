"""The list of medicines: add one, change what is said of it, stop it, start it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, Final
from uuid import UUID

from app.core import clock
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound, PreconditionFailed
from app.medicines import ingredients, time_critical
from app.medicines.entering import NewMedicine
from app.medicines.models import Medicine
from app.medicines.queries import visible
from app.medicines.service import acting, hard_stops, remaking
from app.patients.admission import AdmittedPatient
from app.patients.by import By

# For how long a reminder is of use, and how often it comes, where nothing is said and no class says it.
WINDOW_MINUTES: Final = 60
REMIND_EVERY: Final = 30


def add(patient: AdmittedPatient, new: NewMedicine, by: By) -> Medicine:
    """Put a medicine on the list; a schedule says when it is taken. Raises Invalid and Conflict."""
    acting.still_cared_for(patient)
    said = asdict(new)
    _check(said)
    medicine = Medicine(
        id=new.id,
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        source=by.source,
        entered_by=by.person_id,
        started_on=new.started_on or clock.today(patient.zone),
        typed=new.typed,
    )
    _write(medicine, _whole(said, new.typed))
    db.session.add(medicine)
    db.session.flush()
    acting.note(medicine, "added", by)
    return medicine


def add_once(patient: AdmittedPatient, form_id: UUID, new: NewMedicine, by: By) -> Medicine:
    """The same by a form that may be sent twice: it makes one. Raises Conflict where it now says something else.

    Raises NotFound for one that is kept from them by now.
    """
    acting.one_form_at_a_time(patient, form_id)
    new = replace(new, id=acting.id_of_form(patient, form_id))
    known = db.session.get(Medicine, new.id)
    if known is None:
        return add(patient, new, by)
    if not visible.may_see(patient, known):
        raise NotFound
    wanted = _whole(asdict(new), new.typed)
    if known.typed != new.typed or any(wanted[name] != said for name, said in _said(known).items()):
        raise Conflict(acting.SENT_BEFORE)
    return known


def change(patient: AdmittedPatient, medicine_id: UUID, version: int, changes: Mapping[str, Any], by: By) -> Medicine:
    """Change what is said of a medicine; what was typed stays. Raises NotFound, PreconditionFailed, Invalid."""
    acting.still_cared_for(patient)
    medicine = hard_stops.held(patient, medicine_id)
    if medicine.version != version:
        raise PreconditionFailed("This medicine was changed since you read it. Read it again.")
    said = _said(medicine)
    wanted = _whole(_changed(said, changes), medicine.typed)
    _check({**wanted, "remind_every": changes.get("remind_every")})
    before = {name: said[name] for name in said if said[name] != wanted[name]}
    if before:
        _write(medicine, wanted)
        if _NAMING & set(before):
            _stops(patient, medicine)
        db.session.flush()
        acting.note(medicine, "changed", by, {"before": before})
        remaking.remake_all(patient, medicine)
    return medicine


def stop(patient: AdmittedPatient, medicine_id: UUID, why: str, by: By) -> Medicine:
    """Stop a medicine: from this commit on nobody is reminded of it. Stopped before, it stays as it was."""
    medicine = acting.locked(patient, medicine_id)
    if medicine.stopped_at is None:
        medicine.stopped_at, medicine.stopped_by = clock.now(), by.person_id
        db.session.flush()
        acting.note(medicine, "stopped", by, {"why": why})
        remaking.remake_all(patient, medicine)
    return medicine


def start_again(patient: AdmittedPatient, medicine_id: UUID, by: By) -> Medicine:
    """Take a stopped medicine up again, with the schedules it had. Raises Conflict where it is not stopped."""
    acting.still_cared_for(patient)
    medicine = hard_stops.held(patient, medicine_id)
    if medicine.stopped_at is None:
        raise Conflict("This medicine is not stopped.")
    acting.note(medicine, "started_again", by, {"stopped_at": medicine.stopped_at})
    medicine.stopped_at = medicine.stopped_by = None
    db.session.flush()
    _stops(patient, medicine)
    remaking.remake_all(patient, medicine)
    return medicine


_PLAIN = ("code", "code_level", "strength", "form", "route", "time_critical")
_SEALED = ("reason", "late_dose", "prescriber", "prescriber_phone")


_NAMING: Final = {"name", "code", "ingredients"}  # by which a stop knows it
_OF_CLASS: Final = ("window_minutes", "remind_every")


def _said(medicine: Medicine) -> dict[str, Any]:
    names = ("name", *_PLAIN, *_SEALED, "ingredients", *_OF_CLASS)
    return {name: getattr(medicine, name) for name in names}


def _changed(said: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """What is said from now on; another class brings its own window and reminders, where none are given."""
    is_other = changes.get("time_critical", said["time_critical"]) != said["time_critical"]
    return {**said, **(dict.fromkeys(_OF_CLASS) if is_other else {}), **changes}


def _whole(said: Mapping[str, Any], typed: str | None) -> dict[str, Any]:
    """The same with all that was left open; unless somebody says otherwise, one repeat at least fits the window."""
    known = time_critical.CLASSES.get(said["time_critical"] or "")
    window = said["window_minutes"] or (known.window_minutes if known else WINDOW_MINUTES)
    every = said["remind_every"] or (known.remind_every if known else REMIND_EVERY)
    fitting = every if every < window else window // 2
    whole = {"name": said["name"] or typed, "window_minutes": window, "remind_every": fitting}
    return {**said, **whole, "ingredients": dict(said["ingredients"])}


def _write(medicine: Medicine, whole: Mapping[str, Any]) -> None:
    for name in ("name", *_PLAIN, *_SEALED, "ingredients", *_OF_CLASS):
        setattr(medicine, name, whole[name])


def _stops(patient: AdmittedPatient, medicine: Medicine) -> None:
    """Raise Invalid where one of its schedules must never be, for what the medicine is known to be by now."""
    if faults := hard_stops.of_medicine(patient, medicine):
        raise Invalid(faults[0][1], errors=[{"pointer": pointer, "detail": detail} for pointer, detail in faults])


def _of_reminders(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The first may go by push, and only a repeat goes by text: one at least has to fit."""
    every, window = said["remind_every"], _whole(said, None)["window_minutes"]
    if every is None or every < window:
        return []
    return [("remind_every", f"There would be only one reminder: give fewer than the {window} minutes it is of use.")]


def _check(said: Mapping[str, Any]) -> None:
    faults = _of_reminders(said)
    if (said["code"] is None) != (said["code_level"] is None):
        faults.append(("code_level", "A code and its level come together."))
    if said["time_critical"] and said["time_critical"] not in time_critical.CLASSES:
        faults.append(("time_critical", "This class of medicines is not known."))
    if unknown := sorted(set(said["ingredients"]) - set(ingredients.GROUPS)):
        faults.append(("ingredients", f"Not known: {', '.join(unknown)}."))
    if faults:
        errors = [{"pointer": f"/{name}", "detail": detail} for name, detail in faults]
        raise Invalid("Please mend what is named and send it again.", errors=errors)
