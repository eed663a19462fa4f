"""Make doses ahead of their time, and make the future again after a change; the past stays as it was.

One slot of one day is one dose whatever is changed: `schedule_id`, `local_date` and `slot` are unique. A dose that was
answered, or whose time has come, is never moved; one that the schedule makes no more is withdrawn.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import update
from sqlalchemy.orm import attributes

from app.core import clock
from app.core.db import HotStatement, db
from app.core.ids import new_id
from app.medicines import queries, recurrence, stored
from app.medicines.models import Medicine, MedicinePause, Schedule
from app.medicines.patterns import Anchor, Occurrence
from app.medicines.service import reminding
from app.patients import queries as patients
from app.patients.admission import AdmittedPatient

AHEAD: Final = timedelta(days=14)  # the app has them offline
# How long a dose may be recorded before it counts as not recorded; afterwards it is a correction.
SETTLE_AFTER: Final = timedelta(hours=12)

_WRITE = HotStatement("""
    insert into dose as d (id, created_at, organisation_id, patient_id, medicine_id, schedule_id, local_date, slot,
        due_at, amount, state, remind_at, reminded, settle_at)
    select id, :now, organisation_id, patient_id, medicine_id, schedule_id, local_date, slot, due_at, amount, state,
        case when state = 'due' then due_at end, 0, due_at + :settle_after
    from jsonb_to_recordset(cast(:doses as jsonb)) as n (id uuid, organisation_id uuid, patient_id uuid,
        medicine_id uuid, schedule_id uuid, local_date date, slot int, due_at timestamptz, amount numeric, state text)
    on conflict (schedule_id, local_date, slot) do update set due_at = excluded.due_at, amount = excluded.amount,
        state = excluded.state, settle_at = excluded.settle_at,
        remind_at = case when d.state = 'due' and d.due_at = excluded.due_at and excluded.state = 'due'
            then d.remind_at else excluded.remind_at end,
        reminded = case when d.due_at = excluded.due_at then d.reminded else 0 end
    where d.state in ('due', 'paused', 'withdrawn')
        and (d.due_at, d.state, d.amount) is distinct from (excluded.due_at, excluded.state, excluded.amount)
    returning d.id
""")
_WITHDRAW = HotStatement("""
    update dose d set state = 'withdrawn', remind_at = null
    where d.schedule_id = any(:schedules) and d.due_at > :now and d.state in ('due', 'paused')
        and not exists (select from jsonb_to_recordset(cast(:doses as jsonb))
            as n (schedule_id uuid, local_date date, slot int)
            where n.schedule_id = d.schedule_id and n.local_date = d.local_date and n.slot = d.slot)
    returning d.id
""")
_EARLY = HotStatement("""
    select schedule_id, due_at from dose
    where schedule_id = any(:schedules) and due_at > :now and state not in ('due', 'paused', 'withdrawn')
""")


@dataclass(frozen=True, slots=True)
class Makes:
    """What the doses of a patient's schedules depend on besides the schedules."""

    zone: ZoneInfo
    usual_day: Mapping[Anchor, time]
    pauses: Sequence[MedicinePause]
    stopped: Collection[UUID]  # medicines


def remake_all(patient: AdmittedPatient, medicine: Medicine | None = None) -> None:
    """Make the doses to come of one medicine, or of all, as they are to be now; what is called off is not sent.

    Once this is answered nobody is reminded of what is stopped, ended, unclear or paused, not even of the dose of a
    minute ago. A dose that nobody answered and whose time is moved to come again is that same dose.
    """
    schedules = queries.running(patient.id, [medicine.id] if medicine else None)
    if not schedules:
        return
    now, makes = clock.now(), _makes(patient.id)
    rows = [row for one in schedules for row in rows_of(one, makes, now, now + AHEAD) if row["due_at"] > now]
    rows = _but_answered(rows, schedules, now)
    made(schedules, now + AHEAD)
    values = {"doses": _json(rows), "now": now}
    gone = _WITHDRAW.rows(values | {"schedules": [one.id for one in schedules]})
    moved = _WRITE.rows(values | {"settle_after": SETTLE_AFTER})
    hushed = reminding.hush([one.id for one in schedules if _is_off(one, makes, now)])
    reminding.call_off([*(row["id"] for row in (*gone, *moved)), *hushed], waits=True)


def _makes(patient_id: UUID) -> Makes:
    """Read anew: what the request was admitted to may be older than what was just committed by somebody else."""
    patient = patients.admitted([patient_id])[patient_id]
    known = queries.medicines(patient, also_stopped=True)
    stopped = {one.id for one in known if one.stopped_at is not None or patient.ended_at is not None}
    return Makes(patient.zone, queries.usual_day(patient), queries.pauses(patient), stopped)


def _is_off(schedule: Schedule, makes: Makes, now: datetime) -> bool:
    """Is nobody to be reminded of this schedule now?"""
    return not _is_on(schedule, makes) or any(
        pause.starts_at <= now < pause.ends_at
        for pause in makes.pauses
        if pause.medicine_id in (None, schedule.medicine_id)
    )


def _is_on(schedule: Schedule, makes: Makes) -> bool:
    is_clear = schedule.ended_at is None and schedule.unclear_sealed is None
    return is_clear and schedule.medicine_id not in makes.stopped


def _but_answered(rows: list[dict[str, Any]], schedules: Sequence[Schedule], now: datetime) -> list[dict[str, Any]]:
    """Without the times of doses that were answered early: a change of pattern or zone may give them another slot."""
    values = {"schedules": [one.id for one in schedules], "now": now}
    early = {(row["schedule_id"], row["due_at"]) for row in _EARLY.rows(values)}
    return [row for row in rows if (row["schedule_id"], row["due_at"]) not in early]


def rows_of(schedule: Schedule, makes: Makes, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """The doses of a schedule due from `since` to before `until`, as rows; none of one that is ended or unclear."""
    if not _is_on(schedule, makes):
        return []
    found = recurrence.occurrences(
        stored.from_json(schedule.pattern),
        starts_on=schedule.starts_on,
        ends_on=schedule.ends_on,
        zone=makes.zone,
        usual_day=makes.usual_day,
        since=since,
        until=until,
    )
    pauses = [one for one in makes.pauses if one.medicine_id in (None, schedule.medicine_id)]
    return [_row(schedule, one, pauses) for one in found]


def made(schedules: Sequence[Schedule], until: datetime) -> None:
    """Note how far ahead doses are made; nobody changed the schedules, so their versions stay."""
    ids = [one.id for one in schedules]
    moved = update(Schedule).where(Schedule.id.in_(ids)).values(made_until=until, version=Schedule.version)
    db.session.execute(moved, execution_options={"synchronize_session": False})
    for one in schedules:
        attributes.set_committed_value(one, "made_until", until)


def write(rows: Iterable[dict[str, Any]]) -> int:
    """Write doses that are made ahead; returns how many are new."""
    values = {"doses": _json(list(rows)), "now": clock.now(), "settle_after": SETTLE_AFTER}
    return len(_WRITE.rows(values))


def _row(schedule: Schedule, one: Occurrence, pauses: Sequence[MedicinePause]) -> dict[str, Any]:
    is_paused = any(pause.starts_at <= one.due_at < pause.ends_at for pause in pauses)
    return {
        "id": new_id(),
        "organisation_id": schedule.organisation_id,
        "patient_id": schedule.patient_id,
        "medicine_id": schedule.medicine_id,
        "schedule_id": schedule.id,
        "local_date": one.local_date,
        "slot": one.slot,
        "due_at": one.due_at,
        "amount": None if one.amount is None else str(one.amount),
        "state": "paused" if is_paused else "due",
    }


def _json(rows: list[dict[str, Any]]) -> str:
    return orjson.dumps(rows).decode()
