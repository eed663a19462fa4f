"""A schedule looked at before it is saved: its words, the next 30 days, and whether its text agrees."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from app.core import clock
from app.medicines import queries, schedule_words
from app.medicines.entering import NewSchedule
from app.medicines.queries import showing
from app.medicines.service import scheduling
from app.patients.admission import AdmittedPatient
from app.patients.by import By


@dataclass(frozen=True, slots=True)
class Preview:
    """What a schedule would come to."""

    words: list[str]
    unclear: str | None
    days: list[schedule_words.PreviewDay]


def preview(
    patient: AdmittedPatient, new: NewSchedule, by: By, medicine_id: UUID | None, schedule_id: UUID | None = None
) -> Preview:
    """The next 30 days; `schedule_id` is the one whose place it would take.

    Raises Invalid for what cannot be saved, NotFound for what is somebody else's.
    """
    was = queries.schedule(patient, schedule_id) if schedule_id else None
    medicine_id = was.medicine_id if was else medicine_id
    today = clock.today(patient.zone)
    new = replace(new, starts_on=new.starts_on or today)
    medicine = queries.medicine(patient, medicine_id) if medicine_id else None
    scheduling.check(patient, medicine, new, schedule_id)
    assert new.starts_on is not None  # it was filled in above
    days = schedule_words.preview(
        new.pattern,
        starts_on=new.starts_on,
        ends_on=new.ends_on,
        zone=patient.zone,
        usual_day=queries.usual_day(patient),
        since=clock.now(),
    )
    unit = showing.unit(medicine.form) if medicine else None
    lines = schedule_words.lines(
        new.pattern, starts_on=new.starts_on, ends_on=new.ends_on, zone=patient.zone, unit=unit
    )
    return Preview(lines, scheduling.disagreement(patient, new, by, was), days)
