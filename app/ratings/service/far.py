"""Keep beside the ratings how far they have come, so that the figures of ten thousand patients read one row of each."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.core import clock
from app.core.db import db
from app.core.ids import new_id
from app.patients.admission import AdmittedPatient
from app.ratings import distance
from app.ratings.distance import Point
from app.ratings.instrument import Instrument
from app.ratings.models import Rating, RatingDistance
from app.ratings.queries import instruments


def renew(patient: AdmittedPatient, code: str, voice: str) -> None:
    """Reckon it anew from all standing ratings of this voice; the caller holds the patient's."""
    where = (Rating.patient_id == patient.id, Rating.code == code, Rating.voice == voice, Rating.replaced_at.is_(None))
    rows = db.session.scalars(select(Rating).where(*where).order_by(Rating.rated_at, Rating.id)).all()
    versions = instruments.kept({one.instrument_id for one in rows})
    found = distance.travelled([_point(one, versions[one.instrument_id]) for one in rows]).areas
    known = {
        "areas": [one.area for one in found],
        "first": [one.first for one in found],
        "last": [one.last for one in found],
        "last_at": rows[-1].rated_at,
    }
    whose = {"organisation_id": patient.organisation_id, "patient_id": patient.id, "code": code, "voice": voice}
    new = insert(RatingDistance).values(id=new_id(), created_at=clock.now(), **whose, **known)
    db.session.execute(new.on_conflict_do_update(index_elements=("patient_id", "code", "voice"), set_=known))


def _point(row: Rating, one: Instrument) -> Point:
    return Point(one.lowest, one.highest, one.by_area(row.scores))
