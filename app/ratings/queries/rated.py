"""Reads of ratings: those somebody may see, in the order of time, and what stood before and after one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on

from app.access.roles import Role
from app.core.db import db
from app.core.errors import NotFound
from app.core.pages import Position
from app.patients.admission import AdmittedPatient
from app.ratings import instrument, voicing
from app.ratings.instrument import Instrument
from app.ratings.models import InstrumentVersion, Rating

_WHEN = tuple_(Rating.rated_at, Rating.id)


def visible(patient: AdmittedPatient, role: Role) -> list[ColumnElement[bool]]:
    """The ratings that somebody in this role may see: the circle sees nothing of the team's own view."""
    where = [Rating.patient_id == patient.id]
    if not voicing.reads_team(role):
        where.append(Rating.voice != voicing.TEAM)
    return where


def one(patient: AdmittedPatient, role: Role, rating_id: UUID) -> Rating:
    """One rating that somebody may see, standing or corrected since. Raises NotFound."""
    found = db.session.scalar(select(Rating).where(*visible(patient, role), Rating.id == rating_id))
    if found is None:
        raise NotFound
    return found


def listed(
    patient: AdmittedPatient,
    role: Role,
    *,
    code: str | None = None,
    voice: str | None = None,
    corrected: bool = False,
    after: Position | None = None,
    limit: int = 50,
) -> Sequence[Rating]:
    """Ratings, newest first; one more than `limit`, to know of a next page. `corrected`: also what stands no more."""
    where = visible(patient, role)
    where += [Rating.code == code] if code else []
    where += [Rating.voice == voice] if voice else []
    where += [] if corrected else [Rating.replaced_at.is_(None)]
    if after is not None:
        where.append(tuple_(literal(after.at), literal(after.id)) > _WHEN)
    rows = select(Rating).where(*where).order_by(Rating.rated_at.desc(), Rating.id.desc()).limit(limit + 1)
    return db.session.scalars(rows).all()


def history(patient: AdmittedPatient, role: Role, code: str, voice: str) -> Sequence[Rating]:
    """The standing ratings of one voice with one instrument, of whatever version, earliest first."""
    where = (*visible(patient, role), Rating.code == code, Rating.voice == voice, Rating.replaced_at.is_(None))
    return db.session.scalars(select(Rating).where(*where).order_by(Rating.rated_at, Rating.id)).all()


def latest(patient: AdmittedPatient, role: Role, code: str) -> dict[str, Rating]:
    """The newest standing rating of each voice with one instrument."""
    where = (*visible(patient, role), Rating.code == code, Rating.replaced_at.is_(None))
    order = (Rating.voice, Rating.rated_at.desc(), Rating.id.desc())
    newest = select(Rating).where(*where).ext(distinct_on(Rating.voice)).order_by(*order)
    return {row.voice: row for row in db.session.scalars(newest)}


def before(rating: Rating) -> Rating | None:
    """The standing rating of the same voice and instrument before this one."""
    earlier = tuple_(literal(rating.rated_at), literal(rating.id)) > _WHEN
    return db.session.scalar(_beside(rating, earlier).order_by(Rating.rated_at.desc(), Rating.id.desc()).limit(1))


def after(rating: Rating) -> Rating | None:
    """The same after it: ratings may arrive in any order."""
    later = tuple_(literal(rating.rated_at), literal(rating.id)) < _WHEN
    return db.session.scalar(_beside(rating, later).order_by(Rating.rated_at, Rating.id).limit(1))


def sent_as(patient: AdmittedPatient, client_id: UUID) -> Rating | None:
    """The rating that was made under an id of its sender."""
    where = (Rating.patient_id == patient.id, Rating.client_id == client_id)
    return db.session.scalar(select(Rating).where(*where))


def first_of(rating: Rating) -> UUID:
    """The rating that was corrected first of all: what a chain of corrections is known by."""
    found = rating
    while found.corrects_id is not None:
        found = db.session.get_one(Rating, found.corrects_id)
    return found.id


def version(code: str, number: int) -> tuple[UUID, Instrument] | None:
    """A version of an instrument that somebody rated with before, whatever became of its file."""
    where = (InstrumentVersion.code == code, InstrumentVersion.version == number)
    row = db.session.scalar(select(InstrumentVersion).where(*where))
    return (row.id, instrument.from_content(row.content, row.digest)) if row else None


def scores_of_area(patient: AdmittedPatient, role: Role, code: str, area: str) -> list[tuple[datetime, int]]:
    """What the patient said of one area over time, alone or together with the team; earliest first."""
    where = (*visible(patient, role), Rating.code == code, Rating.voice.in_(voicing.ANSWERS))
    rows = select(Rating, InstrumentVersion.content).join(
        InstrumentVersion, InstrumentVersion.id == Rating.instrument_id
    )
    standing = rows.where(*where, Rating.replaced_at.is_(None)).order_by(Rating.rated_at, Rating.id)
    said = []
    for rating, content in db.session.execute(standing):
        by_area = dict(zip((each["code"] for each in content["areas"]), rating.scores, strict=True))
        said.append((rating.rated_at, by_area.get(area)))
    return [(at, score) for at, score in said if score is not None]


def _beside(rating: Rating, when: ColumnElement[bool]) -> Select[Rating]:
    same = (Rating.patient_id == rating.patient_id, Rating.code == rating.code, Rating.voice == rating.voice)
    return select(Rating).where(*same, Rating.replaced_at.is_(None), when)
