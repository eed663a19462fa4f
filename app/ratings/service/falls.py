"""An area that fell by so many points since the rating before is told to the coordinator, once for each rating."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import exists, select

from app.core.db import db
from app.patients.admission import AdmittedPatient
from app.ratings import distance
from app.ratings.instrument import Instrument
from app.ratings.models import Rating
from app.ratings.queries import instruments, rated
from app.todos import service as todos
from app.todos.models import Todo

KIND: Final = "rating_fell"
_WHOSE: Final = {
    "patient": "{patient} rates lower than the time before",
    "together": "Rated together with {patient}, lower than the time before",
    "team": "The team rates lower than the time before for {patient}",
}


def look(patient: AdmittedPatient, rating: Rating) -> None:
    """Set a rating against the one before it, and the one after it, if it came late, against this one."""
    if patient.ended_at is not None:
        return
    earlier, later = rated.before(rating), rated.after(rating)
    versions = instruments.kept({one.instrument_id for one in (earlier, rating, later) if one is not None})
    for before, now in ((earlier, rating), (rating, later)):
        if before is not None and now is not None:
            _compare(patient, before, now, versions[before.instrument_id], versions[now.instrument_id])


def _compare(patient: AdmittedPatient, before: Rating, now: Rating, then: Instrument, one: Instrument) -> None:
    if (then.lowest, then.highest) != (one.lowest, one.highest):
        return
    fallen = distance.fallen(then.by_area(before.scores), one.by_area(now.scores), one.fall)
    if fallen and not _was_told(patient, cause := str(rated.first_of(now))):
        todos.add(patient, KIND, cause, _reason(patient, one, now, fallen))


def _was_told(patient: AdmittedPatient, cause: str) -> bool:
    """Done or not: a correction of what was told of before asks for nothing again."""
    same = (Todo.patient_id == patient.id, Todo.kind == KIND, Todo.cause == cause)
    return bool(db.session.scalar(select(exists().where(*same))))


def _reason(patient: AdmittedPatient, one: Instrument, now: Rating, fallen: Mapping[str, tuple[int, int]]) -> str:
    begins = _WHOSE[now.voice].format(patient=patient.given_name)
    moved = [(area.name, *fallen[area.code]) for area in one.areas if area.code in fallen]
    said = [f"{name} {was} to {is_now}" for name, was, is_now in moved]
    return f"{begins}: {'; '.join(said)} ({one.name}, {one.lowest} to {one.highest}). Speak with them about it."
