"""Give a rating, and correct one: nothing that was said is ever overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import orjson

from app.core import clock, events
from app.core.db import db
from app.core.errors import Conflict, Invalid
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.ratings import saying, voicing
from app.ratings.entering import NewCorrection, NewRating
from app.ratings.events import RatingGiven
from app.ratings.instrument import Instrument
from app.ratings.models import Rating
from app.ratings.queries import instruments, rated
from app.ratings.service import courses, dues, falls, far, holding, telling, versions

# A phone's clock may be a little fast.
AHEAD: Final = timedelta(minutes=10)
USED_BEFORE: Final = "This was sent before, with something else in it. What was sent first stands; nothing was changed."
CORRECTED: Final = "This was corrected before. Read what stands in its place, and correct that."


@dataclass(frozen=True, slots=True)
class Written:
    """A rating as it is to be kept, in one version of its instrument."""

    client_id: UUID
    instrument_id: UUID
    instrument: Instrument
    voice: str
    channel: str
    rated_at: datetime
    scores: Mapping[str, int | None]
    notes: Mapping[str, str] = field(repr=False)


def give(patient: AdmittedPatient, new: NewRating, by: By) -> Rating:
    """Rate areas of life; sent again it is the same rating. Publishes RatingGiven.

    Raises Forbidden (a voice that is not theirs), Conflict (care or licence ended, an id used otherwise), Invalid.
    """
    holding.may_give(by, new.voice, on_paper=new.on_paper)
    holding.one_at_a_time(patient)
    known = rated.sent_as(patient, new.id)
    if known is not None:
        return _again(known, new, by)
    holding.still_cared_for(patient)
    instrument_id, one = versions.asked(new.code, new.version)
    holding.may_begin(patient, one, new.voice, clock.today(patient.zone))
    channel, at = voicing.PAPER if new.on_paper else by.channel, _when(new.rated_at)
    return keep(patient, Written(new.id, instrument_id, one, new.voice, channel, at, new.scores, new.notes), by)


def keep(patient: AdmittedPatient, new: Written, by: By) -> Rating:
    """Write a new rating down, with all that follows from it; the caller holds the patient's. Raises Invalid."""
    _check(new.instrument, new.scores, new.notes)
    day = new.rated_at.astimezone(patient.zone).date()
    courses.begin_at_first(patient, new.instrument, day, by)
    answered = dues.answered_by(patient, new.instrument.code, new.voice, day)
    row = _row(patient, new, by)
    row.occasion = answered[-1].occasion if answered else None
    db.session.add(row)
    db.session.flush()
    if answered:
        dues.done(answered, row)
    far.renew(patient, row.code, row.voice)
    falls.look(patient, row)
    telling.given(patient, row.id, row.voice, by.person_id)
    _tell(row)
    return row


def correct(patient: AdmittedPatient, rating_id: UUID, new: NewCorrection, by: By) -> Rating:
    """Put a corrected rating in the place of one that stands, of the same time and version; the old one stays.

    Raises NotFound, Forbidden (not theirs to say), Conflict (corrected before, an id used otherwise) and Invalid.
    """
    old = rated.one(patient, by.role, rating_id)
    holding.may_give(by, old.voice, on_paper=old.channel == voicing.PAPER)
    holding.one_at_a_time(patient)
    db.session.refresh(old)
    one = instruments.kept({old.instrument_id})[old.instrument_id]
    known = rated.sent_as(patient, new.id)
    if known is not None:
        return _corrected_again(known, old, one, new, by)
    if old.replaced_at is not None:
        raise Conflict(CORRECTED)
    _check(one, new.scores, new.notes)
    return _replace(patient, old, one, new, by)


def _replace(patient: AdmittedPatient, old: Rating, one: Instrument, new: NewCorrection, by: By) -> Rating:
    written = Written(new.id, old.instrument_id, one, old.voice, by.channel, old.rated_at, new.scores, new.notes)
    row = _row(patient, written, by)
    row.occasion, row.corrects_id, row.reason = old.occasion, old.id, new.reason
    old.replaced_at = clock.now()
    db.session.add(row)
    db.session.flush()
    far.renew(patient, row.code, row.voice)
    dues.follow(old.id, row.id)
    falls.look(patient, row)
    _tell(row)
    return row


def _when(said: datetime | None) -> datetime:
    now = clock.now()
    if said is not None and said > now + AHEAD:
        raise Invalid("This time is still to come.", errors=[{"pointer": "/rated_at", "detail": "Is still to come."}])
    return said or now


def _check(one: Instrument, scores: Mapping[str, int | None], notes: Mapping[str, str]) -> None:
    holding.refuse(saying.faults(one, scores, notes))
    if all(score is None for score in scores.values()):
        holding.refuse([("/scores", saying.NOTHING_SAID)])


def _row(patient: AdmittedPatient, new: Written, by: By) -> Rating:
    row = Rating(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        client_id=new.client_id,
        instrument_id=new.instrument_id,
        code=new.instrument.code,
        voice=new.voice,
        rated_by=by.person_id,
        rated_role=str(by.role),
        acting_for_id=holding.acting_for(patient, by),
        channel=new.channel,
        rated_at=new.rated_at,
        scores=saying.in_order(new.instrument, new.scores),
    )
    row.notes = orjson.dumps(dict(new.notes)).decode() if new.notes else None
    return row


def _again(known: Rating, new: NewRating, by: By) -> Rating:
    """What this id made before. Raises Conflict where it was another's, or said something else."""
    one = instruments.kept({known.instrument_id})[known.instrument_id]
    same = (known.code, known.voice, known.rated_by, known.corrects_id) == (new.code, new.voice, by.person_id, None)
    if not same or not _says(known, one, new.scores, new.notes) or new.rated_at not in (None, known.rated_at):
        raise Conflict(USED_BEFORE)
    return known


def _corrected_again(known: Rating, old: Rating, one: Instrument, new: NewCorrection, by: By) -> Rating:
    same = (known.corrects_id, known.rated_by, known.reason) == (old.id, by.person_id, new.reason)
    if not same or not _says(known, one, new.scores, new.notes):
        raise Conflict(USED_BEFORE)
    return known


def _says(known: Rating, one: Instrument, scores: Mapping[str, int | None], notes: Mapping[str, str]) -> bool:
    said = {area: score for area, score in scores.items() if score is not None}
    return one.by_area(known.scores) == said and orjson.loads(known.notes or "{}") == dict(notes)


def _tell(row: Rating) -> None:
    events.publish(RatingGiven(row.organisation_id, row.patient_id, row.id, row.code, row.voice))
