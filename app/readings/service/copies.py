"""Near-duplicates among what arrives and what is stored: only for readings from a device or an app's sync."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import update

from app.core.db import db
from app.patients.admission import AdmittedPatient
from app.readings import near_duplicates, queries
from app.readings.intake import Accepted
from app.readings.models import Reading
from app.readings.near_duplicates import REACH, SYNCED, Copy


@dataclass(frozen=True, slots=True)
class Links:
    """Which new readings are copies, and which stored ones have turned out to be."""

    copy_of: dict[UUID, UUID] = field(default_factory=dict)
    made: dict[UUID, UUID] = field(default_factory=dict)


def of(patient: AdmittedPatient, accepted: Sequence[Accepted]) -> Links:
    """The links that these readings bring."""
    synced = [one for one in accepted if one.source in SYNCED]
    if not synced:
        return Links()
    new = {one.id for one in synced}
    links = Links()
    for measure in {one.measure for one in synced}:
        mine = [_copy(one) for one in synced if one.measure == measure]
        times = [one.measured_at for one in mine]
        stored = queries.synced_between(patient, measure, min(times) - REACH, max(times) + REACH)
        there = {one.reading_id for one in stored}
        found = near_duplicates.links([*(one for one in mine if one.reading_id not in there), *stored])
        links.copy_of.update({one: first for one, first in found.items() if one in new})
        links.made.update({one: first for one, first in found.items() if one not in new})
    return links


def link_later(patient: AdmittedPatient, made: dict[UUID, UUID]) -> None:
    """Link stored readings whose original arrived after them."""
    for reading_id, first in made.items():
        where = (Reading.patient_id == patient.id, Reading.id == reading_id, Reading.copy_of.is_distinct_from(first))
        db.session.execute(update(Reading).where(*where).values(copy_of=first))


def _copy(one: Accepted) -> Copy:
    values = (one.value, one.value_2, one.comparator, one.code)
    return Copy(one.id, one.measured_at, values, one.source, one.device)
