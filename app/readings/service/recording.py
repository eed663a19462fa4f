"""Record readings: examined against the catalogue, stored exactly once, published, answered honestly."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.dialects.postgresql import insert

from app.core import clock, events, sealed
from app.core.db import db
from app.core.errors import Conflict
from app.core.ids import new_id
from app.patients.admission import AdmittedPatient
from app.readings import intake, queries
from app.readings.events import ReadingsRecorded
from app.readings.intake import Accepted, Entry, Refused
from app.readings.models import QuarantinedReading, Reading
from app.readings.service import copies, storing
from app.readings.service.storing import Batch

_SENT = ("measure", "measured_at", "value", "unit", "components", "context", "device")


class Outcome(StrEnum):
    """What became of an item that was sent."""

    STORED = "stored"
    REFUSED = "refused"  # impossible: kept in quarantine
    DIFFERENT = "different"  # this id was used before for something else: nothing changed


@dataclass(frozen=True, slots=True)
class Received:
    """One item's outcome; a resend gets the outcome of the first time."""

    id: UUID
    outcome: Outcome
    reading: Accepted | Reading | None = None
    reasons: tuple[tuple[str, str], ...] = ()
    quarantine_id: UUID | None = None
    is_new: bool = False


@dataclass(slots=True)
class _Items:
    """The items of one request on their way."""

    sent: dict[UUID, Entry]
    accepted: dict[UUID, Accepted]
    refused: dict[UUID, Refused]
    content: dict[UUID, bytes]


def record(
    patient: AdmittedPatient,
    entries: Sequence[Entry],
    *,
    by: UUID,
    sent_at: datetime | None = None,
    check_in_id: UUID | None = None,
    is_history: bool = False,
) -> list[Received]:
    """Record what was sent, each item for itself; raises Conflict once care has ended.

    `sent_at` is the sender's clock at the moment of sending: it explains times in the future. `is_history` marks an
    import: its findings open no alerts.
    """
    if patient.ended_at is not None and not is_history and not _all_known(patient, entries):
        raise Conflict(f"Your care with {patient.team_name} has ended, so nobody would see this. Call your GP, or 111.")
    now = clock.now()
    contents = [_content(entry) for entry in entries]
    items = _examined(patient, entries, contents, now, sent_at)
    batch = Batch(patient, by, now, check_in_id, is_history)
    links = copies.of(patient, list(items.accepted.values()))
    rows = [storing.row(one, items.content[one.id], links.copy_of.get(one.id)) for one in items.accepted.values()]
    new = storing.store(batch, rows) if rows else set()
    copies.link_later(patient, links.made)
    known = _known_content(patient, items, new)
    quarantined = _quarantine(batch, items, known)
    _publish(batch, [items.accepted[one] for one in items.accepted if one in new])
    return [
        _received(entry.id, content, items, known, quarantined)
        for entry, content in zip(entries, contents, strict=True)
    ]


def _examined(
    patient: AdmittedPatient,
    entries: Sequence[Entry],
    contents: Sequence[bytes],
    now: datetime,
    sent_at: datetime | None,
) -> _Items:
    known = queries.known_of(patient, {entry.measure for entry in entries})
    items = _Items({entry.id: entry for entry in entries}, {}, {}, {})
    for entry, content in zip(entries, contents, strict=True):
        if entry.id in items.content:
            continue  # the same id twice in one request: the first one counts
        items.content[entry.id] = content
        result = intake.examine(entry, now=now, sent_at=sent_at, known=known.get(entry.measure, intake.NOTHING_KNOWN))
        if isinstance(result, Accepted):
            items.accepted[entry.id] = result
        else:
            items.refused[entry.id] = result
    return items


def _content(entry: Entry) -> bytes:
    """A digest of what was sent, equal for equal content however it was spelled in JSON."""
    return hashlib.blake2b(_plain([getattr(entry, name) for name in _SENT]), digest_size=16).digest()


def _plain(what: object) -> bytes:
    return orjson.dumps(what, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z, default=str)


def _known_content(patient: AdmittedPatient, items: _Items, new: set[UUID]) -> dict[UUID, queries.Kept]:
    """What is stored under the ids that were not new: readings and quarantined items alike."""
    older = [one for one in items.content if one not in new]
    return queries.kept(patient, older) if older else {}


def _quarantine(batch: Batch, items: _Items, known: Mapping[UUID, queries.Kept]) -> dict[UUID, UUID]:
    """Keep what cannot be a reading; returns the quarantine id of each."""
    rows = [_quarantine_row(batch, items, refused) for one, refused in items.refused.items() if one not in known]
    if rows:
        unless_there = insert(QuarantinedReading).on_conflict_do_nothing(index_elements=["patient_id", "client_id"])
        db.session.execute(unless_there, rows)
    return {row["client_id"]: row["id"] for row in rows}


def _quarantine_row(batch: Batch, items: _Items, refused: Refused) -> dict[str, Any]:
    sent, row_id = items.sent[refused.id], new_id()
    everything = _plain({name: getattr(sent, name) for name in _SENT}).decode()
    return {
        "id": row_id,
        "created_at": batch.received_at,
        "organisation_id": batch.patient.organisation_id,
        "patient_id": batch.patient.id,
        "client_id": refused.id,
        "entered_sealed": sealed.seal(everything, QuarantinedReading.entered.place, row_id),
        "reasons": [list(reason) for reason in refused.reasons],
        "source": sent.source,
        "entered_by": batch.entered_by,
        "content": items.content[refused.id],
    }


def _publish(batch: Batch, stored: list[Accepted]) -> None:
    if not stored:
        return
    times = [one.measured_at for one in stored]
    events.publish(
        ReadingsRecorded(
            batch.patient.organisation_id,
            batch.patient.id,
            tuple(one.id for one in stored),
            tuple(sorted({one.measure for one in stored})),
            min(times),
            max(times),
            batch.received_at,
            batch.is_history,
        )
    )


def _received(
    one: UUID,
    content: bytes,
    items: _Items,
    known: Mapping[UUID, queries.Kept],
    quarantined: Mapping[UUID, UUID],
) -> Received:
    """The outcome of one item; of one that was known, the outcome of the first time, from what is stored."""
    kept = known.get(one)
    if content != (kept.content if kept is not None else items.content[one]):
        return Received(one, Outcome.DIFFERENT)
    if kept is not None and kept.reading is not None:
        return Received(one, Outcome.STORED, kept.reading)
    if kept is not None:
        return Received(one, Outcome.REFUSED, reasons=kept.reasons, quarantine_id=kept.quarantine_id)
    if one in items.refused:
        return Received(one, Outcome.REFUSED, reasons=items.refused[one].reasons, quarantine_id=quarantined[one])
    return Received(one, Outcome.STORED, items.accepted[one], is_new=True)


def _all_known(patient: AdmittedPatient, entries: Sequence[Entry]) -> bool:
    ids = {entry.id for entry in entries}
    return ids == queries.kept(patient, list(ids)).keys()
