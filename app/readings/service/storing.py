"""The one statement that stores readings: readings, audit entries and the newest of each measure, for one or for 500.

Rows travel as JSON, so the statement and its plan are the same for any number of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from app.core import audit, sealed
from app.core.db import HotStatement
from app.patients.admission import AdmittedPatient
from app.readings.intake import Accepted
from app.readings.models import Reading

_STORE = HotStatement(f"""
    with incoming as (
        select * from jsonb_to_recordset(cast(:readings as jsonb)) as r (
            id uuid, measure text, measured_at timestamptz, value float8, value_2 float8, comparator text, code text,
            entered jsonb, told_sealed bytea, on_oxygen bool, oxygen_flow float8, at_rest bool, meal text,
            symptoms text[], marks text[],
            source text, device text, copy_of uuid, content bytea)
    ), stored as (
        insert into reading (patient_id, organisation_id, check_in_id, received_at, entered_by, is_history, id, measure,
            measured_at, value, value_2, comparator, code, entered, told_sealed, on_oxygen, oxygen_flow, at_rest,
            meal, symptoms, marks, source, device, copy_of, content)
        select :patient_id, :organisation_id, :check_in_id, :received_at, :entered_by, :is_history, id, measure,
            measured_at, value, value_2, comparator, code, entered, told_sealed, on_oxygen, oxygen_flow, at_rest,
            meal, symptoms, marks, source, device, copy_of, content
        from incoming i
        where not exists (select from quarantined_reading q where q.patient_id = :patient_id and q.client_id = i.id)
        on conflict (patient_id, id) do nothing
        returning id, measure, measured_at, value, value_2, comparator, code
    ), audited as (
        {audit.INSERT_FROM_JSON}
    ), newest as (
        insert into reading_state as s (patient_id, organisation_id, measure, reading_id, measured_at, value, value_2,
            comparator, code)
        select distinct on (measure) cast(:patient_id as uuid), cast(:organisation_id as uuid), measure, id,
            measured_at, value, value_2, comparator, code
        from stored order by measure, measured_at desc, id desc
        on conflict (patient_id, measure) do update set reading_id = excluded.reading_id,
            measured_at = excluded.measured_at, value = excluded.value, value_2 = excluded.value_2,
            comparator = excluded.comparator, code = excluded.code
        where (excluded.measured_at, excluded.reading_id) > (s.measured_at, s.reading_id)
    )
    select id from stored
""")  # noqa: S608  built from constants


@dataclass(frozen=True, slots=True)
class Batch:
    """What the readings of one request share."""

    patient: AdmittedPatient
    entered_by: UUID
    received_at: datetime
    check_in_id: UUID | None = None
    is_history: bool = False


def store(batch: Batch, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """Store rows that are not there yet; returns the ids that are new. Locks the state of each measure it touches."""
    values = {
        "readings": orjson.dumps(rows).decode(),
        "audit": audit.take(),
        "patient_id": batch.patient.id,
        "organisation_id": batch.patient.organisation_id,
        "check_in_id": batch.check_in_id,
        "received_at": batch.received_at,
        "entered_by": batch.entered_by,
        "is_history": batch.is_history,
    }
    return {row["id"] for row in _STORE.rows(values)}


def row(accepted: Accepted, content: bytes, copy_of: UUID | None) -> dict[str, Any]:
    """An accepted entry as a row of the statement."""
    entered = dict(accepted.entered)
    told = entered.pop("context", None)
    if accepted.given_at != accepted.measured_at:
        entered["given_at"] = accepted.given_at  # the phone's clock was wrong: its own time stays beside the corrected
    return {
        "id": accepted.id,
        "measure": accepted.measure,
        "measured_at": accepted.measured_at,
        "value": accepted.value,
        "value_2": accepted.value_2,
        "comparator": accepted.comparator,
        "code": accepted.code,
        "entered": entered,
        "told_sealed": None if told is None else _sealed(told, accepted.id),
        "on_oxygen": accepted.on_oxygen,
        "oxygen_flow": accepted.oxygen_flow,
        "at_rest": accepted.at_rest,
        "meal": accepted.meal,
        "symptoms": accepted.symptoms or None,
        "marks": sorted(accepted.marks) or None,
        "source": accepted.source,
        "device": accepted.device,
        "copy_of": copy_of,
        "content": "\\x" + content.hex(),
    }


def _sealed(told: Any, reading_id: UUID) -> str:
    return "\\x" + sealed.seal(orjson.dumps(told).decode(), Reading.told.place, reading_id).hex()
