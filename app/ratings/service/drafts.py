"""Write a rating area by area, for as long as it takes; finished, it becomes one rating and the draft is gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app.core import clock
from app.core.db import db
from app.core.errors import NotFound
from app.core.ids import new_id
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.ratings import saying, voicing
from app.ratings.entering import Said
from app.ratings.models import Rating, RatingDraft
from app.ratings.queries import drafts as queries
from app.ratings.queries import rated
from app.ratings.queries.drafts import Draft
from app.ratings.service import holding, rating, versions


def take_up(patient: AdmittedPatient, code: str, voice: str, by: By, *, on_paper: bool = False) -> Draft:
    """What somebody is writing in this voice, or a new one, in the newest version of the instrument.

    Raises Forbidden (a voice that is not theirs), Conflict (care or licence ended) and Invalid (no such instrument).
    """
    holding.may_give(by, voice, on_paper=on_paper)
    holding.one_at_a_time(patient)
    holding.still_cared_for(patient)
    row = queries.of_voice(patient, by.person_id, code, voice)
    return queries.in_full([row or _begun(patient, code, voice, by, on_paper=on_paper)])[0]


def keep(
    patient: AdmittedPatient, code: str, voice: str, said: Mapping[str, Said], by: By, *, on_paper: bool = False
) -> Draft:
    """Keep what was said of some areas; said again it counts as said last. Raises as `take_up` does, and Invalid."""
    draft = take_up(patient, code, voice, by, on_paper=on_paper)
    scores = {area: one.score for area, one in said.items()}
    notes = {area: one.note for area, one in said.items() if one.note}
    holding.refuse(saying.faults(draft.instrument, scores, notes))
    return write(draft, said)


def write(draft: Draft, said: Mapping[str, Said], asked: str | None = None) -> Draft:
    """The same with what was said, now unless it has a time, and the area that is asked for by text from now on."""
    row, now = draft.row, clock.now()
    timed = {area: one if one.at else replace(one, at=now) for area, one in said.items()}
    row.said = queries.as_json({**draft.said, **timed})
    row.asked, row.touched_at = asked, now
    db.session.flush()
    return queries.in_full([row])[0]


def throw_away(patient: AdmittedPatient, client_id: UUID, by: By) -> None:
    """Let go of a draft of one's own. Raises NotFound."""
    holding.one_at_a_time(patient)
    row = queries.one(patient, by.person_id, client_id)
    if row is None:
        raise NotFound
    db.session.delete(row)
    db.session.flush()


def finish(patient: AdmittedPatient, client_id: UUID, by: By, at: datetime | None = None) -> Rating:
    """Make a draft of one's own the rating that it was begun as, of now or `at`; finished before, it is that rating.

    A licence that ended since it was begun does not stop it. Raises NotFound, Forbidden, Conflict and Invalid.
    """
    holding.one_at_a_time(patient)
    row = queries.one(patient, by.person_id, client_id)
    if row is None:
        return _finished(patient, client_id, by)
    holding.still_cared_for(patient)
    holding.may_give(by, row.voice, on_paper=row.channel == voicing.PAPER)
    draft = queries.in_full([row])[0]
    made = rating.keep(patient, _written(draft, by, at or clock.now()), by)
    db.session.delete(row)
    db.session.flush()
    return made


def _written(draft: Draft, by: By, at: datetime) -> rating.Written:
    row, channel = draft.row, by.channel
    return rating.Written(
        client_id=row.client_id,
        instrument_id=row.instrument_id,
        instrument=draft.instrument,
        voice=row.voice,
        channel=voicing.PAPER if row.channel == voicing.PAPER else channel,
        rated_at=at,
        scores=draft.scores,
        notes=draft.notes,
    )


def _finished(patient: AdmittedPatient, client_id: UUID, by: By) -> Rating:
    made = rated.sent_as(patient, client_id)
    if made is None or made.rated_by != by.person_id or made.corrects_id is not None:
        raise NotFound
    return made


def _begun(patient: AdmittedPatient, code: str, voice: str, by: By, *, on_paper: bool) -> RatingDraft:
    one = holding.instrument(code)
    holding.may_begin(patient, one, voice, clock.today(patient.zone))
    channel = voicing.PAPER if on_paper else by.channel
    return make(patient, new_id(), versions.row_of(one).id, code, voice, by.person_id, channel)


def make(
    patient: AdmittedPatient, client_id: UUID, instrument_id: UUID, code: str, voice: str, person_id: UUID, channel: str
) -> RatingDraft:
    """An empty one; whether it may be begun has been asked."""
    row = RatingDraft(
        organisation_id=patient.organisation_id,
        patient_id=patient.id,
        person_id=person_id,
        instrument_id=instrument_id,
        code=code,
        voice=voice,
        channel=channel,
        client_id=client_id,
        touched_at=clock.now(),
    )
    row.said = "{}"
    db.session.add(row)
    db.session.flush()
    return row
