"""What a phone kept of a rating while there was no signal: it arrives in the draft once, with its own times.

What was said elsewhere later stands, and what was sent stands: then it is refused, in words, and nothing is changed.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import orjson

from app.core.errors import Conflict, Invalid, NotFound
from app.patients.admission import AdmittedPatient
from app.patients.by import By
from app.ratings import saying, voicing
from app.ratings.entering import Kept, Said
from app.ratings.models import Rating, RatingDraft
from app.ratings.queries import drafts as queries
from app.ratings.queries import instruments, rated
from app.ratings.queries.drafts import Draft
from app.ratings.service import drafts, holding, versions

# A phone whose clock is wrong is put right anew each time it sends: the same order may come out seconds apart.
MAY_DIFFER: Final = timedelta(minutes=1)
SENT: Final = "This rating was finished and sent before this answer arrived. What was sent stands; nothing was changed."
LATER: Final = "You gave a later answer to this elsewhere. That one stands; nothing was changed."
ELSEWHERE: Final = (
    "You have begun this rating elsewhere too, so nothing was changed. Send that one or throw it away, and then send "
    "this again."
)
GONE: Final = "This rating is not there any more: it was thrown away. Nothing was changed."
MISSING: Final = "Not every answer has arrived, so it was not sent. Open it where there is a signal, and send it there."
WENT_ON: Final = "You went on with this rating elsewhere later, so it was not sent. Open it, and send it from there."
OTHER: Final = "These answers are to other questions than the rating was begun with. Nothing was changed."


def keep(patient: AdmittedPatient, client_id: UUID, kept: Kept, at: datetime, by: By) -> None:
    """Keep one area in the draft that the phone names, or begin that where the phone did; sent again it is the same.

    Raises Forbidden (not theirs to say), NotFound (thrown away), Conflict (sent, said later or begun elsewhere, care
    ended) and Invalid.
    """
    holding.may_give(by, voicing.PATIENT, on_paper=False)
    holding.one_at_a_time(patient)
    made = _own(rated.sent_as(patient, client_id), by)
    if made is not None:
        if _of(made).get(kept.area) != kept.said:
            raise Conflict(SENT)
        return
    holding.still_cared_for(patient)
    row = queries.one(patient, by.person_id, client_id) or _begun(patient, client_id, kept, at, by)
    _write(queries.in_full([row])[0], kept, at)


def finish(patient: AdmittedPatient, client_id: UUID, said: Collection[str], at: datetime, by: By) -> Rating:
    """Make it a rating of when it was finished on the phone; finished before, it is that rating.

    Raises as `keep`, and Conflict where one of the areas `said` has not arrived, or one was said elsewhere later.
    """
    holding.one_at_a_time(patient)
    made = _own(rated.sent_as(patient, client_id), by)
    if made is not None:
        return made
    row = queries.one(patient, by.person_id, client_id)
    if row is None:
        raise NotFound(GONE)
    draft = queries.in_full([row])[0]
    if not set(said) <= set(draft.said):
        raise Conflict(MISSING)
    if any(_is_later(one, at) for one in draft.said.values()):
        raise Conflict(WENT_ON)
    return drafts.finish(patient, client_id, by, at)


def _write(draft: Draft, kept: Kept, at: datetime) -> None:
    said, before, row = kept.said, draft.said.get(kept.area), draft.row
    if (row.code, row.voice, draft.instrument.version) != (kept.code, voicing.PATIENT, kept.version):
        raise Conflict(OTHER)
    notes = {kept.area: said.note} if said.note else {}
    holding.refuse(saying.faults(draft.instrument, {kept.area: said.score}, notes))
    if before is not None and _is_later(before, at):
        if before != said:
            raise Conflict(LATER)
        return
    asked = None if row.asked == kept.area else row.asked
    drafts.write(draft, {kept.area: Said(said.score, said.note, at)}, asked)


def _begun(patient: AdmittedPatient, client_id: UUID, kept: Kept, at: datetime, by: By) -> RatingDraft:
    """The draft that began on the phone, in the version that was there."""
    if queries.of_voice(patient, by.person_id, kept.code, voicing.PATIENT) is not None:
        raise Conflict(ELSEWHERE)
    if not kept.begins or queries.is_known(patient, client_id):
        raise NotFound(GONE)
    instrument_id, one = versions.asked(kept.code, kept.version)
    if one.area(kept.area) is None:
        raise Invalid(OTHER)
    holding.may_begin(patient, one, voicing.PATIENT, at.astimezone(patient.zone).date())
    return drafts.make(patient, client_id, instrument_id, kept.code, voicing.PATIENT, by.person_id, by.channel)


def _own(made: Rating | None, by: By) -> Rating | None:
    if made is not None and (made.rated_by != by.person_id or made.corrects_id is not None):
        raise NotFound(GONE)
    return made


def _of(made: Rating) -> dict[str, Said]:
    """What was sent, by area; also what was left out."""
    one, notes = instruments.kept({made.instrument_id})[made.instrument_id], orjson.loads(made.notes or "{}")
    pairs = zip(one.areas, made.scores, strict=True)
    return {area.code: Said(score, notes.get(area.code)) for area, score in pairs}


def _is_later(said: Said, at: datetime) -> bool:
    return said.at is not None and said.at > at + MAY_DIFFER
