"""The patient's rating over texts: one area is asked for, a number or "skip" answers it, then comes the next."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.core.db import db
from app.core.errors import Conflict
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.ratings import saying, voicing
from app.ratings.entering import Said
from app.ratings.instrument import Area, Instrument
from app.ratings.models import Rating
from app.ratings.queries import drafts as queries
from app.ratings.queries.drafts import Draft
from app.ratings.service import drafts, holding

NOTHING_ASKED = "No area was asked for, so nothing was kept."


@dataclass(frozen=True, slots=True)
class Asking:
    """The area that is asked for now: the how-manieth (from 1) of how many."""

    draft_id: UUID
    instrument: Instrument
    area: Area
    number: int

    @property
    def of(self) -> int:
        return len(self.instrument.areas)


@dataclass(frozen=True, slots=True)
class Finished:
    """Every area was asked for; no rating where all of them were left out."""

    rating: Rating | None


def ask_next(patient: AdmittedPatient, code: str, by: By) -> Asking | Finished:
    """Ask for the first area of which nothing was said; asked again before it is answered, it is the same area.

    Raises Forbidden, Conflict and Invalid as `drafts.take_up` does.
    """
    draft = drafts.take_up(patient, code, voicing.PATIENT, by)
    area = draft.next_area
    if area is None:
        return _finish(patient, draft, by)
    return _asking(drafts.write(draft, {}, asked=area.code), area)


def answer(patient: AdmittedPatient, code: str, area: str, score: int | None, by: By) -> Asking | Finished:
    """Keep a number, or None to leave the area out, for the area that is asked for; then ask for the next.

    `area` is the one that the answer is to: answered before, it is not written over, and the one asked now is given.
    Raises Conflict where none is asked for, and Invalid, in words, for a number off the scale.
    """
    holding.one_at_a_time(patient)
    row = queries.of_voice(patient, by.person_id, code, voicing.PATIENT)
    if row is None or row.asked is None:
        raise Conflict(NOTHING_ASKED)
    if row.asked == area:
        draft = queries.in_full([row])[0]
        holding.refuse(saying.faults(draft.instrument, {area: score}, {}))
        drafts.write(draft, {area: Said(score, _note(draft, area))})
    return ask_next(patient, code, by)


def stop(patient: AdmittedPatient, code: str, by: By) -> None:
    """Ask no more for now: what was said stays, and goes on where it was left."""
    holding.one_at_a_time(patient)
    row = queries.of_voice(patient, by.person_id, code, voicing.PATIENT)
    if row is not None and row.asked is not None:
        row.asked = None
        db.session.flush()


def _finish(patient: AdmittedPatient, draft: Draft, by: By) -> Finished:
    if all(score is None for score in draft.scores.values()):
        drafts.throw_away(patient, draft.row.client_id, by)
        return Finished(None)
    return Finished(drafts.finish(patient, draft.row.client_id, by))


def _asking(draft: Draft, area: Area) -> Asking:
    return Asking(draft.row.client_id, draft.instrument, area, draft.instrument.place(area.code) + 1)


def _note(draft: Draft, area: str) -> str | None:
    return draft.said[area].note if area in draft.said else None
