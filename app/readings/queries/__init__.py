"""Reads of readings; the first argument is the admitted patient."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from flask import current_app
from sqlalchemy import Select, func, select, tuple_

from app.access.permissions import Permission
from app.access.roles import STAFF
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.pages import Page, Position, page, position
from app.identity.models import Person
from app.patients.admission import AdmittedPatient
from app.protocols import queries as protocols
from app.readings import catalogue
from app.readings.intake import Earlier, Known
from app.readings.models import QuarantinedReading, Reading, ReadingCorrection, ReadingState
from app.readings.near_duplicates import SYNCED, Copy
from app.readings.observed import Observed
from app.readings.queries import visible
from app.readings.queries.newest import newest as newest
from app.readings.replies import Reply, ReplyFor

# What counts as having looked at a reading.
LOOKS = (Permission.SEE_READINGS, Permission.SEE_ALERTS, Permission.HANDLE_ALERTS)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is stored under a client's id: a reading, or something in quarantine."""

    content: bytes
    reading: Reading | None = None
    quarantine_id: UUID | None = None
    reasons: tuple[tuple[str, str], ...] = ()


def kept(patient: AdmittedPatient, ids: Sequence[UUID]) -> dict[UUID, Kept]:
    """What is stored under these ids, as readings or in quarantine."""
    readings = select(Reading).where(Reading.patient_id == patient.id, Reading.id.in_(ids))
    found = {row.id: Kept(row.content, row) for row in db.session.scalars(readings)}
    there = (QuarantinedReading.patient_id == patient.id, QuarantinedReading.client_id.in_(ids))
    for row in db.session.scalars(select(QuarantinedReading).where(*there)):
        reasons = tuple((pointer, why) for pointer, why in row.reasons)
        found.setdefault(row.client_id, Kept(row.content, None, row.id, reasons))
    return found


def known_of(patient: AdmittedPatient, measures: Collection[str]) -> dict[str, Known]:
    """What makes a value unusual for this person, for the measures whose catalogue entry asks for it."""
    looked = {name: measure for name in measures if (measure := catalogue.find(name))}
    earlier = _earlier(patient, [name for name, one in looked.items() if one.looks_back])
    best = _best(patient, [name for name, one in looked.items() if one.confirm_best != (None, None)])
    floors = _floors(patient, {one.floor_limit: name for name, one in looked.items() if one.floor_limit})
    known = earlier.keys() | best.keys() | floors.keys()
    return {name: Known(earlier.get(name), best.get(name), floors.get(name)) for name in known}


def _earlier(patient: AdmittedPatient, measures: Sequence[str]) -> dict[str, Earlier]:
    if not measures:
        return {}
    mine = (ReadingState.patient_id == patient.id, ReadingState.measure.in_(measures))
    states = db.session.scalars(select(ReadingState).where(*mine))
    return {one.measure: Earlier(one.value, one.measured_at) for one in states if one.value is not None}


def _best(patient: AdmittedPatient, measures: Sequence[str]) -> dict[str, float]:
    if not measures:
        return {}
    best = select(Reading.measure, func.max(Reading.value)).where(
        *visible.counted(patient), Reading.measure.in_(measures)
    )
    return {measure: value for measure, value in db.session.execute(best.group_by(Reading.measure)) if value}


def _floors(patient: AdmittedPatient, limits: Mapping[str, str]) -> dict[str, float]:
    return {limits[name]: value for name, value in protocols.limit_values(patient, limits).items()} if limits else {}


def synced_between(patient: AdmittedPatient, measure: str, start: datetime, end: datetime) -> list[Copy]:
    """Stored readings of one measure that came from a device or sync in this time."""
    where = (Reading.patient_id == patient.id, Reading.measure == measure, Reading.source.in_(SYNCED))
    rows = db.session.execute(
        select(
            Reading.id,
            Reading.measured_at,
            Reading.value,
            Reading.value_2,
            Reading.comparator,
            Reading.code,
            Reading.source,
            Reading.device,
        ).where(*where, Reading.measured_at.between(start, end))
    )
    return [Copy(r.id, r.measured_at, (r.value, r.value_2, r.comparator, r.code), r.source, r.device) for r in rows]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which readings of a patient."""

    measure: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def readings(patient: AdmittedPatient, which: Filter, limit: int, cursor: str | None) -> Page[Reading]:
    """A page of readings, newest first by the time they were measured."""
    rows = db.session.scalars(_newest_first(patient, which, position(cursor)).limit(limit + 1)).all()
    return page(rows, limit, lambda reading: (reading.measured_at, reading.id))


def series(patient: AdmittedPatient, measure: str, since: datetime) -> Sequence[Reading]:
    """The readings of one measure since an instant, oldest first, without copies and what was entered in error."""
    where = (*visible.counted(patient), *visible.shown(patient), Reading.measure == measure, Reading.copy_of.is_(None))
    where = (*where, Reading.measured_at >= since)
    return db.session.scalars(select(Reading).where(*where).order_by(Reading.measured_at)).all()


def _newest_first(patient: AdmittedPatient, which: Filter, after: Position | None) -> Select[Reading]:
    found = select(Reading).where(*visible.shown(patient))
    if which.measure is not None:
        found = found.where(Reading.measure == which.measure)
    if which.since is not None:
        found = found.where(Reading.measured_at >= which.since)
    if which.until is not None:
        found = found.where(Reading.measured_at < which.until)
    if after is not None:
        found = found.where(tuple_(Reading.measured_at, Reading.id) < (after.at, after.id))
    return found.order_by(Reading.measured_at.desc(), Reading.id.desc())


def reading(patient: AdmittedPatient, reading_id: UUID) -> Reading | None:
    """One reading, for whoever may see it."""
    return db.session.scalar(select(Reading).where(*visible.shown(patient), Reading.id == reading_id))


def sent_together(patient: AdmittedPatient, reading: Reading) -> Sequence[Reading]:
    """The readings of the check-in this one belongs to, itself among them."""
    if reading.check_in_id is None:
        return [reading]
    where = (*visible.shown(patient), Reading.check_in_id == reading.check_in_id)
    return db.session.scalars(select(Reading).where(*where)).all()


def correction(patient: AdmittedPatient, reading_id: UUID) -> ReadingCorrection | None:
    """The correction of a reading, if there is one."""
    where = (ReadingCorrection.patient_id == patient.id, ReadingCorrection.reading_id == reading_id)
    return db.session.scalar(select(ReadingCorrection).where(*where))


def corrected(patient: AdmittedPatient, ids: Collection[UUID]) -> set[UUID]:
    """Which of these readings were entered in error."""
    where = (ReadingCorrection.patient_id == patient.id, ReadingCorrection.reading_id.in_(ids))
    return set(db.session.scalars(select(ReadingCorrection.reading_id).where(*where))) if ids else set()


def described(patient: AdmittedPatient, rows: Sequence[Reading]) -> list[dict[str, Any]]:
    """Readings with the words people read, whether they were entered in error, and whether they are kept from the
    circle, which sees none that are: in three queries for any number."""
    ids = [row.id for row in rows]
    wrong, kept_back = corrected(patient, ids), set() if patient.is_for_circle else visible.hidden_among(patient, ids)
    return [
        {column.key: getattr(row, column.key) for column in Reading.__table__.columns}
        | {
            "entered": row.entered | ({"context": orjson.loads(row.told)} if row.told else {}),
            "shown": catalogue.shown(row.measure, row.value, row.value_2, row.comparator, row.code),
            "entered_in_error": row.id in wrong,
            "hidden_from_circle": row.id in kept_back,
        }
        for row in rows
    ]


def seen_by(patient: AdmittedPatient, reading: Reading) -> dict[str, Any] | None:
    """Who of the team first looked at the record after this reading came: read from the audit trail itself."""
    looked = (AuditEntry.patient_id == patient.id, AuditEntry.created_at >= reading.received_at)
    staff = (AuditEntry.role.in_(STAFF), AuditEntry.action.in_(LOOKS))
    found = db.session.execute(
        select(Person, AuditEntry.created_at)
        .join(Person, Person.id == AuditEntry.actor_id)
        .where(*looked, *staff)
        .order_by(AuditEntry.created_at, AuditEntry.id)
        .limit(1)
    ).first()
    return {"name": found[0].name, "at": found[1]} if found else None


def measures_of(patient: AdmittedPatient, ids: Collection[UUID]) -> dict[UUID, str]:
    """The measure of each of these readings."""
    where = (Reading.patient_id == patient.id, Reading.id.in_(ids))
    return {row.id: row.measure for row in db.session.execute(select(Reading.id, Reading.measure).where(*where))}


def copies_among(patient: AdmittedPatient, ids: Collection[UUID]) -> int:
    """How many of these readings are near-duplicates of another."""
    where = (Reading.patient_id == patient.id, Reading.id.in_(ids), Reading.copy_of.is_not(None))
    return db.session.scalar(select(func.count()).select_from(Reading).where(*where)) or 0


def reply_for(patient: AdmittedPatient, reading_ids: Sequence[UUID]) -> Mapping[UUID, Reply]:
    """The replies, by whoever assembly handed in."""
    compute: ReplyFor = current_app.extensions["reply_for"]
    return compute(patient, reading_ids)


# For a statement that reads a whole case at once: the window over :patient_id, :measures, {since} and :until as JSON,
# without what was entered in error.
WINDOW_JSON = """
    (select jsonb_agg(jsonb_build_array(r.id, r.measure, r.measured_at, r.value, r.value_2, r.comparator, r.code,
            r.on_oxygen, r.at_rest, r.meal, r.symptoms, r.copy_of is not null, r.source))
        from reading r where r.patient_id = :patient_id and r.measure = any(:measures)
            and r.measured_at between {since} and :until
            and not exists (select from reading_correction rc where rc.patient_id = r.patient_id
                and rc.reading_id = r.id))
"""
# The newest reading of each measure. Asking also makes whoever judges the same measures of the same patient wait.
NEWEST_JSON = """
    (with held as (select rs.measure, rs.reading_id from reading_state rs
            where rs.patient_id = :patient_id and rs.measure = any(:measures) order by rs.measure for update)
        select jsonb_object_agg(measure, reading_id) from held)
"""


_OBSERVED = (
    "reading_id",
    "measure",
    "measured_at",
    "value",
    "value_2",
    "comparator",
    "code",
    "on_oxygen",
    "at_rest",
    "meal",
    "symptoms",
    "linked",
    "source",
)  # what WINDOW_JSON gives of each reading, in its order


def observed_one(patient: AdmittedPatient, reading_id: UUID) -> Observed:
    """One stored reading as rules see it, whether it still counts or not."""
    row = db.session.get_one(Reading, (patient.id, reading_id))
    return Observed(
        reading_id=row.id,
        measure=row.measure,
        measured_at=row.measured_at,
        value=row.value,
        value_2=row.value_2,
        comparator=row.comparator,
        code=row.code,
        on_oxygen=row.on_oxygen,
        at_rest=row.at_rest,
        meal=row.meal,
        symptoms=tuple(row.symptoms or ()),
        linked=row.copy_of is not None,
        source=row.source,
    )


def observed(window: Sequence[list[Any]] | None) -> list[Observed]:
    """Readings as rules see them, from what WINDOW_JSON gave."""
    return [_observed(dict(zip(_OBSERVED, row, strict=True))) for row in window or ()]


def _observed(facts: dict[str, Any]) -> Observed:
    facts["reading_id"] = UUID(facts["reading_id"])
    facts["measured_at"] = datetime.fromisoformat(facts["measured_at"])
    facts["symptoms"] = tuple(facts["symptoms"] or ())
    return Observed(**facts)
